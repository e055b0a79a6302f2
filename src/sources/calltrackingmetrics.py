"""CallTrackingMetrics' webhooks -> conversions. Pure.

It posts a call at its start, at its end and when it is changed, as its triggers are set, always with one `id`; it posts
again what was answered slowly or not with 200. Source: its help pages «Webhooks API Integration» and «Activity
Statuses», and bodies that are public.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.body import Posting
from sources import calls
from sources.call_fields import CLICK_IDS, UTM, fields, first, flag, found, north_american, person, seconds, tags, text
from sources.calls import Call
from sources.inbound import Inbound, json_object

PARTNER = "CallTrackingMetrics"

_UNDERWAY = frozenset({"ringing", "in progress", "queued", "initiated", "started", "dialing"})
_UNANSWERED = frozenset({"no answer", "busy", "failed", "canceled", "cancelled", "missed", "abandoned", "voicemail"})
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
# Where the country code is 1, and a number of ten digits may lack it.
_NORTH_AMERICA = (None, "US", "CA")


def read(inbound: Inbound) -> Posting:
    """Read one post of CallTrackingMetrics. Raises Refusal."""
    warnings: list[tuple[str, str]] = []
    body: Mapping[str, Any] = json_object(inbound, warnings)
    if "id" not in body and isinstance(body.get("call"), Mapping):
        body = body["call"]
    settings = inbound.settings
    if text(body.get("direction")) not in (None, "inbound", "outbound"):  # form, chat, msg_inbound
        return Posting(settings.event_group, {}, [calls.not_a_call(PARTNER)], warnings)
    call = _call(body, settings.value_field or "sale.value")
    return Posting(settings.event_group, {}, calls.conversions(call, settings), warnings)


def _call(body: Mapping[str, Any], value_field: str) -> Call:
    talked, lasted = seconds(body.get("talk_time")), seconds(body.get("duration"))
    finished, answered = _outcome(body, talked, lasted)
    return Call(
        partner=PARTNER,
        id=first(body, "id", "sid"),
        time=first(body, "unix_time", "called_at"),
        phone=_phone(body),
        finished=finished,
        inbound=text(body.get("direction")) != "outbound",
        answered=answered,
        voicemail=flag(body.get("voicemail")) is True or _status(body)[0] == "voicemail",
        duration=lasted if talked is None else talked,
        first_call=flag(body.get("is_new_caller")),
        marks=[f"tag:{tag}" for tag in tags(body.get("tag_list"))],
        value=found(body, value_field),
        contact=person(body.get("name"), body.get("city"), body.get("state")) | fields(body, _CONTACT),
        details=fields(body, _SESSION) | fields(body, UTM),
        web=fields(body, _WEB),
        click_ids=fields(body, CLICK_IDS),
    )


def _phone(body: Mapping[str, Any]) -> Any:
    phone = first(body, "caller_number_complete", "caller_number", "caller_number_bare")
    return north_american(phone) if text(body.get("country")) in _NORTH_AMERICA else phone


def _status(body: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The status in small letters with spaces, and whether it is the whole call's, not only that of the last dial."""
    name = next((name for name in ("call_status", "dial_status", "status") if text(body.get(name))), None)
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
