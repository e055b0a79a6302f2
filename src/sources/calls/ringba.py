"""Ringba's pixels -> conversions. Pure.

A pixel's body is a template in the language of /v1/events: the flat one of docs/senders/ringba.md, or that of Ringba's
guide. What it leaves out is filled in, and the fields that it may carry beside (`trigger`, `connected`, `duration`,
`duplicate`, `value`, `currency`, `campaign`, `number`) are for the sender's settings. Source: Ringba's help pages "Roku
Ads Manager", "Pixels" and "Most Common Tokens".
"""

from collections.abc import Mapping
from typing import Any

from pipeline.intake import body as bodies
from pipeline.intake.body import Body
from pipeline.intake.senders import SourceSettings
from sources import filters
from sources.calls import calls
from sources.calls.call_fields import flag, seconds
from sources.calls.calls import Call
from sources.inbound import Inbound, refuse_form
from sources.source_settings import Names, Warnings, event_names, kind_of, priced, value_of
from sources.values import first, is_absent, text

PARTNER = "Ringba"

_BESIDE = ("trigger", "connected", "duration", "duplicate", "value", "currency", "campaign", "number")
_NOW = "was not filled in: the time of this post was taken, so run the JavaScript node before the pixel fires"
_TWICE = "is missing, and so is a time: each repetition of this post counts again, so send the inbound call's id"


def read(inbound: Inbound) -> Body:
    """Read one pixel's post. Raises BadRequest."""
    refuse_form(inbound)
    posting = bodies.read(inbound.body)
    warnings = list(posting.warnings)
    names = event_names(inbound.settings)
    conversions = [_conversion(given, names, inbound, warnings) for given in posting.conversions]
    group = inbound.settings.event_group or posting.event_group_id
    return Body(group, posting.context, conversions, warnings, posting.shared, posting.conversions)


def _conversion(given: Any, names: Names, inbound: Inbound, warnings: Warnings) -> Any:
    if not isinstance(given, dict):
        return given  # the destination says what is wrong with it
    settings = inbound.settings
    call = _call(given, settings, warnings)
    refused = calls.refusal(call, names, settings)
    if refused is not None:
        return refused
    chosen = _event_name(given, call, names)
    if chosen is None:
        return calls.unmapped(call)
    event: dict[str, Any] = {
        "event_name": chosen,
        "event_type": "conversion",
        "event_time": int(inbound.received_at),
        "event_source": calls.EVENT_SOURCE,
        "partner_name": PARTNER,
    }
    if is_absent(given.get("event_time")):
        if is_absent(given.get("event_id")):
            warnings.append(("event_id", _TWICE))
        if "event_time" in given:
            warnings.append(("event_time", _NOW))
    event |= {name: value for name, value in given.items() if not is_absent(value) or name not in event}
    for name in (*_BESIDE, settings.value_field or "value"):
        event.pop(name, None)
    return _with_value(event, given, settings, warnings)


def _call(given: Mapping[str, Any], settings: SourceSettings, warnings: Warnings) -> Call:
    duplicate = flag(given.get("duplicate"))
    return Call(
        partner=PARTNER,
        # The trigger "Incoming" fires before anybody could answer.
        finished=(text(given.get("trigger")) or "").lower() != "incoming",
        answered=flag(given.get("connected")),
        duration=seconds(given.get("duration")),
        first_call=None if duplicate is None else not duplicate,
        left_out=filters.left_out("ringba", given, settings, warnings),
    )


def _event_name(given: Mapping[str, Any], call: Call, names: Names) -> Any:
    """What the body names; else what `event_names` says of the pixel's trigger, or of the call's kind."""
    if not is_absent(given.get("event_name")):
        return given["event_name"]
    trigger = kind_of(text(given.get("trigger")) or "")
    return names[trigger] if trigger in names else calls.event_name(call, names)


def _with_value(
    event: dict[str, Any], given: Mapping[str, Any], settings: SourceSettings, warnings: Warnings
) -> dict[str, Any]:
    custom = event.pop("custom_data", None)
    if is_absent(custom):
        custom = {}
    if not isinstance(custom, dict):
        return event | {"custom_data": custom}  # the destination says what is wrong with it
    beside = {"value": value_of(given, settings, ("value",), warnings), "currency": given.get("currency")}
    amount = first(custom.get("value"), beside["value"])
    if amount is not None:
        currency = first(custom.get("currency"), beside["currency"])
        custom = custom | {"value": amount} | ({} if currency is None else {"currency": currency})
    custom = priced(custom, settings, warnings)
    return event | {"custom_data": custom} if custom else event
