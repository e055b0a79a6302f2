"""The sandbox's rules, field by field, against Roku's own page: the second opinion has to be right itself."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest

from local.roku_sandbox import read_faults
from local.roku_sandbox.answers import read_batch
from local.roku_sandbox.fields import CURRENCIES, EVENT_NAMES, EVENT_SOURCES
from local.roku_sandbox.rules import check_body, check_event
from local.roku_sandbox.sandbox import WINDOW
from local.sandbox.checks import EMPTY_DIGESTS
from local.sandbox.records import LAST, LAST_IDS, Records

NOW = 1_700_000_000
# printf %s someone@example.com | sha256sum
DIGEST = hashlib.sha256(b"someone@example.com").hexdigest()
MALE = hashlib.sha256(b"male").hexdigest()
ABSENT = object()

NO_IDENTIFIER = "At least one user identifier is required"


def event(**changes: Any) -> dict[str, Any]:
    whole = {
        "event_id": "order-1",
        "event_name": "PURCHASE",
        "event_type": "conversion",
        "event_time": NOW,
        "user_data": {"is_hashed": True, "em": DIGEST},
    } | changes
    return {field: value for field, value in whole.items() if value is not ABSENT}


def user_data(**fields: Any) -> dict[str, Any]:
    return event(user_data={"is_hashed": True, "em": DIGEST} | fields)


def custom_data(**fields: Any) -> dict[str, Any]:
    return event(custom_data=fields)


def contents(**fields: Any) -> dict[str, Any]:
    item = {"id": "ABC123", "quantity": "2", "price": 10} | fields
    return custom_data(contents=[{field: value for field, value in item.items() if value is not ABSENT}])


def test_the_lists_of_the_page_are_complete() -> None:
    assert (len(EVENT_NAMES), len(EVENT_SOURCES), len(CURRENCIES)) == (27, 10, 62)
    # printf null | sha256sum: the ph of the page's own example
    assert "74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b" in EMPTY_DIGESTS
    assert "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" in EMPTY_DIGESTS  # of no bytes at all
    assert len(EMPTY_DIGESTS) == 10


@pytest.mark.parametrize("name", sorted(EVENT_NAMES))
def test_every_event_name_is_taken(name: str) -> None:
    assert check_event(event(event_name=name), now=NOW) == {}


@pytest.mark.parametrize(
    "given",
    [
        event(event_id=ABSENT),
        event(event_time=NOW + 3600),
        event(event_time=1_621_436_800),
        *(event(event_source=source) for source in sorted(EVENT_SOURCES)),
        event(event_source_url="https://example.com/cart?a=1", referrer_url="http://example.com"),
        event(opt_out="true"),
        event(opt_out="false", partner_name="Ringba"),
        *(event(user_data={name: "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a"}) for name in "aGA aID aDX aGI aRI".split()),
        event(user_data={"client_ip_address": "192.168.1.1"}),
        event(user_data={"client_ip_address": "2001:db8::1", "is_hashed": False}),
        event(user_data={"is_hashed": True, "ph": DIGEST}),
        user_data(fn=DIGEST, ln=DIGEST, ge=MALE, db=DIGEST, ct="New York", st="New York", zp="10001", country="US"),
        user_data(external_id="7", client_user_agent="Mozilla/5.0", subscription_id="s", aFC="cookie"),
        event(custom_data={}),
        custom_data(value=99.99, currency="USD", num_items=3, predicted_ltv=10, content_ids=["A", 1], contents=[]),
        custom_data(content_type="product_group", purchase_type="repeat_purchase", delivery_category="curbside"),
        custom_data(content_category="c", content_name="n", search_string="", status="s", order_id="o"),
        custom_data(utm_source="a", utm_medium="b", utm_campaign="c", utm_term="d", utm_content="e"),
        *(custom_data(currency=currency) for currency in sorted(CURRENCIES)),
        contents(),
        contents(id=7, quantity=2, price=9.5, delivery_category="in_store"),
    ],
)
def test_what_the_page_allows_is_taken(given: dict[str, Any]) -> None:
    assert check_event(given, now=NOW) == {}


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        (event(event_name=ABSENT, user_data={}), {"event_name": "event_name is required", "user_data": NO_IDENTIFIER}),
        (event(user_data=ABSENT), {"user_data": NO_IDENTIFIER}),
        (event(user_data={"ct": "Bern", "external_id": "7", "aFC": "c"}), {"user_data": NO_IDENTIFIER}),
        (
            event(event_name="INVALID_EVENT"),
            {"event_name": "Invalid event name: INVALID_EVENT. Event name must be one of the supported values."},
        ),
    ],
)
def test_the_texts_that_the_page_quotes_are_used_word_for_word(
    given: dict[str, Any], errors: Mapping[str, str]
) -> None:
    assert check_event(given, now=NOW) == errors


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("event", [event()]),
        ("event_name", event(event_name="purchase")),
        ("event_name", event(event_name=["PURCHASE"])),
        ("event_type", event(event_type=ABSENT)),
        ("event_type", event(event_type="clicks")),
        ("event_time", event(event_time=ABSENT)),
        ("event_time", event(event_time=True)),
        ("event_time", event(event_time=float(NOW))),
        ("event_time", event(event_time=str(NOW))),
        ("event_time", event(event_time=0)),
        ("event_time", event(event_time=NOW * 1000)),
        ("event_time", event(event_time=NOW + 3601)),
        ("event_id", event(event_id=42)),
        ("event_id", event(event_id="")),
        ("event_id", event(event_id=None)),
        ("event_source", event(event_source="system_generated")),
        ("event_source_url", event(event_source_url="example.com/cart")),
        ("event_source_url", event(event_source_url="ftp://example.com")),
        ("referrer_url", event(referrer_url="https://[::1")),
        ("referrer_url", event(referrer_url="https://example.com/a b")),
        ("opt_out", event(opt_out=True)),
        ("opt_out", event(opt_out="yes")),
        ("partner_name", event(partner_name=5)),
        ("surprise", event(surprise="x")),
        ("is_hashed", event(is_hashed=True)),
        ("user_data", event(user_data="x")),
        ("user_data.em", user_data(em="someone@example.com")),
        ("user_data.em", user_data(em=DIGEST.upper())),
        ("user_data.em", user_data(em=DIGEST[:-1])),
        ("user_data.em", user_data(em=DIGEST + "\n")),
        ("user_data.em", user_data(em=None)),
        ("user_data.ph", user_data(ph="+15551234567")),
        ("user_data.db", user_data(db="1990-01-31")),
        ("user_data.AID", user_data(AID="5e2d9c1a")),
        ("user_data.zp", user_data(zp=10001)),
        ("user_data.ct", user_data(ct=" ")),
        ("user_data.external_id", user_data(external_id="someone@example.com")),
        ("user_data.client_ip_address", user_data(client_ip_address="300.1.1.1")),
        ("user_data.client_ip_address", user_data(client_ip_address="1.1.1.1:80")),
        ("user_data.client_ip_address", user_data(client_ip_address=16843009)),
        ("user_data.is_hashed", user_data(is_hashed="true")),
        ("user_data.is_hashed", user_data(is_hashed=False)),
        ("user_data.is_hashed", event(user_data={"em": DIGEST})),
        ("custom_data", event(custom_data=[])),
        ("custom_data.surprise", custom_data(surprise=1)),
        ("custom_data.value", custom_data(value="99.99")),
        ("custom_data.value", custom_data(value=True)),
        ("custom_data.value", custom_data(value=float("nan"))),
        ("custom_data.predicted_ltv", custom_data(predicted_ltv=float("inf"))),
        ("custom_data.currency", custom_data(currency="usd")),
        ("custom_data.currency", custom_data(currency="XXX")),
        ("custom_data.num_items", custom_data(num_items=1.0)),
        ("custom_data.num_items", custom_data(num_items=True)),
        ("custom_data.order_id", custom_data(order_id=12345)),
        ("custom_data.content_ids", custom_data(content_ids="ABC123")),
        ("custom_data.content_ids", custom_data(content_ids=[1.5])),
        ("custom_data.content_type", custom_data(content_type="products")),
        ("custom_data.purchase_type", custom_data(purchase_type="second")),
        ("custom_data.delivery_category", custom_data(delivery_category="drone")),
        ("custom_data.utm_source", custom_data(utm_source=None)),
        ("custom_data.contents", custom_data(contents={"id": 1})),
        ("custom_data.contents[0]", custom_data(contents=["ABC123"])),
        ("custom_data.contents[0].id", contents(id=ABSENT)),
        ("custom_data.contents[0].quantity", contents(quantity=ABSENT)),
        ("custom_data.contents[0].price", contents(price=ABSENT)),
        ("custom_data.contents[0].quantity", contents(quantity=1.5)),
        ("custom_data.contents[0].quantity", contents(quantity="two")),
        ("custom_data.contents[0].price", contents(price="10")),
        ("custom_data.contents[0].delivery_category", contents(delivery_category="")),
        ("custom_data.contents[0].name", contents(name="x")),
    ],
)
def test_a_wrong_field_is_named_and_no_other(field: str, given: Any) -> None:
    errors = check_event(given, now=NOW)
    assert list(errors) == [field]
    assert errors[field]


@pytest.mark.parametrize("field", "em ph fn ln ge db".split())
def test_a_digest_of_nothing_is_refused_only_when_strict(field: str) -> None:
    for digest in EMPTY_DIGESTS:
        given = event(user_data={"is_hashed": True, "aRI": "5e2d9c1a", field: digest})
        assert list(check_event(given, now=NOW)) == [f"user_data.{field}"]
        assert check_event(given, now=NOW, profile="page") == {}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ([], "JSON object"),
        ({"events": [{}]}, "event_group_id"),
        ({"event_group_id": 7, "events": [{}]}, "event_group_id"),
        ({"event_group_id": "g"}, "events"),
        ({"event_group_id": "g", "events": []}, "events"),
        ({"event_group_id": "g", "events": {}}, "events"),
        ({"event_group_id": "g", "events": [{}] * 1001}, "1000"),
        ({"event_group_id": "g", "events": [{}], "is_hashed": True}, "is_hashed"),
    ],
)
def test_a_wrong_body_is_refused_whole(body: object, fault: str) -> None:
    assert fault in (check_body(body) or "")


def test_a_thousand_events_are_looked_at() -> None:
    assert check_body({"event_group_id": "g", "events": [{}] * 1000}) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999}', b'{"a": 1, "a": 1}', b"[" * 100_000],
)
def test_what_is_not_json_is_a_fault_of_the_body_and_never_an_exception(body: bytes) -> None:
    assert "must be JSON" in (read_batch(body).fault or "")


@pytest.mark.parametrize(
    "told",
    [
        [],
        {"surprise": 1},
        {"status": 99},
        {"status": 204},
        {"status": True},
        {"times": 0},
        {"delay": -1},
        {"delay": float("nan")},
        {"drop": "during"},
        {"malformed": 1},
        {"failing": "often"},
        {"headers": {"Retry-After": 2}},
        {"headers": {"A": "b\r\nC: d"}},
        {"refuse": {"order-1": {}}},
        {"refuse": ["order-1"]},
        {"revoked": "yes"},
        {"forbidden_partners": "Ringba"},
        {"thin": "full"},
    ],
)
def test_a_fault_that_makes_no_sense_is_not_taken(told: object) -> None:
    with pytest.raises(ValueError, match="fault"):
        read_faults(told)


def test_the_lists_are_bounded_and_the_counts_are_not() -> None:
    records = Records(WINDOW)
    for number in range(LAST + 5):
        records.ingest([(number, str(number), {})], refused=0, now=float(NOW))
        records.note(event_ids=[], status=200)
    assert [len(records.events()), len(records.requests())] == [LAST, LAST]
    assert records.events()[0]["event_id"] == "5"
    assert records.counts()["conversions"] == records.counts()["requests"] == LAST + 5
    many = [None] * LAST_IDS
    records.note(event_ids=many)
    assert len(records.requests()) == LAST  # the ids alone are just within their bound
    records.note(event_ids=many)
    assert len(records.requests()) == 1
