"""Invoca's post-call webhooks -> conversions. Pure.

The user chooses the parameters: docs/senders/invoca.md lists those that are read here, under Invoca's own names.
`complete_call_id` is one call's, whatever its transactions (call, signal, post call event). Source: Invoca's developer
documentation, "Transactions API".
"""

from collections.abc import Mapping
from typing import Any

from pipeline.intake.body import Body
from pipeline.intake.senders import SourceSettings
from pipeline.values.amounts import amount
from sources import filters
from sources.calls import calls
from sources.calls.call_fields import UTM, click_ids, fields, flag, seconds, tags
from sources.calls.calls import Call
from sources.inbound import Inbound, json_object
from sources.source_settings import Warnings, value_of
from sources.values import first, first_of, text

PARTNER = "Invoca"

_SIGNAL = "signal:"
_LENGTHS = ("connect_duration", "duration")
_CONTACT = {
    "ct": "city",
    "st": "region",
    "zp": "verified_zip",
    "country": "country",
    "fn": "first_name_data_append",
    "ln": "last_name_data_append",
    "em": "email",
}


def read(inbound: Inbound) -> Body:
    """Read one post of Invoca. Raises BadRequest."""
    warnings: Warnings = []
    body = json_object(inbound, warnings)
    call = _call(body, inbound.settings, warnings)
    conversions = calls.conversions(call, inbound.settings, warnings)
    return Body(inbound.settings.event_group, {}, conversions, warnings, shared=body)


def _call(body: Mapping[str, Any], settings: SourceSettings, warnings: Warnings) -> Call:
    connected, lasted = (seconds(body.get(name)) for name in _LENGTHS)
    repeated = flag(body.get("repeat_calling_phone_number"))
    page = first_of(body, "calling_page", "landing_page")
    return Call(
        partner=PARTNER,
        id=first_of(body, "complete_call_id", "transaction_id"),
        time=first_of(body, "start_time_utc"),
        phone=first_of(body, "calling_phone_number"),
        # A pre-transfer webhook with the same parameters leaves them empty.
        finished=connected is not None or lasted is not None or not any(name in body for name in _LENGTHS),
        answered=None if connected is None else connected > 0,
        duration=lasted if connected is None else connected,
        first_call=None if repeated is None else not repeated,
        left_out=filters.left_out("invoca", body, settings, warnings),
        marks=_signals(body, settings),
        kinds_of_marks=(_SIGNAL,),
        value=value_of(body, settings, (), warnings) if settings.value_field else _value(body),
        contact=fields(body, _CONTACT),
        details=fields(body, UTM),
        web={} if page is None else {"event_source_url": page},
        click_ids=click_ids(body, page),
    )


def _value(body: Mapping[str, Any]) -> Any:
    """Invoca's revenue, which is 0.00 where only a sale was reported."""
    revenue, sale = first_of(body, "revenue"), first_of(body, "sale_amount")
    return sale if amount(revenue, []) == 0 and amount(sale, []) else first(revenue, sale)


def _signals(body: Mapping[str, Any], settings: SourceSettings) -> list[str]:
    """The signals that are true: those of `signal_name`, and those of `event_names` that have a field of their own."""
    named = text(body.get("signal_name"))
    signals = [*([named] if named else []), *tags(body.get("signal_name"))]
    mapped = [key.strip()[len(_SIGNAL) :] for key in settings.event_names if key.strip().lower().startswith(_SIGNAL)]
    signals += [name for name in mapped if flag(body.get(name)) is True]
    return [_SIGNAL + name for name in signals]
