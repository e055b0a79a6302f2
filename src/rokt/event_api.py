"""Rokt's Event API v2, which Rokt has deprecated: one event of texts for each conversion. Pure.

Source: Rokt's page of the Event API. All of it is here and in `event_api_answer`: whoever takes it away deletes both
and their lines in `forms` and `readings`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from pipeline.contract.destination import Frame
from pipeline.values.words import Word
from rokt.form import Form, listed
from rokt.personal import Clear

if TYPE_CHECKING:
    from rokt.conversion import Conversion
    from rokt.settings import Settings

_PUBLIC, _SECRET = "rpub-", "rsec-"
# What the page lists of a person hashed. It knows no other digest: names and a mobile number leave in clear or not.
_HASHED = {"email": "emailsha256"}
_CLEAR = {"billingzip": "billingzipcode"}
_TRAITS = ("dob", "gender", "city", "state", "country")
_IMPERSONAL = frozenset(
    "event_id conversiontype amount currency quantity transactionid confirmationref productname sku".split()
)
_DAY = 86_400


def _event(facts: "Conversion", event_id: str, identity: str, _: "Settings") -> dict[str, Any]:
    """One event, in which all values are text.

    The order's number goes under both names by which Rokt drops repeats: `transactionid` counts first, and a page may
    have sent either. A conversion with neither gets our UUID, so that a request without an answer can be sent again.
    """
    said: dict[str, Any] = {}
    for name, value in facts.who.items():
        if type(value) is Clear:
            said[_CLEAR.get(name, name)] = value
        elif name in _HASHED:
            said[_HASHED[name]] = value
    if facts.rtid is not None:
        said["passbackconversiontrackingid"] = facts.rtid
    if "ip" in facts.who:
        said["ipaddress"] = facts.who["ip"]
    said |= {name: facts.who[name] for name in _TRAITS if name in facts.who}
    said |= {**facts.own, "conversiontype": facts.name, **facts.purchase}
    if "transactionid" not in facts.attributes:
        order = facts.purchase.get("confirmationref")
        said |= {"confirmationref": identity} if order is None else {"transactionid": order}
    said |= {"event_id": event_id} | dict(facts.attributes)
    return {
        "clientEventId": identity,
        "eventTime": _time(facts),
        "eventType": "conversion",
        "objectData": [{"name": name, "value": _text(value)} for name, value in said.items()],
    }


def _time(facts: "Conversion") -> str:
    whole = datetime.fromtimestamp(facts.seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{facts.millis:03}Z" if facts.millis else whole + "Z"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_text, value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return str(value)


def _pairs(event: Mapping[str, Any]) -> list[Any]:
    pairs = event.get("objectData")
    return pairs if isinstance(pairs, list) else []


def _identify(event: Mapping[str, Any]) -> tuple[str, str] | None:
    said = {pair.get("name"): pair.get("value") for pair in _pairs(event) if isinstance(pair, dict)}
    event_id, name = said.get("event_id"), said.get("conversiontype")
    return (event_id, listed(name)) if isinstance(event_id, str) and isinstance(name, str) else None


def _masked(event: Mapping[str, Any], word: str) -> dict[str, Any]:
    return {**event, "objectData": [_masked_pair(pair, word) for pair in _pairs(event)]}


def _masked_pair(pair: object, word: str) -> object:
    if not isinstance(pair, dict):
        return word
    return pair if pair.get("name") in _IMPERSONAL else {**pair, "value": word}


def _key_fault(key: str, word: str) -> str:
    is_right = key.startswith(_PUBLIC) and word.startswith(_SECRET)
    return "" if is_right else "no pair of the Event API, rpub-... and rsec-..."


FORM = Form(
    title="Event API",
    url="https://api.rokt.com",
    # 5 minutes, and one event too far ahead refuses the whole request.
    ahead=300,
    # 18 months, which are 546 days at least; less the 5 that an event may wait in the queue, and one more.
    oldest=540 * _DAY,
    needs_account=True,
    no_identifier=Word("Rokt's Event API needs a usable em or rtid"),
    no_updates=Word("Rokt's Event API takes no audience updates"),
    # The page asks for both; a version that is not said would be whatever is newest.
    headers={"Charset": "utf-8", "Rokt-Version": "2020-05-21"},
    key_fault=_key_fault,
    is_somebody=lambda facts: "email" in facts.who or bool(facts.rtid),
    write=_event,
    frame=lambda account_id: Frame(b'{"accountId":' + to_json(account_id) + b',"events":[', b"]}"),
    owns=lambda event: "objectData" in event,
    named=lambda facts: listed(facts.name),
    identify=_identify,
    masked=_masked,
)
