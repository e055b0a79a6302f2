"""The country of a record: whatever source it comes by and however it is written, one phone number has one digest."""

import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from pipeline.contract.destination import Prepared, Shared
from pipeline.intake import body as bodies
from pipeline.intake.senders import SourceSettings
from roku.destination import DESTINATION, declared
from roku.normalise import Settings as Notation
from roku.settings import Settings
from sources.inbound import Inbound
from tests.unit.conversions import GROUP, NOW, sha

TIME = "2025-12-21T10:00:00Z"
Body = Callable[[str, Any], Any]


def _place(country: Any, name: str = "country") -> dict[str, Any]:
    return {} if country is None else {name: country}


def _csv(phone: str, country: Any) -> bytes:
    return f"event_name,event_time,phone,country\nPURCHASE,{TIME},{phone},{country or ''}\n".encode()


# Each source's own form of one conversion: its module, its headers, its body.
SOURCES: dict[str, tuple[str, dict[str, str], Body]] = {
    "csv": ("files.delimited", {}, _csv),
    "jsonl": (
        "files.json_lines",
        {},
        lambda phone, country: {"event_name": "PURCHASE", "event_time": TIME, "phone": phone} | _place(country),
    ),
    "callrail": (
        "calls.callrail",
        {},
        lambda phone, country: (
            {"resource_id": "C1", "answered": True, "duration": 60, "start_time": TIME, "customer_phone_number": phone}
            | _place(country, "customer_country")
        ),
    ),
    "calltrackingmetrics": (
        "calls.calltrackingmetrics",
        {},
        lambda phone, country: (
            {"id": 1, "call_status": "answered", "talk_time": 60, "unix_time": int(NOW), "caller_number": phone}
            | _place(country)
        ),
    ),
    "invoca": (
        "calls.invoca",
        {},
        lambda phone, country: (
            {"complete_call_id": "I1", "duration": 60, "start_time_utc": int(NOW), "calling_phone_number": phone}
            | _place(country)
        ),
    ),
    "ringba": (
        "calls.ringba",
        {},
        lambda phone, country: {
            "events": [{"event_name": "CONTACT", "event_time": int(NOW), "user_data": {"ph": phone} | _place(country)}]
        },
    ),
    "shopify": (
        "web.shopify",
        {"x-shopify-topic": "orders/paid"},
        lambda phone, country: {
            "id": 1,
            "created_at": TIME,
            "phone": phone,
            "billing_address": {"city": "X"} | _place(country),
        },
    ),
    "segment": (
        "web.segment",
        {},
        lambda phone, country: {
            "type": "track",
            "event": "Order Completed",
            "timestamp": TIME,
            "context": {"traits": {"phone": phone, "address": _place(country)}},
        },
    ),
    "ga4": (
        "web.ga4",
        {},
        lambda phone, country: {
            "event": "purchase",
            "event_time": int(NOW),
            "user_data": {"phone_number": phone, "address": [_place(country)]},
        },
    ),
    "tealium": (
        "web.tealium",
        {},
        lambda phone, country: (
            {"event_name": "PURCHASE", "event_time": int(NOW), "phone_number_apply_sha256_hash": phone}
            | _place(country)
        ),
    ),
}


def sent(source: str, phone: str, country: Any, *, of_sender: str | None = None, default: str | None = "US") -> Any:
    """The `user_data` that Roku gets of a post to this source."""
    module, headers, made = SOURCES[source]
    body = made(phone, country)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    posting = import_module(f"sources.{module}").read(Inbound(raw, headers, SourceSettings(), NOW))
    return roku(posting.conversions[0], of_sender=of_sender, default=default)


def roku(conversion: Any, *, of_sender: str | None = None, default: str | None = "US") -> Any:
    destination = declared(Settings(notation=Notation(default_country=default)))
    made = destination.transform({"event_id": "1", **conversion}, Shared(GROUP, NOW, {}, of_sender))
    return json.loads(made.line)["user_data"] if isinstance(made, Prepared) else made


COUNTRIES = [
    ("07700 900321", "447700900321", "GB", ["GB", "gbr", "United Kingdom", "UK", "United Kingdom (UK)"]),
    ("0151 23456789", "4915123456789", "DE", ["DE", "Germany", "Deutschland"]),
    ("0491 570 156", "61491570156", "AU", ["AU", "Australia", "AUS"]),
    ("(212) 555-0143", "12125550143", "US", ["US", "USA", "United States", "U.S.A."]),
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("phone", "number", "code", "country"),
    [(phone, number, code, way) for phone, number, code, ways in COUNTRIES for way in ways],
)
def test_the_records_country_decides_in_every_source(
    source: str, phone: str, number: str, code: str, country: str
) -> None:
    user = sent(source, phone, country, of_sender="FR")
    assert (user["ph"], user["country"]) == (sha(number), code)


@pytest.mark.parametrize("source", SOURCES)
def test_a_record_without_a_country_has_the_senders_and_then_the_stacks(source: str) -> None:
    assert sent(source, "07700 900321", None, of_sender="GB")["ph"] == sha("447700900321")
    assert sent(source, "07700 900321", None, default="GB")["ph"] == sha("447700900321")
    assert sent(source, "(212) 555-0143", None)["ph"] == sha("12125550143")


@pytest.mark.parametrize("source", SOURCES)
def test_a_country_that_nobody_knows_is_passed_over(source: str) -> None:
    assert sent(source, "07700 900321", "Atlantis", of_sender="GB")["ph"] == sha("447700900321")


def test_the_own_door_takes_the_hint_before_the_persons_country() -> None:
    event = {"event_name": "PURCHASE", "event_time": int(NOW)}
    user = {"ph": "07700 900321", "country": "US", "data_processing_country": "United Kingdom"}
    assert roku(event | {"user_data": user})["ph"] == sha("447700900321")
    posting = bodies.read(json.dumps({"data_processing_country": "GBR", "events": [event]}).encode())
    made = DESTINATION.transform(
        event | {"user_data": {"ph": "07700 900321"}}, Shared(GROUP, NOW, posting.context, "US")
    )
    assert isinstance(made, Prepared)
    assert json.loads(made.line)["user_data"]["ph"] == sha("447700900321")


def test_shopify_has_the_states_complete_name() -> None:
    order = {
        "id": 1,
        "created_at": TIME,
        "email": "jane@example.com",
        "billing_address": {"province": "Arizona", "province_code": "AZ", "country_code": "US"},
    }
    for given in (order, order | {"billing_address": {"province_code": "AZ", "country": "United States"}}):
        inbound = Inbound(json.dumps(given).encode(), {"x-shopify-topic": "orders/paid"}, SourceSettings(), NOW)
        (conversion,) = import_module("sources.web.shopify").read(inbound).conversions
        assert (roku(conversion)["st"], roku(conversion)["country"]) == ("Arizona", "US")
