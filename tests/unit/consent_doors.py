"""The doors of the relay, and the places of a post at each where a sender can put a signal of consent."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from pipeline.intake import body as bodies
from pipeline.intake.access import Request
from pipeline.intake.body import Body
from pipeline.intake.senders import Sender, SourceSettings
from sources import registry
from sources.inbound import Inbound
from sources.web import segment_http
from tests.unit.conversions import NOW

Fields = dict[str, Any]


class Post(NamedTuple):
    """A post of one conversion."""

    body: bytes
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}


class Door(NamedTuple):
    """A door: how a post to it is read, and its places. `flat` places take words alone, `page` ones only refuse."""

    name: str
    read: Callable[[Request, Sender], Body]
    places: Mapping[str, Callable[[Fields], Post]]
    browser: bool = False


FLAT = frozenset({"query", "page", "column", "note", "flat", "form"})
EMAIL = "jane@example.com"


def _posted(value: object, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None) -> Post:
    return Post(json.dumps(value).encode(), headers or {}, query or {})


def _texts(fields: Fields) -> dict[str, str]:
    """As an address holds them."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}


def _event(number: str = "order-1", **more: Any) -> Fields:
    event = {"event_id": number, "event_name": "PURCHASE", "event_time": int(NOW), "user_data": {"em": EMAIL}}
    return event | more


def _with(section: str, fields: Fields) -> Fields:
    event = _event()
    return event | {section: event.get(section, {}) | fields}


def _of_events(fields: Fields) -> dict[str, Any]:
    return {"event_group_id": "g", "events": [_event()]} | fields


_ADDRESS = "https://www.example.com/thanks?"
EVENTS: dict[str, Callable[[Fields], Post]] = {
    "event": lambda fields: _posted({"event_group_id": "g", "events": [_event(**fields)]}),
    "one event alone": lambda fields: _posted({"event_group_id": "g"} | _event(**fields)),
    "user_data": lambda fields: _posted(_of_events({"events": [_with("user_data", fields)]})),
    "custom_data": lambda fields: _posted(_of_events({"events": [_with("custom_data", fields)]})),
    "context": lambda fields: _posted(_of_events({"events": [_event(context=fields)]})),
    "properties": lambda fields: _posted(_of_events({"events": [_event(properties=fields)]})),
    "regs": lambda fields: _posted(_of_events({"events": [_event(regs={"ext": fields})]})),
    "body": lambda fields: _posted(_of_events(fields)),
    "body's context": lambda fields: _posted(_of_events({"context": {"device": fields}})),
    "query": lambda fields: _posted(_of_events({}), query=_texts(fields)),
    "page": lambda fields: _posted(
        _of_events({"events": [_event(event_source_url=_ADDRESS + urlencode(_texts(fields)))]})
    ),
}
BEACON = EVENTS | {
    "page": lambda fields: _posted(_of_events({}), {"referer": _ADDRESS + urlencode(_texts(fields))}),
}
_CALLRAIL = {"resource_id": "CAL1", "answered": True, "duration": 60, "customer_phone_number": "+15550100123",
             "start_time": "2026-01-01T00:00:00Z"}  # fmt: skip
_CTM = {"id": 1, "duration": 60, "talk_time": 50, "call_status": "answered", "caller_number": "+15550100123",
        "email": EMAIL, "unix_time": int(NOW)}  # fmt: skip
_INVOCA = {"complete_call_id": "1", "connect_duration": 60, "calling_phone_number": "555-010-0123", "email": EMAIL,
           "start_time_utc": int(NOW * 1000)}  # fmt: skip
_ORDER = {"id": 1, "created_at": "2026-01-01T00:00:00Z", "total_price": "5.00", "currency": "USD", "email": EMAIL}
_GA4 = {"event": "purchase", "event_id": "1", "transaction_id": "1", "value": 5, "currency": "USD",
        "user_data": {"email_address": EMAIL}}  # fmt: skip
