"""Tealium's posts, by the parameters of the guide to its Roku Events API connector."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.contract.destination import Invalid
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values import hints
from sources.inbound import Inbound
from sources.web import tealium
from sources.web.tealium import read
from tests.unit.arbitrary import FUZZ, check_judged, check_spoiled, with_names
from tests.unit.conversions import NOW, finished, sha

LEAD: dict[str, Any] = {
    "event_name": "LEAD",
    "event_time": NOW,
    "event_id": "t-1",
    "client_ip_address": "203.0.113.9",
}
JANE = LEAD | {"email_apply_sha256_hash": "jane@example.com"}
PAIRS = [
    ("email", "em", " Jane@Example.com ", "jane@example.com"),
    ("phone_number", "ph", "+1 (555) 010-0123", "15550100123"),
    ("first_name", "fn", " Jane ", "jane"),
    ("last_name", "ln", "DOE", "doe"),
    ("birthdate", "db", "1990-01-02", "1990-01-02"),
]


def posted(body: object, headers: dict[str, str] | None = None, **settings: Any) -> Body:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read(Inbound(raw, headers or {}, SourceSettings(**settings), NOW))


def one(body: object, **settings: Any) -> dict[str, Any]:
    posting = posted(body, **settings)
    (conversion,) = posting.conversions
    assert isinstance(conversion, dict)
    return conversion


def said(posting: Body) -> dict[str, str]:
    return dict(posting.warnings)


def event(changes: dict[str, Any]) -> dict[str, Any]:
    return finished(one(LEAD | changes))


# The guide's tables, but for the five pairs and the product arrays, which have tests of their own.
@pytest.mark.parametrize(
    ("key", "value", "path"),
    [
        ("event_name", "PURCHASE", ("event_name",)),
        ("event_time", NOW - 60, ("event_time",)),
        ("event_source", "physical_store", ("event_source",)),
        ("event_id", "order-77", ("event_id",)),
        ("event_source_url", "https://www.example.com/thanks", ("event_source_url",)),
        ("referrer_url", "https://www.example.com/cart", ("referrer_url",)),
        ("event_type", "conversion", ("event_type",)),
        ("opt_out", "true", ("opt_out",)),
        ("content_category", "games", ("custom_data", "content_category")),
        ("content_ids", ["A1", "B2"], ("custom_data", "content_ids")),
        ("content_name", "Monopoly", ("custom_data", "content_name")),
        ("content_type", "product_group", ("custom_data", "content_type")),
        ("currency_code", "USD", ("custom_data", "currency")),
        ("number_of_items", 3, ("custom_data", "num_items")),
        ("predicted_ltv", 120.5, ("custom_data", "predicted_ltv")),
        ("search_string", "board games", ("custom_data", "search_string")),
        ("status", "complete", ("custom_data", "status")),
        ("value", 99.5, ("custom_data", "value")),
        ("order_id", "1001", ("custom_data", "order_id")),
        ("purchase_type", "repeat_purchase", ("custom_data", "purchase_type")),
        ("delivery_category", "curbside", ("custom_data", "delivery_category")),
        # Roku takes more than Tealium's connector sends.
        ("partner_name", "Tealium", ("partner_name",)),
        ("client_ip_address", "203.0.113.9", ("user_data", "client_ip_address")),
        ("client_user_agent", "Mozilla/5.0", ("user_data", "client_user_agent")),
        ("external_id", "c-7", ("user_data", "external_id")),
        ("city", "Austin", ("user_data", "ct")),
        ("state", "Texas", ("user_data", "st")),
        ("zip", "78701", ("user_data", "zp")),
        ("country", "US", ("user_data", "country")),
        ("aRI", "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a", ("user_data", "aRI")),
        ("utm_source", "newsletter", ("custom_data", "utm_source")),
    ],
)
def test_each_parameter_reaches_its_field(key: str, value: Any, path: tuple[str, ...]) -> None:
    found: Any = event({key: value})
    for name in path:
        found = found[name]
    assert found == value
    assert posted(LEAD | {key: value}).warnings == []


def test_event_type_and_opt_out_have_the_guides_defaults() -> None:
    made = event({})
    assert made["event_type"] == "conversion"
    assert made.get("opt_out") != "true"


@pytest.mark.parametrize("label", ["Email (apply SHA256 hash)", "emailApplySha256Hash", "EMAIL_APPLY_SHA256_HASH"])
def test_the_guides_labels_and_other_spellings_are_the_same_names(label: str) -> None:
    posting = posted({"Event Name": "LEAD", "Event Time": NOW, label: "jane@example.com"})
    assert posting.warnings == []
    assert finished(posting.conversions[0])["user_data"]["em"] == sha("jane@example.com")


@pytest.mark.parametrize(("person", "field", "clear", "normal"), PAIRS)
def test_clear_text_to_be_hashed_is_hashed(person: str, field: str, clear: str, normal: str) -> None:
    posting = posted(LEAD | {f"{person}_apply_sha256_hash": clear})
    assert posting.warnings == []
    assert finished(posting.conversions[0])["user_data"][field] == sha(normal)


@pytest.mark.parametrize(("person", "field", "clear", "normal"), PAIRS)
@pytest.mark.parametrize("variant", ["already_sha256_hashed", "apply_sha256_hash"])
def test_a_digest_is_never_hashed_again(person: str, field: str, clear: str, normal: str, variant: str) -> None:
    posting = posted({**LEAD, f"{person}_{variant}": sha(normal).upper()})
    assert finished(posting.conversions[0])["user_data"][field] == sha(normal)


@pytest.mark.parametrize(("person", "field", "clear", "normal"), PAIRS)
def test_clear_text_under_the_hashed_name_is_hashed_and_told(person: str, field: str, clear: str, normal: str) -> None:
    posting = posted(LEAD | {f"{person}_already_sha256_hashed": clear})
    assert finished(posting.conversions[0])["user_data"][field] == sha(normal)
    assert f"map it to {person}_apply_sha256_hash" in said(posting)[f"{person}_already_sha256_hashed"]
    assert clear.strip() not in str(posting.warnings)


@pytest.mark.parametrize(("person", "field", "clear", "normal"), PAIRS)
def test_of_two_variants_that_agree_nothing_is_said(person: str, field: str, clear: str, normal: str) -> None:
    posting = posted(LEAD | {f"{person}_apply_sha256_hash": clear, f"{person}_already_sha256_hashed": sha(normal)})
    assert posting.warnings == []
    assert finished(posting.conversions[0])["user_data"][field] == sha(normal)


def test_of_a_phone_number_the_guide_drops_leading_zeros_before_hashing() -> None:
    number = {
        "phone_number_apply_sha256_hash": "00 1 555 0100123",
        "phone_number_already_sha256_hashed": sha("15550100123"),
    }
    assert posted(LEAD | number).warnings == []


def test_of_two_variants_that_agree_each_destination_normalises_the_clear_one() -> None:
    # Roku drops what stands from + to @; Tealium's rule, by which the digest was made, does not.
    clear = "jane+shop@example.com"
    made = event({"email_apply_sha256_hash": clear, "email_already_sha256_hashed": sha(clear)})
    assert made["user_data"]["em"] == sha("jane@example.com")


def test_of_two_variants_that_disagree_the_digest_counts() -> None:
    posting = posted(JANE | {"email_already_sha256_hashed": sha("john@example.com")})
    assert finished(posting.conversions[0])["user_data"]["em"] == sha("john@example.com")
    assert "map only one" in said(posting)["email_already_sha256_hashed"]
    assert "example.com" not in str(posting.warnings)


@pytest.mark.parametrize("useless", [sha(""), sha("null"), "d" * 32, "john@example.com"])
def test_what_is_no_usable_digest_gives_way_to_the_clear_variant(useless: str) -> None:
    posting = posted(JANE | {"email_already_sha256_hashed": useless})
    assert finished(posting.conversions[0])["user_data"]["em"] == sha("jane@example.com")
    assert "not a usable SHA-256 digest" in said(posting)["email_already_sha256_hashed"]


@pytest.mark.parametrize("absent", ["", "null", "{{email}}", None])
def test_an_empty_variant_is_absent(absent: str | None) -> None:
    posting = posted(JANE | {"email_already_sha256_hashed": absent})
    assert posting.warnings == []
    assert finished(posting.conversions[0])["user_data"]["em"] == sha("jane@example.com")


@pytest.mark.parametrize(
    ("ids", "quantities", "prices"),
    [
        (["A1", "B2"], [1, 2], [10, 4.5]),
        (["A1", "B2"], ["1", "2"], ["10", "4.5"]),
        ("A1,B2", "1,2", "10,4.5"),
        ("A1, B2", "1 , 2", " 10,4.5 "),
        ('["A1","B2"]', "[1,2]", "[10,4.5]"),
        ("[A1,B2]", "[1, 2]", "[10.0,4.5]"),  # an array variable in a template, without .toJson
    ],
)
def test_the_product_arrays_become_contents(ids: Any, quantities: Any, prices: Any) -> None:
    posting = posted(LEAD | {"product_ids": ids, "product_quantity": quantities, "product_price": prices})
    assert posting.warnings == []
    contents = finished(posting.conversions[0])["custom_data"]["contents"]
    assert [(line["id"], int(line["quantity"]), line["price"]) for line in contents] == [("A1", 1, 10), ("B2", 2, 4.5)]


def test_one_product_may_come_without_arrays() -> None:
    expected = [{"id": "77", "quantity": "1", "price": 9.99}]
    for ids, quantity, price in ((77, 1, 9.99), ("[77]", "[1]", "[9.99]"), ("77", "1", "9.99")):
        made = event({"product_ids": ids, "product_quantity": quantity, "product_price": price})
        assert made["custom_data"]["contents"] == expected


@pytest.mark.parametrize(
    ("arrays", "lengths"),
    [
        ((["A1", "B2"], [1], [10, 4.5]), (2, 1, 2)),
        ((["A1", "B2"], [], [10, 4.5]), (2, 0, 2)),
        (("A1,B2", "1,2", "1,234.50,4"), (2, 2, 3)),
    ],
)
def test_product_arrays_of_unequal_lengths_are_refused_with_the_lengths(
    arrays: tuple[Any, Any, Any], lengths: tuple[int, int, int]
) -> None:
    names = ("product_ids", "product_quantity", "product_price")
    with pytest.raises(BadRequest) as caught:
        posted(LEAD | dict(zip(names, arrays, strict=True)))
    assert caught.value.status == 400
    for name, length in zip(names, lengths, strict=True):
        assert f"{name} {length}" in caught.value.description


def test_in_a_batch_unequal_product_arrays_cost_that_event_alone() -> None:
    wrong = LEAD | {"product_ids": ["A1"], "product_quantity": [1, 2], "product_price": [10], "event_id": "t-2"}
    first, second, third = posted([LEAD, wrong, LEAD]).conversions
    assert isinstance(second, Invalid)
    assert "product_quantity 2" in second.errors["product_ids"]
    assert first == third
    assert finished(first)["event_id"] == "t-1"


@pytest.mark.parametrize("absent", [[], "", "[]", "{{products}}", "[[products]]", None])
def test_without_products_there_are_no_contents(absent: object) -> None:
    posting = posted(LEAD | dict.fromkeys(("product_ids", "product_quantity", "product_price"), absent))
    assert posting.warnings == []
    assert "custom_data" not in finished(posting.conversions[0])


def test_products_without_prices_are_named_as_content_ids() -> None:
    posting = posted(LEAD | {"product_ids": "A1,B2", "product_quantity": "1,2"})
    assert "without product_price" in said(posting)["product_ids"]
    assert finished(posting.conversions[0])["custom_data"] == {"content_ids": ["A1", "B2"]}


def test_content_ids_come_as_an_array_or_as_text_with_commas() -> None:
    assert event({"content_ids": "A1, B2"})["custom_data"]["content_ids"] == ["A1", "B2"]
    assert event({"content_ids": "[1, 2]"})["custom_data"]["content_ids"] == [1, 2]


def test_a_batch_has_its_events_in_their_order() -> None:
    posting = posted([LEAD | {"event_id": str(number), "event_group_id": "web"} for number in range(3)])
    assert [conversion["event_id"] for conversion in posting.conversions] == ["0", "1", "2"]
    assert posting.event_group_id == "web"
    assert posting.warnings == []


def test_a_batch_of_several_event_groups_is_refused() -> None:
    with pytest.raises(BadRequest, match="names 2 event groups"):
        posted([LEAD | {"event_group_id": "web"}, LEAD | {"event_group_id": "app"}])


@pytest.mark.parametrize(
    ("body", "fault"),
    [([], "must be a JSON object"), ("text", "must be a JSON object"), ([LEAD] * 1_001, "1001 events; at most 1000")],
)
def test_what_holds_no_event_or_too_many_is_refused(body: object, fault: str) -> None:
    with pytest.raises(BadRequest, match=fault) as caught:
        posted(body)
    assert caught.value.status == 400


def test_a_key_that_nobody_knows_is_named_with_the_one_that_was_meant() -> None:
    posting = posted([LEAD | {"email_apply_sha256": "x", "tealium_account": "acme"}] * 2)
    assert len(posting.warnings) == 2  # told once for the batch
    assert "did you mean email_apply_sha256_hash?" in said(posting)["email_apply_sha256"]
    assert "not a known field" in said(posting)["tealium_account"]


def test_a_second_name_of_a_field_is_told() -> None:
    posting = posted(LEAD | {"order_id": "1", "transaction_id": "2"})
    assert "has a value already" in said(posting)["transaction_id"]
    assert posting.conversions[0]["custom_data"] == {"order_id": "1"}


def test_the_fields_of_v1_events_are_understood_too() -> None:
    nested = {"event_name": "LEAD", "event_time": NOW, "user_data": {"em": "jane@example.com"}}
    assert one(nested) == nested
    assert one(nested | {"value": 5})["custom_data"] == {"value": 5}


def test_the_senders_settings_give_group_name_and_currency() -> None:
    posting = posted(
        LEAD | {"event_name": "purchase", "event_group_id": "web", "value": 5},
        event_group="shop",
        event_names={"purchase": "PURCHASE"},
        currency="EUR",
    )
    assert posting.event_group_id == "shop"
    made = finished(posting.conversions[0])
    assert (made["event_name"], made["custom_data"]) == ("PURCHASE", {"value": 5, "currency": "EUR"})
    assert one(LEAD | {"value": 5, "currency_code": "USD"}, currency="EUR")["custom_data"]["currency"] == "USD"
    assert "custom_data" not in one(LEAD, currency="EUR")


def test_a_name_that_the_settings_make_none_is_ignored() -> None:
    (ignored,) = posted(LEAD | {"event_name": "page_view"}, event_names={"page_view": None}).conversions
    assert isinstance(ignored, Ignored)
    assert ignored.code == "unmapped_event"
    assert "event_names" in ignored.text


def test_a_signature_is_asked_for_where_a_secret_is_set() -> None:
    body = json.dumps(LEAD).encode()
    signed = hmac.new(b"a secret", body, hashlib.sha256).hexdigest()
    assert posted(body, {"signature": signed}, signature_secret="a secret").conversions
    with pytest.raises(BadRequest) as caught:
        posted(b"{", {"signature": signed}, signature_secret="a secret")
    assert caught.value.status == 401


def test_empty_template_variables_without_quotes_are_taken_as_absent() -> None:
    posting = posted(b'{"event_name": "LEAD", "event_time": %d, "value": , "em": "jane@example.com"}' % NOW)
    assert "custom_data" not in finished(posting.conversions[0])


KEYS = " ".join((*tealium._KEYS, "em user_data custom_data contents aGA something_else"))


@FUZZ
@given(with_names(KEYS) | st.lists(with_names(KEYS), max_size=2))
@example({"product_ids": [["A"]], "product_quantity": [{}], "product_price": [None]})
def test_whatever_json_comes_nothing_but_a_refusal_is_raised(body: object) -> None:
    try:
        posting = posted(body, currency="USD", event_names={"LEAD": "LEAD", "": None})
    except BadRequest:
        return
    check_judged(posting)


def test_names_that_nobody_knows_are_told_once_a_post_and_looked_up_for_the_first_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched: list[str] = []
    monkeypatch.setattr(hints, "nearest", lambda name, _: searched.append(name))
    batch = [LEAD | {f"stranger_{kind}_{number}": 1 for number in range(40)} for kind in "ab" for _ in range(10)]
    warnings = posted(batch).warnings
    assert searched == [f"stranger_a_{n}" for n in range(40)] + [f"stranger_b_{n}" for n in range(10)]
    assert len(warnings) == 51
    assert "30 further fields" in warnings[-1][1]


def test_of_many_second_names_the_rest_is_counted() -> None:
    posting = posted(LEAD | {"order_id": "1"} | {"order-id" + "." * n: f"2-{n}" for n in range(60)})
    assert posting.conversions[0]["custom_data"] == {"order_id": "1"}
    assert len(posting.warnings) == 51
    assert "10 further second names" in posting.warnings[-1][1]


def test_of_too_many_products_the_first_are_taken() -> None:
    arrays = {name: list(range(1_001)) for name in ("product_ids", "product_quantity", "product_price")}
    posting = posted(LEAD | arrays)
    assert len(posting.conversions[0]["custom_data"]["contents"]) == 1_000
    assert posting.warnings == [("product_ids", "has 1001 items: the first 1000 were taken")]


def test_names_of_events_are_compared_without_case() -> None:
    (ignored,) = posted(LEAD | {"event_name": "PAGE_VIEW"}, event_names={"page_view": None}).conversions
    assert isinstance(ignored, Ignored)
    assert one(LEAD | {"event_name": "closed won"}, event_names={"Closed Won": "PURCHASE"})["event_name"] == "PURCHASE"


def test_a_form_encoded_post_is_400_with_the_fix() -> None:
    with pytest.raises(BadRequest, match="to JSON"):
        posted(b"event_name=LEAD&value=5")


def test_junk_in_any_one_place_is_read_or_refused() -> None:
    nested = {
        "user_data": {"em": "x"},
        "custom_data": {"value": 5, "contents": [{"price": 5}]},
        "aGA": "x",
        "else": "x",
    }
    arrays = {"product_ids": ["A"], "product_quantity": [1], "product_price": [5]}
    whole = dict.fromkeys(tealium._KEYS, "x") | nested | arrays | LEAD
    check_spoiled([whole], lambda body: posted(body, currency="USD"))
    check_spoiled(whole, lambda body: posted(body, currency="USD"))
