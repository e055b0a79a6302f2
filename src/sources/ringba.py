"""Ringba's pixels -> conversions. Pure.

A pixel's body is a template in the language of /v1/events: the flat one of docs/senders/ringba.md, or that of Ringba's
guide. What it leaves out is filled in, and the fields that it may carry beside (`trigger`, `connected`, `duration`,
`duplicate`, `value`, `currency`) are for the sender's settings. Source: Ringba's help pages «Roku Ads Manager»,
«Pixels» and «Most Common Tokens».
"""

from collections.abc import Mapping
from typing import Any

from pipeline import body as bodies
from pipeline.body import Posting
from pipeline.senders import SourceSettings
from sources import calls
from sources.call_fields import flag, found, present, seconds, text
from sources.calls import Call
from sources.inbound import Inbound

PARTNER = "Ringba"

_BESIDE = ("trigger", "connected", "duration", "duplicate", "value", "currency")
_NOW = "was not filled in: the time of this post was taken, so run the JavaScript node before the pixel fires"


def read(inbound: Inbound) -> Posting:
    """Read one pixel's post. Raises Refusal."""
    posting = bodies.read(inbound.body)
    warnings = list(posting.warnings)
    conversions = [_conversion(given, inbound, warnings) for given in posting.conversions]
    group = inbound.settings.event_group or posting.event_group_id
    return Posting(group, posting.context, conversions, warnings)


def _conversion(given: Any, inbound: Inbound, warnings: list[tuple[str, str]]) -> Any:
    if not isinstance(given, dict):
        return given  # the destination says what is wrong with it
    settings = inbound.settings
    call = _call(given)
    refused = calls.refusal(call, settings)
    if refused is not None:
        return refused
    chosen = _event_name(given, call, settings)
    if chosen is None:
        return calls.unmapped(call)
    event: dict[str, Any] = {
        "event_name": chosen,
        "event_type": "conversion",
        "event_time": int(inbound.received_at),
        "event_source": calls.EVENT_SOURCE,
        "partner_name": PARTNER,
    }
    if "event_time" in given and not present(given["event_time"]):
        warnings.append(("event_time", _NOW))
    event |= {name: value for name, value in given.items() if present(value) or name not in event}
    for name in (*_BESIDE, settings.value_field or "value"):
        event.pop(name, None)
    return _with_value(event, given, settings)


def _call(given: Mapping[str, Any]) -> Call:
    duplicate = flag(given.get("duplicate"))
    return Call(
        partner=PARTNER,
        # The trigger «Incoming» fires before anybody could answer.
        finished=(text(given.get("trigger")) or "").lower() != "incoming",
        answered=flag(given.get("connected")),
        duration=seconds(given.get("duration")),
        first_call=None if duplicate is None else not duplicate,
    )


def _event_name(given: Mapping[str, Any], call: Call, settings: SourceSettings) -> Any:
    """What the body names; else what `event_names` says of the pixel's trigger, or of the call's kind."""
    if present(given.get("event_name")):
        return given["event_name"]
    trigger = (text(given.get("trigger")) or "").casefold()
    names = {key.strip().casefold(): name for key, name in settings.event_names.items()}
    return names[trigger] if trigger in names else calls.event_name(call, settings)


def _with_value(event: dict[str, Any], given: Mapping[str, Any], settings: SourceSettings) -> dict[str, Any]:
    custom = event.get("custom_data", {})
    if not isinstance(custom, dict):
        return event
    value, currency = found(given, settings.value_field or "value"), given.get("currency")
    if not present(custom.get("value")) and value is not None:
        custom = custom | {"value": value}
    if present(custom.get("value")) and not present(custom.get("currency")):
        currency = currency if present(currency) else settings.currency
        custom = custom | ({} if currency is None else {"currency": currency})
    return event | {"custom_data": custom} if custom else event