_SEGMENT = {"type": "track", "event": "Order Completed", "messageId": "m1", "timestamp": "2026-01-01T00:00:00Z"}
_DEAL = {"portalId": 1, "hs_object_id": "1", "email": EMAIL, "closedate": int(NOW)}
_WEBHOOK = {"event_name": "PURCHASE", "event_id": "1", "event_time": int(NOW), "email": EMAIL}
_TEALIUM = {"event_name": "PURCHASE", "event_id": "1", "event_time": int(NOW), "email_apply_sha256_hash": EMAIL}


def _segment(properties: Fields | None = None, **more: Any) -> Post:
    return _posted(
        _SEGMENT | {"properties": {"total": 5, "currency": "USD", "email": EMAIL} | (properties or {})} | more
    )


_CAPI: Fields = {"event_name": "Purchase", "event_id": "1", "event_time": int(NOW), "user_data": {"em": [EMAIL]}}


def _capi(event: Fields, **more: Any) -> Post:
    return _posted({"data": [_CAPI | event]} | more)


def _notes(fields: Fields) -> Post:
    notes = [{"name": name, "value": value} for name, value in _texts(fields).items()]
    return _posted(_ORDER | {"note_attributes": notes}, {"x-shopify-topic": "orders/paid"})


def _table(fields: Fields) -> Post:
    columns = {"event_id": "1", "event_name": "PURCHASE", "event_time": str(int(NOW)), "email": EMAIL} | _texts(fields)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([columns, columns.values()])
    return Post(out.getvalue().encode())


def _outbound(fields: Fields) -> Fields:
    """A Salesforce outbound message, with fields beside its record."""
    record = {"sObject": {"Id": "1", "Email": EMAIL, "LastModifiedDate": "2026-01-01T00:00:00Z"}}
    return {"Envelope": {"Body": {"notifications": {"Notification": record, "Header": fields}}}}


def _measured(fields: Fields) -> Post:
    return _posted({"user_data": _GA4["user_data"], "events": [{"name": "purchase", "params": _GA4 | fields}]})


SOURCES: dict[str, dict[str, Callable[[Fields], Post]]] = {
    "ringba": {
        "body": lambda fields: _posted({"event_group_id": "g"} | _event() | fields),
        "user_data": lambda fields: _posted({"event_group_id": "g"} | _with("user_data", fields)),
    },
    "callrail": {
        "body": lambda fields: _posted(_CALLRAIL | fields),
        "custom": lambda fields: _posted(_CALLRAIL | {"custom": fields}),
    },
    "calltrackingmetrics": {
        "body": lambda fields: _posted(_CTM | fields),
        "custom_fields": lambda fields: _posted(_CTM | {"custom_fields": fields}),
    },
    "invoca": {"body": lambda fields: _posted(_INVOCA | fields)},
    "shopify": {
        "order": lambda fields: _posted(_ORDER | fields, {"x-shopify-topic": "orders/paid"}),
        "customer": lambda fields: _posted(_ORDER | {"customer": fields}, {"x-shopify-topic": "orders/paid"}),
        "note": _notes,
        "page": lambda fields: _posted(
            _ORDER | {"landing_site": "/?" + urlencode(_texts(fields))}, {"x-shopify-topic": "orders/paid"}
        ),
    },
    "segment": {
        "properties": _segment,
        "context": lambda fields: _segment(context=fields),
        "device": lambda fields: _segment(context={"device": fields}),
        "traits": lambda fields: _segment(context={"traits": fields}),
        "call": lambda fields: _segment(**fields),
        "integrations": lambda fields: _segment(integrations={"Roku": fields}),
    },
    "meta": {
        "event": _capi,
        "user_data": lambda fields: _capi({"user_data": _CAPI["user_data"] | fields}),
        "custom_data": lambda fields: _capi({"custom_data": fields}),
        "body": lambda fields: _capi({}, **fields),
        "library's form": lambda fields: Post(urlencode({"data": json.dumps([json.dumps(_CAPI | fields)])}).encode()),
        "page": lambda fields: _capi({"event_source_url": _ADDRESS + urlencode(_texts(fields))}),
    },
    "tealium": {"body": lambda fields: _posted(_TEALIUM | fields)},
    "ga4": {
        "event": lambda fields: _posted(_GA4 | fields),
        "eventModel": lambda fields: _posted({"event": "purchase", "eventModel": _GA4 | fields}),
        "params": _measured,
        "beside": lambda fields: _posted({"events": [{"name": "purchase", "params": _GA4}]} | fields),
        "user_data": lambda fields: _posted(_GA4 | {"user_data": {"email_address": EMAIL} | fields}),
    },
    "csv": {"column": _table},
    "webhook": {
        "body": lambda fields: _posted(_WEBHOOK | fields),
        "list": lambda fields: _posted([_WEBHOOK | {"context": fields}]),
        "form": lambda fields: Post(urlencode(_texts(_WEBHOOK | fields)).encode()),
    },
    "webhook/zapier": {
        "body": lambda fields: _posted({"event": "Sale", "id": "1", "email": EMAIL, "time": int(NOW)} | fields),
        "inner": lambda fields: _posted(
            {"event": "Sale", "id": "1", "time": int(NOW), "contact": {"email": EMAIL} | fields}
        ),
        "form": lambda fields: Post(urlencode(_texts({"event": "Sale", "id": "1", "email": EMAIL} | fields)).encode()),
    },
    "webhook/hubspot": {"each": lambda fields: _posted([_DEAL | fields])},
    "webhook/salesforce": {"beside": lambda fields: _posted(_outbound(fields))},
    "jsonl": {
        "row": lambda fields: _posted(_event() | fields),
        "context": lambda fields: _posted(_event(context=fields)),
    },
}


