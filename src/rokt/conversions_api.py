"""Rokt's Conversions API: an object for each conversion. Pure.

Sources: Segment's page of its Rokt destination and what that sends; mParticle's Events API, which this is. An update of
attributes is an object without events, as Segment sends it. Its `source_request_id` holds the sender's event id, for
which there is no other place: UUID/mark/event id.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.contract.destination import Frame
from pipeline.values import addresses
from pipeline.values.words import Word
from rokt import updates
from rokt.form import DEVICES, Form, listed
from rokt.personal import Clear

if TYPE_CHECKING:
    from rokt.conversion import Conversion
    from rokt.settings import Settings

# The Event API's keys begin so; this API's do not.
_OTHERS_KEYS = ("rpub-", "rsec-")
_HASHED = {
    "email": "other",
    "firstname": "firstnamesha256",
    "lastname": "lastnamesha256",
    "mobile": "mobilesha256",
    "billingzip": "billingzipsha256",
}
_CLEAR = {"billingzip": "billingzipcode"}
_AGENT = "http_header_user_agent"
# Where an object has what it says of a person: of the personal data the e-mail address is the one identity.
_IDENTITIES, _ATTRIBUTES, _DEVICE = "user_identities", "user_attributes", "device_info"
_PARTS = {"email": _IDENTITIES, "customerid": _IDENTITIES, **dict.fromkeys((_AGENT, *DEVICES), _DEVICE)}
_IDENTIFYING = frozenset({"email", "customerid", *DEVICES})
# Where an object says something of a person.
_PERSONAL = frozenset("user_identities user_attributes device_info integration_attributes ip".split())
# As Segment has it: before an audience's name the user attribute that says whether the person is in it.
_MEMBER = "segment_"


def _object(facts: "Conversion", event_id: str, identity: str, settings: "Settings") -> dict[str, Any]:
    events = _events(facts, event_id, identity)
    request_id = identity if events else f"{identity}/{_mark(facts)}/{event_id}"
    made: dict[str, Any] = {"environment": settings.environment, "source_request_id": request_id}
    made |= {name: part for name, part in _of_person(facts, settings).items() if part}
    if facts.rtid is not None:
        made["integration_attributes"] = {"1277": {"passbackconversiontrackingid": facts.rtid}}
    if "ip" in facts.who:
        made["ip"] = facts.who["ip"]
    if events:
        made["events"] = events
    return made


def _of_person(facts: "Conversion", settings: "Settings") -> dict[str, dict[str, Any]]:
    """The parts of the object that say something of the person."""
    parts: dict[str, dict[str, Any]] = {_IDENTITIES: {}, _ATTRIBUTES: {}, _DEVICE: {}}
    for name, value in facts.who.items():
        if name != "ip":
            named = _CLEAR if type(value) is Clear else _HASHED
            parts[_PARTS.get(name, _ATTRIBUTES)][named.get(name, name)] = value
    if facts.rtid is not None and settings.copy_rtid:
        parts[_IDENTITIES]["other2"] = facts.rtid
    parts[_ATTRIBUTES] |= facts.own
    if facts.audience is not None:
        name, joins = facts.audience
        parts[_ATTRIBUTES][_MEMBER + name] = joins
    return parts


def _events(facts: "Conversion", event_id: str, identity: str) -> list[dict[str, Any]]:
    """The update of an audience first, as Segment has it, then the conversion."""
    events = []
    if facts.audience is not None:
        name, joins = facts.audience
        said: dict[str, Any] = {"audience_name": name, "status": "add" if joins else "drop"}
        if facts.name == updates.AUDIENCE:
            said["event_id"] = event_id
        events.append(_custom_event(updates.AUDIENCE, "other", "aud_" + identity, facts, said))
    if facts.name not in updates.NAMES:
        said = {"conversiontype": facts.name, **facts.purchase, "event_id": event_id, **facts.attributes}
        events.append(_custom_event("conversion", "transaction", identity, facts, said))
    return events


def _custom_event(
    name: str, kind: str, message_id: str, facts: "Conversion", said: Mapping[str, Any]
) -> dict[str, Any]:
    data = {
        "event_name": name,
        "custom_event_type": kind,
        "source_message_id": message_id,
        "timestamp_unixtime_ms": facts.seconds * 1_000 + facts.millis,
        "custom_attributes": said,
    }
    return {"event_type": "custom_event", "data": data}


def _named(facts: "Conversion") -> str:
    """The event name by which the ledger and Rokt tell events of one id apart."""
    return f"{facts.name} {_mark(facts)}" if facts.name in updates.NAMES else listed(facts.name)


def _mark(facts: "Conversion") -> str:
    if facts.audience is not None:
        name, joins = facts.audience
        return _mark_of_audience(name, "add" if joins else "drop", facts.seconds * 1_000 + facts.millis)
    return updates.mark(facts.own, facts.seconds, facts.millis)


def _mark_of_audience(name: Any, status: Any, moment: Any) -> str:
    return updates.mark(name, status, moment)


def _identify(event: Mapping[str, Any]) -> tuple[str, str] | None:
    if "events" not in event:
        _, _, rest = str(event.get("source_request_id")).partition("/")
        mark, slash, event_id = rest.partition("/")
        return (event_id, f"{updates.ATTRIBUTES} {mark}") if slash else None
    found = [data for data in map(_data, _array(event["events"])) if isinstance(_said(data).get("event_id"), str)]
    if not found:
        return None
    data, said = found[0], _said(found[0])
    if data.get("event_name") == updates.AUDIENCE:
        moment = data.get("timestamp_unixtime_ms")
        name: Any = f"{updates.AUDIENCE} {_mark_of_audience(said.get('audience_name'), said.get('status'), moment)}"
    else:
        name = said.get("conversiontype")
    return (said["event_id"], listed(name)) if isinstance(name, str) else None


def _array(events: object) -> list[Any]:
    return events if isinstance(events, list) else []


def _data(event: object) -> Mapping[str, Any]:
    data = event.get("data") if isinstance(event, dict) else None
    return data if isinstance(data, dict) else {}


def _said(data: Mapping[str, Any]) -> Mapping[str, Any]:
    said = data.get("custom_attributes")
    return said if isinstance(said, dict) else {}


def _is_somebody(facts: "Conversion") -> bool:
    who = facts.who
    if facts.rtid or not _IDENTIFYING.isdisjoint(who):
        return True
    return "ip" in who and _AGENT in who and addresses.is_visitors(who["ip"])


def _key_fault(key: str, word: str) -> str:
    if key.startswith(_OTHERS_KEYS) or word.startswith(_OTHERS_KEYS):
        return "a pair of the Event API, and the stack uses the Conversions API"
    return ""


def _masked(event: Mapping[str, Any], word: str) -> dict[str, Any]:
    return {name: word if name in _PERSONAL else value for name, value in event.items()}


FORM = Form(
    title="Conversions API",
    url="https://s2s.us2.mparticle.com",
    # None is stated: an hour, as for Roku, so that both judge a conversion alike.
    ahead=3_600,
    oldest=None,
    needs_account=False,
    no_identifier=Word(
        "Rokt needs a usable em, external_id, aID, aGA, idfv, android_uuid or rtid, or client_ip_address with"
        " client_user_agent"
    ),
    no_updates=None,
    headers={},
    key_fault=_key_fault,
    is_somebody=_is_somebody,
    write=_object,
    frame=lambda _: Frame(b"[", b"]", is_for_one=False),
    owns=lambda event: "objectData" not in event,
    named=_named,
    identify=_identify,
    masked=_masked,
)
