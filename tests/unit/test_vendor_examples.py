"""The vendors' own examples, word for word: Roku's Events API page, Tealium's connector guide, Ringba's guide."""

import json
from typing import Any

import pytest

from pipeline.intake import body
from pipeline.intake.body import BadRequest
from tests.unit.conversions import conversion, errors, finished, outcome, sha, take, warned, with_custom, with_user

EM = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"

PURCHASE = """{
"event_group_id": "example_website_123",
"events": [
{
"event_id": "unique_event_id_123",
"event_name": "PURCHASE",
"event_type": "conversion",
"event_time": 1621436800,
"event_source": "website",
"event_source_url": "https://example.com/checkout/confirmation",
"referrer_url": "https://example.com/product/123",
"user_data": {
"is_hashed": true,
"em": "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a",
"ph": "74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b",
"client_ip_address": "192.168.1.1",
"client_user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.4472.124 Safari/537.36"
},
"custom_data": {
"value": 99.99,
"currency": "USD",
"content_type": "product",
"order_id": "order_12345",
"contents": [
{
"id": "product_123",
"quantity": "1",
"price": 99.99,
"delivery_category": "home_delivery"
}
]
},
"opt_out": "false"
}
]
}"""  # noqa: E501 - the page's line

ADD_TO_CART = """{
"event_group_id": "example_website_123",
"events": [
{
"event_id": "test_event_id_456",
"event_name": "ADD_TO_CART",
"event_type": "conversion",
"event_time": 1621436800,
"event_source": "website",
"event_source_url": "https://example.com/cart",
"user_data": {
"is_hashed": true,
"em": "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a",
"aGA": "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a"
},
"custom_data": {
"value": 24.99,
"currency": "USD",
"contents": [
{
"id": "product_456",
"quantity": "1",
"price": 24.99
}
]
}
}
]
}"""

# The Body of Ringba's guide, as it stands there.
RINGBA = (
    '{ "event_group_id": "YOUR_EVENT_GROUP_ID", "is_hashed": false, "events": [[ { "event_name": "CONTACT",'
    ' "event_type": "conversion", "event_time": [tag:JS:epoch], "event_source": "phone_call",'
    ' "event_id": [Call:InboundCallId], "partner_name": "Ringba", "user_data": {'
    ' "ph": "[Call:InboundPhoneNumber]" } } ]] }'
)


def events(text: str) -> list[dict[str, Any]]:
    reception = take(text)
    assert reception.failed == {}
    return [json.loads(made.line) for made in reception.events.values()]


# Roku's Events API page.


def test_rokus_purchase_leaves_as_it_came_without_the_digest_of_null() -> None:
    (expected,) = json.loads(PURCHASE)["events"]
    assert expected["user_data"].pop("ph") == sha("null")
    assert events(PURCHASE) == [expected]
    reception = take(PURCHASE)
    assert reception.event_group_id == "example_website_123"
    assert [entry["field"] for entry in reception.warnings] == ["user_data.ph"]


def test_rokus_add_to_cart_leaves_as_it_came() -> None:
    assert events(ADD_TO_CART) == json.loads(ADD_TO_CART)["events"]
    assert take(ADD_TO_CART).warnings == []


@pytest.mark.parametrize("text", [PURCHASE, ADD_TO_CART])
def test_rokus_examples_keep_the_order_of_their_fields(text: str) -> None:
    (given,) = json.loads(text)["events"]
    given["user_data"].pop("ph", None)
    (made,) = take(text).events.values()
    assert made.line.decode() == json.dumps(given, separators=(",", ":"))


def test_rokus_example_of_contents_is_sent() -> None:
    given = [
        {"id": "ABC123", "quantity": "2", "price": 10, "delivery_category": "in_store"},
        {"id": "XYZ789", "quantity": "2", "price": 5},
    ]
    assert finished(with_custom(contents=given))["custom_data"]["contents"] == given
    assert finished(with_custom(content_ids=["ABC123", "XYZ789"]))["custom_data"]["content_ids"] == ["ABC123", "XYZ789"]


def test_rokus_first_error_missing_required_fields() -> None:
    said = errors({"event_id": "error_event_id", "event_type": "conversion", "event_time": 1621436800, "user_data": {}})
    assert set(said) == {"event_name", "user_data"}
    assert "is required" in said["event_name"]
    assert "at least one" in said["user_data"]


def test_rokus_second_error_an_unrecognised_value() -> None:
    said = errors(conversion(event_name="INVALID_EVENT"))
    assert set(said) == {"event_name"}
    assert "INVALID_EVENT" in said["event_name"]


def test_rokus_example_of_an_alias() -> None:
    assert finished(with_user(em="myname+alias@isp.com"))["user_data"]["em"] == sha("myname@isp.com")


# Tealium's connector guide.