def _source(name: str) -> Callable[[Request, Sender], Body]:
    def read(request: Request, sender: Sender) -> Body:
        made = registry.reader(name)
        assert made is not None
        settings = sender.sources.get(name, SourceSettings())
        return made(Inbound(request.body, request.headers, settings, NOW, name))

    return read


def _queried(places: dict[str, Callable[[Fields], Post]]) -> dict[str, Callable[[Fields], Post]]:
    """The places of a source, and its URL, which platforms let their users write."""
    first = next(iter(places.values()))
    return places | {"query": lambda fields: first({})._replace(query=_texts(fields))}


def _batch(call: Fields | None = None, **beside: Any) -> Post:
    order = _SEGMENT | {"properties": {"total": 5, "currency": "USD", "email": EMAIL}} | (call or {})
    return _posted({"batch": [order], **beside})


BATCH: dict[str, Callable[[Fields], Post]] = {
    "call": _batch,
    "context": lambda fields: _batch({"context": fields}),
    "beside": lambda fields: _batch(**fields),
    "context beside": lambda fields: _batch(context={"consent": fields}),
    "context of both": lambda fields: _posted(
        {"batch": [_SEGMENT | {"context": {"traits": {"email": EMAIL}}}], "context": {"traits": fields}}
    ),
}
CALL: dict[str, Callable[[Fields], Post]] = {
    "properties": _segment,
    "context": lambda fields: _segment(context=fields),
    "options": lambda fields: _segment(options=fields),  # Segment's old word for the context
    "page": lambda fields: _segment()._replace(headers={"referer": _ADDRESS + urlencode(_texts(fields))}),
}


def _library(path: str) -> Callable[[Request, Sender], Body]:
    """What reads the posts of Segment's libraries to this path."""

    def read(request: Request, sender: Sender) -> Body:
        settings = sender.sources.get("segment", SourceSettings())
        return segment_http.read(Inbound(request.body, request.headers, settings, NOW, "segment", path=path))

    return read


DOORS: tuple[Door, ...] = (
    Door("/v1/events", lambda request, _: bodies.read(request.body), EVENTS),
    Door("/v1/beacon", lambda request, _: bodies.read(request.body), BEACON, browser=True),
    *(Door(name, _source(name), _queried(places)) for name, places in SOURCES.items()),
    Door("/v1/batch", _library("/v1/batch"), _queried(BATCH)),
    Door("/v1/t", _library("/v1/t"), _queried(CALL), browser=True),
)
