"""What ended at the door: which events, in which closed words, and the items that keep it."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from pipeline.delivery import door_items
from pipeline.delivery.door_items import Post
from pipeline.intake import door, fault_words
from pipeline.intake.body import BadRequest, Ignored
from pipeline.intake.door import Ended
from pipeline.intake.received import Received
from pipeline.values.words import OTHER, Word
from tests.unit.conversions import NOW, conversion
from tests.unit.test_reception import take
from tests.unit.test_verdict import both, reception

POST = Post("JKJaXmPLvHcESHA=", 1_798_000_245.25, "shop", "events", "shop#1")


def test_a_post_of_which_all_was_taken_has_nothing_to_write_down() -> None:
    assert door.ended(both(reception("accepted", "accepted"), reception("accepted", "accepted"))) == []


def test_each_event_is_told_once_with_the_destinations_for_which_it_holds() -> None:
    found = door.ended(
        both(reception("accepted", "invalid", "ignored", "lost"), reception("opted out", "invalid", "ignored", "lost"))
    )
    assert [(one.event_id, one.outcome, one.destinations) for one in found] == [
        ("1", "invalid", ("roku", "rokt")),
        ("3", "not queued", ("roku", "rokt")),
        ("0", "withheld", ("rokt",)),  # one destination took it: what nobody took comes first
        ("2", "ignored", ("roku", "rokt")),  # posts that are not conversions come last
    ]
    assert [(one.fields, one.reason) for one in (found[0], found[3])] == [("event_name", "missing"), ("", "spam")]


def test_an_id_of_a_person_and_a_long_one_are_digests_and_what_has_none_has_none() -> None:
    ids: list[Any] = ["jane@example.com", "x" * 201, None, 17, "null", {"a": 1}]
    made = Received("g", len(ids), [{"Event-ID": one} for one in ids])
    for index in range(len(ids)):
        made.fail(index, {"event_time": "is required"})
    digests = [sha256(text.encode()).hexdigest() for text in ("jane@example.com", "x" * 201)]
    assert [one.event_id for one in door.ended({"roku": made})] == [*digests, "", "17", "", ""]


def test_what_a_source_ignored_has_the_id_that_the_source_found() -> None:
    made = Received("g", 1, [Ignored("too_short", "it is short", "CAL-9")], ignored={0: Ignored("too_short", "short")})
    assert [one.event_id for one in door.ended({"roku": made})] == ["CAL-9"]


def test_a_refusal_says_by_which_signals() -> None:
    made = reception("opted out")
    made.refusals[0] = (Word("tcf"), Word("consent_mode"))
    assert [one.refused_by for one in door.ended({"roku": made})] == ["consent_mode, tcf"]


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"event_time": NOW + 90_000}, "event_time", "in the future"),
        ({"event_time": "{{time}}"}, "event_time", "template tag not filled in"),
        ({"event_time": None}, "event_time", "missing"),
        ({"event_time": "jane@example.com"}, "event_time", "not a time"),
        ({"event_name": "jane@example.com"}, "event_name", "not supported"),
        ({"event_name": "PURCHAES"}, "event_name", "not supported"),
        ({"user_data": {"em": "jane at home"}}, "user_data", "no usable identifier"),
    ],
)
def test_of_a_fault_the_field_and_a_closed_word_are_told(fields: dict[str, Any], field: str, reason: str) -> None:
    taken = take({"event_group_id": "g", "events": [conversion() | fields]})
    (one,) = door.ended({"roku": taken})
    assert one.fields.split(", ")[0] == field
    assert reason in one.reason.split("; ")
    assert "jane" not in str(one)


def test_of_a_text_that_is_not_ours_nothing_is_told() -> None:
    assert fault_words.of_field("Jane Doe, 5550100177") == fault_words.of_post("Jane Doe") == OTHER


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"jane@example.com", "the body is not JSON"), (b"", "the body is empty"), ({"events": []}, "no event")],
)
def test_a_post_that_was_refused_whole_has_a_word_too(body: Any, reason: str) -> None:
    with pytest.raises(BadRequest) as refused:
        take(body)
    assert door.refused(400, str(refused.value)).reason == reason


# --- the items -------------------------------------------------------------------------------------------------------


def ended(*ids: str) -> list[Ended]:
    return [Ended(place, one, Word("invalid"), ("roku",), Word("em")) for place, one in enumerate(ids)]


def test_an_event_is_found_by_its_id_and_a_post_by_its_time() -> None:
    event, post = door_items.items(POST, ended("a"), unlisted=3)
    when = datetime.fromtimestamp(POST.at, UTC)
    assert event["event_id"] == {"S": "a"}
    assert event["what"] == {"S": "invalid#roku#shop%231#0"}
    assert post["event_id"] == {"S": f"door#{when:%Y-%m-%d}"}
    assert post["what"] == {"S": f"{when:%H:%M:%S}.250#JKJaXmPLvHcESHA="}
    assert post["unlisted"] == {"N": "3"}
    for item in (event, post):
        assert item["sender_name"] == {"S": "shop"}
        assert item["expires"] == {"N": str(1_798_000_245 + 7 * 86_400)}


def test_an_event_without_an_id_is_listed_with_its_post_alone() -> None:
    (post,) = door_items.items(POST, ended(""))
    (told,) = door_items.events_of(post)
    assert (told["event_id"], told["request_id"], told["fields"]) == ("", "JKJaXmPLvHcESHA=", "em")


def test_a_batch_never_names_an_item_twice_and_is_never_too_large() -> None:
    found = door_items.items(POST, ended(*["a"] * 4, *(f"{number:0>200}" for number in range(door.MOST - 4))))
    keys = [(item["event_id"]["S"], item["what"]["S"]) for item in found]
    assert len(keys) == len(set(keys)) <= 25
    # A write unit is 1,024 bytes: an event costs two at most.
    assert sum(-(-len(json.dumps(item)) // 1_024) for item in found) <= 2 * door.MOST + 1


def test_an_event_can_be_taken_out_of_its_post() -> None:
    *_, post = door_items.items(POST, ended("a", "b"))
    left = door_items.without_event(post, ["a"])
    assert left is not None
    assert [one["event_id"] for one in door_items.events_of(left)] == ["b"]
    assert door_items.without_event(post, ["c"]) is None
