"""Which events of a request an error of Rokt's answer means, and what its reason keeps and leaves out."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from rokt.attribution import UNSAID, Blame, blames
from rokt.settings import Api


def batch(event_id: str, email: str = "jane@example.com", **attributes: object) -> str:
    """An object of the Conversions API, as a line."""
    event = {"event_type": "custom_event", "data": {"event_name": "conversion", "custom_attributes": attributes}}
    whole = {"source_request_id": event_id, "user_identities": {"email": email}, "events": [event]}
    return json.dumps(whole, separators=(",", ":"))


def pairs(event_id: object, **values: object) -> str:
    """An event of the Event API, as a line."""
    given = [{"name": name, "value": value} for name, value in values.items()]
    return json.dumps({"objectData": given} | ({"clientEventId": event_id} if event_id else {}))


def unprocessed(message: object, **record: object) -> dict[str, Any]:
    """An error of the Event API."""
    return {"error": {"code": "ValidationError", "message": message}, "record": record}


def only(error: object, *lines: str, api: Api = "conversions") -> Blame:
    """What the only error says."""
    (found,) = blames([error], lines, api)
    return found


@pytest.mark.parametrize(
    ("api", "error"),
    [
        ("events", unprocessed("is not taken")),
        ("conversions", {"code": "ValidationError", "message": "is not taken"}),
    ],
)
def test_of_an_event_that_is_alone_every_error_gives_code_and_message(api: Api, error: Mapping[str, Any]) -> None:
    line = pairs("a") if api == "events" else batch("a")
    assert only(error, line, api=api) == Blame(
        [0], "ValidationError: is not taken", may_pass=False, said="ValidationError: is not taken"
    )


@pytest.mark.parametrize("client_id", [None, 7, ["a"], {"id": "a"}])
def test_a_record_without_an_id_means_no_event_not_even_one_without_an_id(client_id: object) -> None:
    error = unprocessed("is not taken", clientEventId=client_id)
    assert only(error, pairs(None), pairs(None), api="events").indexes == []
    assert only(unprocessed("is not taken"), pairs(None), pairs("a"), api="events").indexes == []


def test_events_with_one_client_id_are_all_meant() -> None:
    error = unprocessed("is not taken", clientEventId="a")
    assert only(error, pairs("a"), pairs("b"), pairs("a"), api="events").indexes == [0, 2]


@pytest.mark.parametrize("error", [None, 7, [], {}, {"message": None}, {"message": 7}, ""])
def test_an_error_that_says_nothing_means_nobody_of_several_and_the_only_one_without_a_reason(error: object) -> None:
    assert only(error, batch("a"), batch("b")).indexes == []
    alone = only(error, batch("a"))
    assert (alone.indexes, alone.reason, alone.may_pass, alone.said) == ([0], UNSAID, False, "")


def test_what_is_quoted_is_left_out_and_paths_are_not() -> None:
    error = {"message": "Path '[1].events' is wrong: 'Jane Roe' is no \"LEAD\""}
    found = only(error, batch("a"), batch("b"))
    assert (list(found.indexes), found.reason) == ([1], "Path '[1].events' is wrong: … is no …")


@pytest.mark.parametrize(
    ("line", "message", "reason"),
    [
        # The words of ours are told, what may be a person's is not.
        (pairs("a", conversiontype="SIGN_UP", currency="USD"), "SIGN_UP in USD", "SIGN_UP in USD"),
        (pairs("a", firstname="Jonathan"), "Jonathan is refused", "[redacted] is refused"),
        (batch("a", conversiontype="SIGN_UP", currency="USD"), "SIGN_UP in USD", "SIGN_UP in USD"),
        (batch("a", status="LIMITED"), "LIMITED is unknown", "LIMITED is unknown"),
        (batch("a", firstname="Jonathan"), "Jonathan is refused", "[redacted] is refused"),
        (batch("a", address={"city": "Springfield"}), "Springfield is refused", "[redacted] is refused"),
    ],
)
def test_values_of_the_event_are_left_out_but_for_words_of_ours(line: str, message: str, reason: str) -> None:
    api: Api = "events" if "objectData" in line else "conversions"
    assert only({"error": {"message": message}} if api == "events" else {"message": message}, line, api=api).reason == (
        reason
    )


@pytest.mark.parametrize("place", ["user_identities", "user_attributes", "device_info", "integration_attributes"])
def test_values_are_looked_for_in_every_part_of_an_object(place: str) -> None:
    line = json.dumps({"source_request_id": "a", place: {"some": "Jonathan", "deep": {"er": "Springfield"}}})
    assert only({"message": "Jonathan of Springfield"}, line).reason == "[redacted] of [redacted]"


def test_the_address_of_the_connection_is_a_persons() -> None:
    assert only({"message": "1.2.3.4x is refused"}, json.dumps({"ip": "1.2.3.4x"})).reason == "[redacted] is refused"


@pytest.mark.parametrize(("count", "index"), [(2, 1), (1, 0)])
def test_a_path_beyond_the_request_means_nobody(count: int, index: int) -> None:
    lines = [batch(f"e{n}") for n in range(count + 1)]
    assert list(only({"message": f"Path '[{index}]' is wrong"}, *lines).indexes) == [index]
    assert list(only({"message": f"Path '[{count + 1}]' is wrong"}, *lines).indexes) == []


def test_paths_and_positions_must_agree() -> None:
    lines = [batch("a"), batch("b")]
    first, second = 5, len(lines[0]) + 5  # an array begins with one character, and a comma is between
    for message, meant in (
        (f"at position {first}", [0]),
        (f"at position {second}", [1]),
        (f"Path '[1]' at position {second}", [1]),
        (f"Path '[0]' at position {second}", []),
        (f"at position {first} and position {second}", []),
        ("at position 0", []),
        (f"at position {len(lines[0]) + len(lines[1]) + 50}", []),
    ):
        assert list(only({"message": message}, *lines).indexes) == meant, message
