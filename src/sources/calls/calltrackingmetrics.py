"""CallTrackingMetrics' webhooks -> conversions. Pure.

It posts a call at its start, at its end and when it is changed, as its triggers are set, always with one `id`; it posts
again what was answered slowly or not with 200. Source: its help pages "Webhooks API Integration" and "Activity
Statuses", and bodies that are public.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.intake.body import BadRequest, Body
from pipeline.intake.senders import SourceSettings
from sources import filters
from sources.calls import calls
from sources.calls.call_fields import UTM, click_ids, direction, fields, flag, seconds, tags
from sources.calls.calls import Call
from sources.inbound import Inbound, json_object
from sources.source_settings import Warnings, value_of
from sources.values import first_of, text

PARTNER = "CallTrackingMetrics"

_UNDERWAY = frozenset({"ringing", "in progress", "queued", "initiated", "started", "dialing"})
_UNANSWERED = frozenset({"no answer", "busy", "failed", "canceled", "cancelled", "missed", "abandoned", "voicemail"})
_STATUSES = ("call_status", "dial_status", "status")
# A body with none of them can never tell that a call has ended, and CTM's own has them all.
_IDS = ("id", "sid")
_OF_CALLS = (*_STATUSES, "talk_time", "duration")
# Not `name` and `cnam`: each is one field with what the caller id says, often a business, or the last name first.
_CONTACT = {
    "em": "email",
    "ct": "city",
    "st": "state",
    "zp": "postal_code",
    "country": "country",
    "client_ip_address": "visitor_ip",
}
_WEB = {"event_source_url": "location", "referrer_url": "referrer"}
_SESSION = {
    "utm_source": "web_source",
    "utm_medium": "medium",
    "utm_campaign": "campaign",
    "utm_term": "keyword",
    "utm_content": "ad_content",
}


def read(inbound: Inbound) -> Body:
    """Read one post of CallTrackingMetrics. Raises BadRequest."""
    warnings: Warnings = []
    body: Mapping[str, Any] = json_object(inbound, warnings)
    if "id" not in body and isinstance(body.get("call"), Mapping):
        body = body["call"]
    settings = inbound.settings
    if direction(body.get("direction")) not in (None, "inbound", "outbound"):  # form, chat, msg_inbound
        return Body(settings.event_group, {}, [calls.not_a_call(PARTNER, first_of(body, *_IDS))], warnings)
    if not any(name in body for name in _OF_CALLS):
        listed = ", ".join(_OF_CALLS)
        raise BadRequest(
            400, f"the body describes no call (it has none of {listed}): let the webhook post CTM's own body"
        )
    call = _call(body, settings, warnings)
    return Body(settings.event_group, {}, calls.conversions(call, settings, warnings), warnings, shared=body)


def _call(body: Mapping[str, Any], settings: SourceSettings, warnings: Warnings) -> Call:
    talked, lasted = seconds(body.get("talk_time")), seconds(body.get("duration"))
    finished, answered = _outcome(body, talked, lasted)
    return Call(
        partner=PARTNER,
        id=first_of(body, *_IDS),
        time=first_of(body, "unix_time", "called_at"),
        phone=first_of(body, "caller_number_complete", "caller_number", "caller_number_bare"),
        finished=finished,
        inbound=direction(body.get("direction")) != "outbound",
        answered=answered,
        voicemail=flag(body.get("voicemail")) is True or _status(body)[0] == "voicemail",
        duration=lasted if talked is None else talked,
        first_call=flag(body.get("is_new_caller")),
        left_out=filters.left_out("calltrackingmetrics", body, settings, warnings),
        marks=[f"tag:{tag}" for tag in tags(body.get("tag_list"))],
        kinds_of_marks=("tag:",),
        value=value_of(body, settings, ("sale.value",), warnings),
        contact=fields(body, _CONTACT),
        details=fields(body, _SESSION) | fields(body, UTM),
        web=fields(body, _WEB),
        click_ids=click_ids(body, body.get("location")),
    )


def _status(body: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The status in small letters with spaces, and whether it is the whole call's, not only that of the last dial."""
    name = next((name for name in _STATUSES if text(body.get(name))), None)
    word = text(body.get(name)) if name else None
    return word and word.lower().replace("-", " ").replace("_", " "), name == "call_status"


def _outcome(body: Mapping[str, Any], talked: float | None, lasted: float | None) -> tuple[bool, bool | None]:
    """Whether the call has ended, and whether somebody answered it; None: it does not say."""
    status, of_call = _status(body)
    ended = (lasted or talked or 0) > 0
    if status in _UNDERWAY:
        return False, None
    if status in _UNANSWERED:
        return True, False
    if status == "hangup":  # before the call was routed; of a dial also after talking
        return True, bool(talked)
    if status == "completed" and of_call:  # it reached a menu, and nobody
        return ended, False
    if status in ("answered", "completed"):
        return ended, True
    return ended, None if talked is None else talked > 0