@pytest.mark.parametrize(
    ("field", "given", "normalised"),
    [
        ("em", "  Jane@Example.com ", "jane@example.com"),  # trimmed, lowercased
        ("ph", " 00 (1) 555-010-0123 ", "15550100123"),  # numeric characters only, no leading zeroes
        ("fn", " Jane ", "jane"),
        ("ln", " DOE ", "doe"),
        ("db", " 1990-01-02 ", "1990-01-02"),
    ],
)
def test_tealium_both_its_kinds_of_field_end_in_the_same_digest(field: str, given: str, normalised: str) -> None:
    already_hashed, to_be_hashed = with_user(**{field: sha(normalised)}), with_user(**{field: given})
    assert finished(already_hashed) == finished(to_be_hashed)
    assert finished(to_be_hashed)["user_data"][field] == sha(normalised)


def test_tealium_an_unmapped_event_type_is_conversion_and_opt_out_is_true() -> None:
    event = finished(conversion(opt_out=True))
    assert (event["event_type"], event["opt_out"]) == ("conversion", "true")


@pytest.mark.parametrize("kind", ["first_time_purchase", "repeat_purchase"])
@pytest.mark.parametrize("category", ["in_store", "curbside", "home_delivery"])
@pytest.mark.parametrize("content", ["product", "product_group"])
def test_tealium_the_words_of_custom_data(kind: str, category: str, content: str) -> None:
    given = {"purchase_type": kind, "delivery_category": category, "content_type": content}
    assert finished(with_custom(**given))["custom_data"] == given
    assert warned(with_custom(**given)) == []


# Ringba's guide.


def filled_in(
    group: str = "example_website_123",
    epoch: str = "1767225600",
    call: str = "RGB5F0C1A2B",
    phone: str = "+15550100123",
) -> str:
    text = RINGBA.replace("YOUR_EVENT_GROUP_ID", group).replace("[tag:JS:epoch]", epoch)
    return text.replace("[Call:InboundCallId]", call).replace("[Call:InboundPhoneNumber]", phone)


CALL = {
    "event_id": "RGB5F0C1A2B",
    "event_name": "CONTACT",
    "event_type": "conversion",
    "event_time": 1767225600,
    "event_source": "phone_call",
    "user_data": {"is_hashed": True, "ph": sha("15550100123")},
    "partner_name": "Ringba",
}


@pytest.mark.parametrize("call", ["RGB5F0C1A2B", '"RGB5F0C1A2B"'])
def test_ringba_the_guides_body_with_its_tags_filled_in(call: str) -> None:
    assert events(filled_in(call=call)) == [CALL]
    warned_of = [entry["field"] for entry in take(filled_in(call=call)).warnings]
    assert warned_of == (["body", "events"] if call[0] != '"' else ["events"])


@pytest.mark.parametrize(("call", "sent"), [("000001", "000001"), ("42", "42"), ("5F-0C.1a", "5F-0C.1a")])
def test_ringba_an_unquoted_id_stays_what_it_was(call: str, sent: str) -> None:
    assert events(filled_in(call=call)) == [CALL | {"event_id": sent}]


def test_ringba_double_brackets_read_as_single_ones() -> None:
    assert events(filled_in().replace("[[", "[").replace("]]", "]")) == [CALL]


def test_ringba_a_tag_without_a_value_costs_only_what_hung_on_it() -> None:
    reception = take(filled_in(epoch=""))
    assert set(reception.failed[0]["errors"]) == {"event_time"}
    assert reception.failed[0]["event_id"] == "RGB5F0C1A2B"
    (event,) = events(filled_in(call=""))
    assert event == CALL | {"event_id": event["event_id"]}


def test_ringba_an_unfilled_tag_is_told() -> None:
    reception = take(filled_in(epoch="[tag:JS:epoch]"))
    assert "template tag" in reception.failed[0]["errors"]["event_time"]


@pytest.mark.parametrize("phone", ["anonymous", "restricted", "unknown", "", "[Call:InboundPhoneNumber]"])
def test_ringba_a_caller_who_hides_the_number_identifies_nobody(phone: str) -> None:
    assert "user_data" in take(filled_in(phone=phone)).failed[0]["errors"]


def test_ringba_the_guides_placeholder_of_the_group_is_refused() -> None:
    with pytest.raises(BadRequest, match="placeholder"):
        take(RINGBA.replace("[tag:JS:epoch]", "1767225600"))


def test_ringba_a_swallowed_array_is_answered_with_the_fix() -> None:
    # Single brackets: Ringba takes everything from `[` to the first `]` for one tag, here up to that of the epoch.
    single = RINGBA.replace("[[", "[").replace("]]", "]").replace("YOUR_EVENT_GROUP_ID", "g")
    start, end = single.index("["), single.index("]")
    with pytest.raises(BadRequest, match=r"\[\[ \]\]") as caught:
        body.read((single[:start] + single[end + 1 :]).encode())
    assert caught.value.status == 400


def test_ringba_the_flat_body_needs_no_array() -> None:
    flat = {"event_group_id": "example_website_123", "is_hashed": False, **CALL, "event_time": "1767225600"}
    flat["user_data"] = {"ph": "+1 (555) 010-0123"}
    assert events(json.dumps(flat)) == [CALL]
    assert take(json.dumps(flat)).warnings == []


def test_ringba_the_same_call_again_is_the_same_event() -> None:
    first, second = (outcome(json.loads(json.dumps(CALL))) for _ in range(2))
    assert first == second
    assert finished(CALL) == CALL
