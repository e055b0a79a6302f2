"""The written people as posts of real senders, through the relay's own readers: what Roku would get of each person."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from bench.matching.parts import Fields
from bench.matching.people import Person
from bench.matching.ways import Way
from pipeline.contract.destination import Prepared
from pipeline.intake import body as bodies
from pipeline.intake.senders import SourceSettings
from pipeline.values.moments import Habits
from pipeline.values.timestamps import with_habits
from roku import event
from roku.normalise import Settings
from sources.inbound import Inbound
from sources.registry import reader

_NOW = 1_767_225_600  # 2026-01-01T00:00:00Z
_GROUP = "example_website_123"
_DEVICE = "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a"  # so that a conversion without any other identifier counts


def sent(way: Way, people: Sequence[Person]) -> list[dict[str, Any]]:
    """The `user_data` that Roku gets of each person who is written so; empty where the conversion was refused."""
    written = [way.write(person) for person in people]
    made: list[dict[str, Any]] = []
    for source, headers, post in _posts(way, written):
        for conversion in _conversions(source, headers, post):
            made.append(_user_data(conversion, way))
    return made


def _user_data(conversion: Any, way: Way) -> dict[str, Any]:
    if not isinstance(conversion, dict):
        return {}
    conversion = with_habits(conversion, Habits(order=way.order))
    prepared = event.prepare(conversion, group=_GROUP, now=_NOW, settings=Settings(), context={})
    if not isinstance(prepared, Prepared):
        return {}
    found: dict[str, Any] = json.loads(prepared.line)["user_data"]
    return found


def _conversions(source: str, headers: dict[str, str], post: bytes) -> list[Any]:
    if source == "events":
        return list(bodies.read(post).conversions)
    read = reader(source)
    assert read is not None
    settings = SourceSettings(currency="USD")
    return list(read(Inbound(post, headers, settings, _NOW)).conversions)


def _posts(way: Way, written: Sequence[Fields]) -> list[tuple[str, dict[str, str], bytes]]:
    """Source, headers and body of each post: of those that take many people, one for all."""
    if way.door == "events":
        events = [_event(number, fields) for number, fields in enumerate(written)]
        return [("events", {}, _dumped({"event_group_id": _GROUP, "events": events}))]
    if way.door in ("csv", "jsonl"):
        rows = [_row(way, number, fields) for number, fields in enumerate(written)]
        return [(way.door, {}, _table(rows, way.delimiter) if way.door == "csv" else b"\n".join(map(_dumped, rows)))]
    made = {"shopify": _shopify, "segment": _segment, "callrail": _callrail}[way.door]
    headers = {"x-shopify-topic": "orders/paid"} if way.door == "shopify" else {}
    return [(way.door, headers, _dumped(made(number, fields))) for number, fields in enumerate(written)]


def _event(number: int, fields: Fields) -> dict[str, Any]:
    return {
        "event_id": f"order-{number + 1}",
        "event_name": "LEAD",
        "event_time": _NOW,
        "user_data": {"aGA": _DEVICE} | fields,
    }


def _row(way: Way, number: int, fields: Fields) -> dict[str, Any]:
    named = {column: fields.get(name) for name, column in way.columns.items()}
    return {"event_name": "LEAD", "event_time": _NOW, "event_id": f"row-{number + 1}", "aGA": _DEVICE} | named


def _table(rows: Sequence[dict[str, Any]], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _shopify(number: int, fields: Fields) -> dict[str, Any]:
    address = {
        "first_name": fields["fn"],
        "last_name": fields["ln"],
        "phone": fields["ph"],
        "city": fields["ct"],
        "zip": fields["zp"],
        "province_code": fields.get("st"),
        "country_code": fields["country"],
    }
    return {"id": 4_500_000_000 + number, "processed_at": "2025-12-31T10:00:00-05:00", "total_price": "25.00",
            "currency": "USD", "email": fields["em"], "billing_address": address}  # fmt: skip


def _segment(number: int, fields: Fields) -> dict[str, Any]:
    address = {
        "city": fields["ct"],
        "state": fields.get("st"),
        "postalCode": fields["zp"],
        "country": fields["country"],
    }
    traits = {"email": fields["em"], "phone": fields["ph"], "firstName": fields["fn"], "lastName": fields["ln"],
              "gender": fields["ge"], "birthday": fields["db"], "address": address}  # fmt: skip
    return {"type": "track", "event": "Order Completed", "messageId": f"m-{number + 1}",
            "timestamp": "2025-12-31T10:00:00Z", "context": {"traits": traits},
            "properties": {"order_id": f"o-{number + 1}", "total": 25, "currency": "USD"}}  # fmt: skip


def _callrail(number: int, fields: Fields) -> dict[str, Any]:
    return {"resource_id": f"CAL{number + 1}", "answered": True, "duration": 90, "direction": "inbound",
            "start_time": "2025-12-31T10:00:00Z", "customer_phone_number": fields["ph"], "customer_city": fields["ct"],
            "customer_state": fields.get("st"), "customer_country": fields["country"]}  # fmt: skip


def _dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
