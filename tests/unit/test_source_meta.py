"""Meta's, Snap's and Pinterest's conversion APIs, by their pages and what their libraries put on the wire."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given

from pipeline.contract.destination import Invalid
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from roku.event import prepare
from roku.normalise import Settings
from sources.inbound import Inbound
from sources.web import meta
from tests.unit.arbitrary import FUZZ, with_names
from tests.unit.call_posts import only
from tests.unit.conversions import GROUP, NOW, sha, unwarned

EVENT = {
    "event_name": "Purchase",
    "event_time": 1767225000,
    "event_id": "order-77",
    "event_source_url": "https://shop.example/thanks",
    "action_source": "website",
    "user_data": {
        "em": [sha("ada@example.com")],
        "ph": [sha("12025550143")],
        "ct": [sha("tampa")],
        "ge": [sha("f")],
        "zp": ["33601"],
        "external_id": ["u-31"],
        "client_ip_address": "203.0.113.9",
        "fbp": "fb.1.1767225000000.1",
    },
    "custom_data": {
        "value": 12.5,
        "currency": "USD",
        "order_id": "77",
        "content_ids": ["A", "B"],
        "contents": [{"id": "A", "quantity": 2, "item_price": 6.25}],
    },
}


def post(data: Any, *, kind: str = "application/json", query: str = "", **settings: Any) -> Body:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    url = f"https://api.example.com/v25.0/1234/events{query}"
    return meta.read(Inbound(body, {"content-type": kind}, SourceSettings(**settings), NOW, url=url))


def test_an_event_becomes_rokus_and_digests_that_are_not_rokus_are_left_out() -> None:
    conversion = only(post({"data": [EVENT]}))
    event = unwarned(prepare(conversion, group=GROUP, now=NOW, settings=Settings(), context={}))
    assert event == {
        "event_id": "order-77",
        "event_name": "PURCHASE",
        "event_type": "conversion",
        "event_time": 1767225000,
        "event_source": "website",
        "event_source_url": "https://shop.example/thanks",
        "user_data": {
            "is_hashed": True,
            "em": sha("ada@example.com"),
            "ph": sha("12025550143"),
            "zp": "33601",
            "external_id": "u-31",
            "client_ip_address": "203.0.113.9",
        },
        "custom_data": {
            "value": 12.5,
            "currency": "USD",
            "order_id": "77",
            "content_ids": ["B"],
            "contents": [{"id": "A", "quantity": "2", "price": 6.25}],
            "num_items": 2,
        },
    }


@pytest.mark.parametrize("texts", [True, False], ids=["each event JSON text", "objects"])
def test_the_librarys_form_is_read(texts: bool) -> None:
    data = json.dumps([json.dumps(EVENT) if texts else EVENT])
    form = urlencode({"data": data, "partner_agent": "mine", "access_token": "t"}).encode()
    posting = post(form, kind="application/x-www-form-urlencoded")
    assert only(posting)["event_id"] == "order-77"
    assert not posting.is_test
    assert "access_token" not in posting.shared


def test_curls_multipart_form_is_read() -> None:
    body = '--x\r\nContent-Disposition: form-data; name="data"\r\n\r\n' + json.dumps([EVENT]) + "\r\n--x--\r\n"
    assert only(post(body.encode(), kind="multipart/form-data; boundary=x"))["event_id"] == "order-77"


@pytest.mark.parametrize(
    ("name", "roku"),
    [
        ("AddToCart", "ADD_TO_CART"),
        ("SubmitApplication", "SIGN_UP"),
        ("PageView", "PAGE_VIEW"),
        ("ADD_CART", "ADD_TO_CART"),
        ("START_CHECKOUT", "INITIATE_CHECKOUT"),
        ("checkout", "PURCHASE"),
        ("page_visit", "PAGE_VIEW"),
        ("signup", "SIGN_UP"),
    ],
)
def test_names_of_each_network(name: str, roku: str) -> None:
    assert only(post({"data": [EVENT | {"event_name": name}]}))["event_name"] == roku


def test_a_name_of_ones_own_is_ignored_unless_it_is_mapped() -> None:
    own = {"data": [EVENT | {"event_name": "GoldMember"}]}
    (one,) = post(own).conversions
    assert isinstance(one, Ignored)
    assert (one.code, one.event_id) == ("unmapped_event", "order-77")
    assert only(post(own, event_names={"goldmember": "SUBSCRIBE"}))["event_name"] == "SUBSCRIBE"
    (off,) = post({"data": [EVENT]}, event_names={"Purchase": None}).conversions
    assert isinstance(off, Ignored)


WHERE = {"MOBILE_APP": "mobile_app", "app_ios": "mobile_app", "WEB": "website", "system_generated": "system-generated"}
WHERE |= {"physical_store": "physical_store", "crm": "other", "business_messaging": "other"}


@pytest.mark.parametrize(("source", "expected"), [*WHERE.items(), ("mars", None)])
def test_where_it_happened(source: str, expected: str | None) -> None:
    assert only(post({"data": [EVENT | {"action_source": source}]})).get("event_source") == expected


@pytest.mark.parametrize(("system", "field"), [("i2", "aID"), ("a2", "aGA"), ("x1", None)])
def test_an_advertising_id_is_of_its_system(system: str, field: str | None) -> None:
    user = EVENT["user_data"] | {"madid": "38400000-8cf0-11bd-b23e-10b96e40000d"}  # type: ignore[operator]
    found = only(post({"data": [EVENT | {"user_data": user, "app_data": {"extinfo": [system, "", "1"]}}]}))["user_data"]
    assert {name for name in found if name in ("aID", "aGA")} == ({field} - {None})


def test_a_bad_event_costs_no_other() -> None:
    good, bad = post({"data": [EVENT, "[[event]]"]}).conversions
    assert isinstance(good, dict)
    assert isinstance(bad, Invalid)


@pytest.mark.parametrize("body", [{"events": [EVENT]}, {"data": []}, {"data": [EVENT] * 1_001}, [EVENT]])
def test_a_body_without_events_or_with_too_many_is_refused(body: Any) -> None:
    with pytest.raises(BadRequest, match="data"):
        post(body)


def test_tests_are_known() -> None:
    assert post({"data": [EVENT], "test_event_code": "TEST1"}).is_test
    assert post({"data": [EVENT]}, query="?test=true").is_test
    assert not post({"data": [EVENT], "test_event_code": ""}, query="?access_token=k&test=false").is_test


@FUZZ
@given(with_names("event_name event_id user_data custom_data app_data action_source opt_out"))
def test_whatever_is_posted_is_read_or_refused(data: Any) -> None:
    with suppress(BadRequest):
        post({"data": data})
