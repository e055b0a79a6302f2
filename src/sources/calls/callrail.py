"""CallRail's call webhooks -> conversions. Pure.

CallRail posts a call before it is connected, after it, and whenever it is changed, always with one `resource_id`, and
signs the raw body: header Signature, base64 of HMAC-SHA1 with the company's signing key. Source: CallRail's API
documentation, "Webhooks" and "Validating Payloads".
"""

from collections.abc import Mapping
from typing import Any

from pipeline.intake.body import Body
from pipeline.intake.senders import SourceSettings
from sources import filters, signature
from sources.calls import calls
from sources.calls.call_fields import UTM, click_ids, direction, fields, flag, seconds, tags
from sources.calls.calls import Call
from sources.inbound import Inbound, json_object
from sources.source_settings import Warnings, value_of
from sources.values import first_of, text

SIGNATURE = signature.Scheme("signature", "sha1", "base64")

PARTNER = "CallRail"

# No form and no text message has one of them.
_IDS = ("resource_id", "id")
_OF_CALLS = ("answered", "voicemail", "duration", "call_type")
# Not `customer_name`: it is one field with what the caller id says, often a business, or the last name first.
_CONTACT = {
    "ct": "customer_city",
    "st": "customer_state",
    "country": "customer_country",
    "client_ip_address": "ip",
}
_WEB = {"event_source_url": "landing_page_url", "referrer_url": "referring_url"}


def read(inbound: Inbound) -> Body:
    """Read one post of CallRail. Raises BadRequest."""
    signature.verify(inbound, SIGNATURE)
    warnings: Warnings = []
    body = json_object(inbound, warnings)
    settings = inbound.settings
    if not any(name in body for name in _OF_CALLS):
        return Body(settings.event_group, {}, [calls.not_a_call(PARTNER, first_of(body, *_IDS))], warnings)
    call = _call(body, settings, warnings)
    return Body(settings.event_group, {}, calls.conversions(call, settings, warnings), warnings, shared=body)


def _call(body: Mapping[str, Any], settings: SourceSettings, warnings: Warnings) -> Call:
    answered = flag(body.get("answered"))
    voicemail = flag(body.get("voicemail")) is True or text(body.get("call_type")) == "voicemail"
    duration = seconds(body.get("duration"))
    marks = [f"tag:{tag}" for tag in tags(body.get("tags"))]
    if status := text(body.get("lead_status")):
        marks.append(f"lead_status:{status}")
    return Call(
        partner=PARTNER,
        id=first_of(body, *_IDS),
        time=_time(body),
        phone=first_of(body, "customer_phone_number", "callernum"),
        # What is posted before the end says `answered: false` and `duration: 0`.
        finished=duration > 0 if duration is not None else bool(answered or voicemail),
        inbound=direction(body.get("direction")) in (None, "inbound"),
        answered=answered,
        voicemail=voicemail,
        duration=duration,
        first_call=flag(body.get("first_call")),
        spam=flag(body.get("spam")) is True,
        left_out=filters.left_out("callrail", body, settings, warnings),
        marks=marks,
        kinds_of_marks=("tag:", "lead_status:"),
        value=value_of(body, settings, ("value",), warnings),
        contact=fields(body, _CONTACT),
        details=fields(body, UTM),
        web=fields(body, _WEB),
        click_ids=click_ids(body, body.get("landing_page_url")),
    )


def _time(body: Mapping[str, Any]) -> Any:
    """The call's start; `datetime` is in UTC and does not say so."""
    stamped = first_of(body, "start_time", "timestamp", "created_at")
    if stamped is not None:
        return stamped
    utc = text(body.get("datetime"))
    return utc + "Z" if utc is not None and utc[-1:].isdigit() else utc
