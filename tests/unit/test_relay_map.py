"""`relay map`: what is proposed for posts of platforms that nobody wrote a mapping for, and what the verb says."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from relay.app import app
from relay.proposing.proposal import known, proposal
from sources.mapped import ready

FOLDER = Path(__file__).parent / "ready_mappings"
EMAIL, PHONE, AT = "jane@example.com", "+15550100142", "2026-01-12T10:15:00Z"

BOOKING = {
    "triggerEvent": "BOOKING_CREATED",
    "createdAt": AT,
    "payload": {
        "bookingId": 91,
        "startTime": "2026-01-20T09:00:00Z",
        "organizer": {"email": "owner@example.org"},
        "attendees": [{"email": EMAIL, "name": "Jane"}],
        "status": "ACCEPTED",
    },
}
PAYMENT = {
    "id": "notification-1",
    "event_type": "PAYMENT.CAPTURE.COMPLETED",
    "create_time": AT,
    "resource": {
        "id": "pay-1",
        "amount": {"currency_code": "USD", "value": "42.50"},
        "status": "COMPLETED",
        "payer": {"email_address": EMAIL},
    },
}
FORM = {
    "eventType": "FORM_RESPONSE",
    "createdAt": AT,
    "data": {
        "submissionId": "sub-1",
        "formId": "f1",
        "fields": [
            {"key": "q1", "label": "Your name", "value": "Jane"},
            {"key": "q2", "label": "What is your e-mail?", "value": EMAIL},
            {"key": "q3", "label": "Phone", "value": PHONE},
        ],
    },
}
CALL = {
    "event": "call.completed",
    "call": {
        "call_id": "CA1",
        "caller_number": PHONE,
        "tracking_number": "+15550100100",
        "call_start": AT,
        "duration": 95,
        "status": "answered",
    },
}
DEAL = {
    "data": {
        "id": 15,
        "status": "won",
        "value": 5400,
        "currency": "USD",
        "won_time": "2026-01-12 10:15:00",
        "person": {"email": [{"value": EMAIL, "primary": True}], "phone": [{"value": PHONE, "primary": True}]},
    }
}
ORDER = {"order_id": "A1", "email": EMAIL, "total_cents": 4250, "currency": "USD", "test": False}
ORDERS = {"shop": "s", "orders": [ORDER | {"items": [{"sku": "X", "qty": 2, "unit_price": 21.25}]}]}


def tried(tmp_path: Path, post: Any, *options: str) -> Any:
    """What the verb answers about a post."""
    file = tmp_path / "post"
    file.write_text(post if isinstance(post, str) else json.dumps(post), encoding="utf-8")
    said = CliRunner().invoke(app, ["map", str(file), "--json", *options])
    return json.loads(said.stdout)


@pytest.mark.parametrize(
    ("post", "event", "number", "person", "value"),
    [
        (BOOKING, "SCHEDULE", 91, {"em": EMAIL}, None),
        (PAYMENT, "PURCHASE", "pay-1", {"em": EMAIL}, "42.50"),
        (FORM, "LEAD", "sub-1", {"em": EMAIL, "ph": PHONE}, None),
        (CALL, "CONTACT", "CA1", {"ph": PHONE}, None),
        (DEAL, "PURCHASE", 15, {"em": EMAIL, "ph": PHONE}, 5400),
        (ORDERS, "PURCHASE", "A1", {"em": EMAIL}, 42.5),
        ("order=7&email=jane%40example.com&amount=9.50&currency=EUR&event=purchase&order_id=7", "PURCHASE", "7",
         {"em": EMAIL}, "9.50"),
        ("https://relay.example.com/x?lead_id=L1&phone=5550100142&first_name=Jane", "LEAD", "L1",
         {"ph": "5550100142", "fn": "Jane"}, None),
    ],
    ids=["booking", "payment", "form", "call", "deal", "orders", "query", "address"],
)  # fmt: skip
def test_a_mapping_is_proposed_by_names_and_shapes(
    tmp_path: Path, post: Any, event: str, number: Any, person: dict[str, str], value: Any
) -> None:
    told = tried(tmp_path, post)
    (made,) = told["conversions"]
    assert (made["event_name"], made["event_id"]) == (event, number)
    assert person.items() <= made["user_data"].items()
    assert made.get("custom_data", {}).get("value") == value
    assert told["missing"] == [[]]


def test_a_proposal_has_the_conditions_that_a_post_like_this_one_counts_on() -> None:
    (status,) = proposal(DEAL)["when"]
    assert (status["path"], "won" in status["in"]) == ("data.status", True)
    test = proposal(ORDERS)["when"][0]
    assert test["not"] == {"path": "test", "is": True}
    assert proposal(ORDERS)["set"]["custom_data.contents"]["each"] == "items"
    assert proposal(CALL)["call"] == {"duration": "call.duration"}


@pytest.mark.parametrize("name", sorted({*ready.names()} - {"zapier", "make", "n8n"}))
def test_a_known_platform_is_known_by_its_posts(name: str) -> None:
    posts = [case["post"] for case in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))]
    bodies = [post["body"] for post in posts if "body" in post]
    assert {known(body) for body in bodies} <= {name, None}
    assert not bodies or name in map(known, bodies) or name == "bigcommerce"


def test_what_a_ready_made_mapping_does_not_find_in_a_post_is_proposed(tmp_path: Path) -> None:
    entry = {"id": "88", "form_id": "3", "status": "active", "source_url": "https://www.example.com/", "2": EMAIL,
             "3": "(555) 010-0142", "date_created": "2026-01-12 10:15:00"}  # fmt: skip
    told = tried(tmp_path, entry)
    assert told["map"]["like"] == told["platform"] == "gravityforms"
    assert told["conversions"][0]["user_data"] == {"em": EMAIL, "ph": "(555) 010-0142"}


def test_the_verb_writes_the_mapping_and_says_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "map.json"
    told = tried(tmp_path, {"order_id": 5, "status": "paid", "at": AT}, "--out", str(file))
    assert json.loads(file.read_text(encoding="utf-8")) == told["map"]
    assert [one.partition(":")[0] for one in told["missing"][0]] == ["no person", "no value"]
    again = tried(tmp_path, {"order_id": 6, "status": "refunded"}, "--map", str(file))
    assert again["conversions"][0]["ignored"] == "not_a_conversion"


@pytest.mark.parametrize(
    ("post", "told", "code"), [("{", "is not JSON", 3), ("", "is empty", 3), ('{"a": 1}', "not a ready-made", 2)]
)
def test_a_post_or_mapping_that_cannot_be_read_is_told_in_one_line(
    tmp_path: Path, post: str, told: str, code: int
) -> None:
    file = tmp_path / "post"
    file.write_text(post, encoding="utf-8")
    said = CliRunner().invoke(app, ["map", str(file), *(["--map", "nothing"] if post == '{"a": 1}' else [])])
    assert said.exit_code == code
    assert told in said.stderr
