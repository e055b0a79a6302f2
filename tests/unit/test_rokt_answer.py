"""Rokt's answers, for both APIs: what each says of each event, that a hole is never success, and that nothing leaks."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract.destination import Answer, Routing
from pipeline.contract.outcome import AskAgain, Delivered, Outcome, Rejected, Retry
from rokt.answer import read
from rokt.destination import DESTINATION
from rokt.settings import Api
from tests.unit.doubles import words

bounded = settings(derandomize=True, max_examples=400, deadline=None)
EMAIL = "jane.canary@example.com"


def item(event_id: str, **attributes: object) -> str:
    """An object of the Conversions API, as a line."""
    said = {"conversiontype": "LEAD", "event_id": event_id} | attributes
    event = {"event_type": "custom_event", "data": {"event_name": "conversion", "custom_attributes": said}}
    whole = {"source_request_id": f"id-{event_id}", "user_identities": {"email": EMAIL}, "events": [event]}
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False)


def record(event_id: str) -> dict[str, Any]:
    """An event of the Event API."""
    return {"clientEventId": f"id-{event_id}", "objectData": [{"name": "email", "value": EMAIL}]}


LINES: dict[Api, list[str]] = {
    "conversions": [item("a"), item("b"), item("c")],
    "events": [json.dumps(record(name), separators=(",", ":")) for name in "abc"],
}


def ask(
    body: object, lines: Sequence[str] | None = None, *, api: Api = "conversions", status: int = 202
) -> list[Outcome]:
    """The outcomes of these lines after an answer with this JSON (or bytes) as its body."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read(Answer(status=status, body=raw), LINES[api] if lines is None else lines, api)


def errors(*messages: object) -> dict[str, Any]:
    """A partial failure of the Conversions API."""
    return {"errors": [{"code": "BadRequest", "message": message} for message in messages]}


def unprocessed(*names: str, code: str = "ValidationError") -> dict[str, Any]:
    """A partial failure of the Event API."""
    error = {"code": code, "message": "Invalid content"}
    return {"data": {"unprocessedRecords": [{"error": error, "record": record(name)} for name in names]}}


# --- Conversions API --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b" \r\n", {}, {"errors": []}, {"errors": None}])
def test_202_that_names_no_error_delivers(body: object) -> None:
    assert ask(body) == [Delivered()] * 3


UNREADABLE: list[object] = [b"{", b"<html>", [], None, "ok", 7, b"\xff", b"[" * 9_999]
CONTRADICTIONS: list[object] = [
    {"error": "x"},
    {"errors": "x"},
    {"errors": {"a": "x"}},
    {"success": False},
    {"status": "error"},
    {"code": 300},
    {"events_received": 2},
    {"data": {"code": "RequestValidationError"}},
]
STATUSES: list[tuple[Api, int]] = [("conversions", 202), ("conversions", 200), ("events", 200), ("events", 202)]


@pytest.mark.parametrize(("api", "status"), STATUSES)
@pytest.mark.parametrize("body", UNREADABLE + CONTRADICTIONS)
def test_a_success_that_cannot_be_read_or_contradicts_itself_is_none(body: object, api: Api, status: int) -> None:
    expected = Retry(f"Rokt answered {status} with a body that cannot be read", status, ambiguous=True)
    assert ask(body, api=api, status=status) == [expected] * 3


@pytest.mark.parametrize(
    "body", [{"status": "accepted"}, {"code": 202}, {"message": "ok", "accepted": 3}, {"error": None, "x": 1}]
)
@pytest.mark.parametrize(("api", "status"), [*STATUSES, ("conversions", 201), ("events", 201)])
def test_a_success_in_another_form_is_delivered_and_counted(body: object, api: Api, status: int) -> None:
    assert ask(body, api=api, status=status) == [Delivered(unfamiliar=True)] * 3


def test_a_documented_body_with_a_status_that_is_not_documented_is_counted() -> None:
    assert ask({"errors": []}, status=201) == [Delivered(unfamiliar=True)] * 3
    assert ask({"data": {"unprocessedRecords": []}}, api="events", status=202) == [Delivered(unfamiliar=True)] * 3
    assert words(ask(errors("Path '[1]'"), status=201)) == "DRD"


@pytest.mark.parametrize(("api", "status"), [("conversions", 201), ("conversions", 204), ("events", 200)])
def test_an_operator_can_say_that_a_success_without_a_body_is_delivered(api: Api, status: int) -> None:
    given = Answer(status=status)
    assert words(read(given, LINES[api], api)) == "TTT"
    assert read(given, LINES[api], api, empty_is_delivered=True) == [Delivered()] * 3
    assert words(read(Answer(status=status, body=b"{"), LINES[api], api, empty_is_delivered=True)) == "TTT"
    assert words(read(Answer(status=500), LINES[api], api, empty_is_delivered=True)) == "TTT"


@pytest.mark.parametrize("status", [203, 204, 206, 299])
def test_another_success_is_not_one_of_rokts(status: int) -> None:
    assert words(ask(b"", status=status)) == "TTT"
    assert words(ask({"errors": []}, status=status)) == "TTT"
    assert words(ask(unprocessed(), api="events", status=status)) == "TTT"


@pytest.mark.parametrize(
    "message",
    [
        f"must be a UUID. Path '[1].device_info', line 1, position {len(LINES['conversions'][0]) + 20}.",
        "Unexpected character. Path '[1]'",
    ],
)
def test_an_error_names_its_object_by_path(message: str) -> None:
    assert words(ask(errors(message))) == "DRD"


def test_an_error_names_its_object_by_the_one_based_offset_in_the_array() -> None:
    body = DESTINATION.assemble(Routing("g"), LINES["conversions"]).decode()
    for index, line in enumerate(LINES["conversions"]):
        start = body.index(line)
        for position in (start + 1, start + len(line) // 2, start + len(line)):
            expected = "".join("R" if place == index else "D" for place in range(3))
            assert words(ask(errors(f"wrong, line 1, position {position}."))) == expected, position
    for comma in (1, body.index(LINES["conversions"][1]), len(body), len(body) + 1, 0):
        assert words(ask(errors(f"wrong, line 1, position {comma}."))) == "UUU", comma


@pytest.mark.parametrize(
    "message",
    [
        "wrong",
        "",
        None,
        7,
        "Path '[3].ip'",
        "Path '[999999999999]'",
        "Path '[0].ip' and Path '[2].ip'",
        "Path 'events[0].data'",
        "Path '[0].ip', line 1, position 260.",  # a path of the first and an offset of the second
    ],
)
def test_an_error_that_names_none_of_ours_or_several_settles_nobody(message: object) -> None:
    outcomes = ask(errors(message))
    assert words(outcomes) == "UUU"
    assert all(isinstance(outcome, AskAgain) and outcome.ambiguous for outcome in outcomes)


def test_what_is_named_is_settled_beside_what_is_not() -> None:
    assert words(ask(errors("Path '[2]'", "something else"))) == "UUR"


def test_our_own_text_in_an_error_is_not_taken_for_rokts() -> None:
    lines = [item("a"), item("b", note="Path '[0].ip'"), item("c")]
    assert words(ask(errors("cannot read \"Path '[0].ip'\""), lines)) == "UUU"
    lines = [item("a"), item("b", note="see position 5"), item("c")]
    assert words(ask(errors("cannot read see position 5"), lines)) == "UUU"


def test_offsets_in_a_body_that_is_not_ascii_are_not_trusted_and_paths_are() -> None:
    lines = [item("a", city="Zürich"), item("b")]
    assert words(ask(errors("wrong, line 1, position 300."), lines)) == "UU"
    assert words(ask(errors("wrong. Path '[1].ip', line 1, position 3."), lines)) == "DR"


def test_an_object_that_is_alone_is_the_one_that_is_meant() -> None:
    assert words(ask(errors("whatever"), [item("a")])) == "R"
    assert words(ask(errors("Path '[7]'"), [item("a")])) == "R"


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_that_is_refused_whole_is_asked_about_in_parts_but_for_what_is_named(status: int) -> None:
    assert words(ask(b"", status=status)) == "UUU"
    assert words(ask(errors("Path '[0]'"), status=status)) == "RUU"
    assert ask(errors("no events"), [item("a")], status=status) == [Rejected("BadRequest: no events", status)]
    assert ask(b"", [item("a")], status=status) == [Rejected("refused without a reason", status)]


# --- Event API --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [{"data": {"unprocessedRecords": []}}, {"data": {}}, {"data": None}, {}])
def test_200_without_unprocessed_records_delivers(body: object) -> None:
    assert words(ask(body, api="events", status=200)) == "DDD"


def test_unprocessed_records_are_matched_by_their_client_event_id() -> None:
    assert words(ask(unprocessed("c", "a"), api="events", status=200)) == "RDR"
    assert ask(unprocessed("b"), api="events", status=200)[1] == Rejected("ValidationError: Invalid content", 200)


def test_a_record_that_is_ignore_settles_nobody_else() -> None:
    assert words(ask(unprocessed("a", "x"), api="events", status=200)) == "RUU"
    strangers: list[object] = [{}, 7, {"record": 7}, {"record": {"clientEventId": 7}}, {"error": {}}]
    for stranger in strangers:
        assert words(ask({"data": {"unprocessedRecords": [stranger]}}, api="events", status=200)) == "UUU"


@pytest.mark.parametrize("code", ["InternalServerError", "ServiceUnavailableError", "503", "429", "TooManyRequests"])
def test_a_record_that_failed_for_rokts_own_fault_is_tried_again(code: str) -> None:
    expected = Retry(f"{code}: Invalid content", 200, passing=True)
    assert ask(unprocessed("b", code=code), api="events", status=200) == [Delivered(), expected, Delivered()]


def test_an_error_that_says_that_it_passes_is_tried_again_and_a_duplicate_is_delivered() -> None:
    assert words(ask(errors("Path '[0]': try again later", "Path '[2]': already received"))) == "TDD"
    assert words(ask(errors("Path '[0]': \"try again\" is not plausible", "Path '[2]': duplicate key"))) == "RDR"
    assert words(ask(errors("rate limit exceeded"), [item("a")], status=400)) == "T"


def test_a_hundred_objects_refused_for_one_reason_are_refused_for_no_objects_sake() -> None:
    lines = [item(str(n)) for n in range(100)]
    said = [f"not taken. Path '[{n}]'" for n in range(100)]
    for outcome in ask(errors(*said), lines):
        assert isinstance(outcome, Rejected)
        assert outcome.alike
    for outcome in ask(errors(*said[:99], "is not plausible. Path '[99]'"), lines):
        assert isinstance(outcome, Rejected)
        assert not outcome.alike


def test_the_documented_400_of_the_event_api_gives_its_code_and_message() -> None:
    body = {"data": {"code": "RequestJsonUnmarshalError", "message": "unable to unmarshal request body"}}
    expected = [Rejected("RequestJsonUnmarshalError: unable to unmarshal request body", 400)]
    assert ask(body, LINES["events"][:1], api="events", status=400) == expected
    assert words(ask(body, api="events", status=400)) == "UUU"


def test_an_event_of_which_the_answer_says_nothing_is_open_with_what_was_answered() -> None:
    seen = AskAgain("Rokt answered 409: some event was seen before", 409, ambiguous=True)
    assert ask({}, api="events", status=409) == [seen] * 3
    for api, body in (("conversions", errors("no place")), ("events", unprocessed("z"))):
        for status, ambiguous in ((202, True), (400, False), (422, False)):
            nobody = AskAgain(f"Rokt answered {status} with an error that names no event", status, ambiguous)
            assert ask(body, api=api, status=status) == [nobody] * 3  # type: ignore[arg-type]
    for status in (400, 413, 422):
        unnamed = AskAgain(f"Rokt answered {status} and named no event", status)
        assert ask({"message": "bad"}, status=status) == [unnamed] * 3


def test_a_refusal_of_the_event_api_names_its_records() -> None:
    refused, *others = ask(unprocessed("a"), api="events", status=400)
    assert refused == Rejected("ValidationError: Invalid content", 400)
    assert words(others) == "UU"


def test_more_errors_than_two_an_event_are_not_all_read() -> None:
    assert words(ask(errors(*["Path '[0]'"] * 6))) == "RDD"
    assert words(ask(errors(*["Path '[0]'"] * 7))) == "RUU"


def test_409_means_seen_before_which_of_several_is_not_said() -> None:
    assert words(ask(b"", LINES["events"][:1], api="events", status=409)) == "D"
    assert words(ask(b"", api="events", status=409)) == "UUU"
    assert words(ask(b"", LINES["conversions"][:1], status=409)) == "T"  # not documented there


# --- both -------------------------------------------------------------------------------------------------------------

APIS: list[Api] = ["conversions", "events"]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("status", [401, 403, 404, 405, 300, 301, 308, 399])
def test_our_key_or_address_is_refused_which_only_an_operator_fixes(api: Api, status: int) -> None:
    for outcome in ask(errors("Path '[0]'"), api=api, status=status):
        assert isinstance(outcome, Retry)
        assert (outcome.setup, outcome.ambiguous, outcome.status) == (True, False, status)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("status", "retry_after", "ambiguous", "after"),
    [
        (429, 7.0, False, 7.0),
        (429, None, False, 0.0),
        (500, None, True, None),
        (503, 60.0, True, 60.0),
        (429, 99_999.0, False, 3_600.0),
        (408, None, False, None),
    ],
)
def test_what_passes_is_tried_again(
    api: Api, status: int, retry_after: float | None, ambiguous: bool, after: float | None
) -> None:
    outcomes = read(Answer(status=status, retry_after=retry_after), LINES[api], api)
    assert outcomes == [Retry(f"Rokt answered {status}", status, ambiguous=ambiguous, after=after)] * 3


@pytest.mark.parametrize("api", APIS)
def test_no_answer_says_why(api: Api) -> None:
    given = Answer(failure="the connection to Rokt failed", ambiguous=True)
    assert read(given, LINES[api], api) == [Retry("the connection to Rokt failed", ambiguous=True)] * 3


@pytest.mark.parametrize(
    "message",
    [
        f"{EMAIL} is bad",
        'value "Jane Canary" is bad',
        "value 'Jane Canary' is bad",
        "call 555-010-0123",
        "canary-user is bad",
        "from 203.0.113.9",
        "digest " + "ab" * 32,
        'unended "Jane Canary',
        "see canary-note",
        "Bad value 'O'Canary' for lastname",
    ],
)
@pytest.mark.parametrize("api", APIS)
def test_an_error_that_echoes_a_person_gives_a_reason_that_does_not(message: str, api: Api) -> None:
    if api == "conversions":
        line = json.loads(item("a", note="canary-note")) | {
            "user_attributes": {"firstname": "canary-user", "lastname": "O'Canary"}
        }
        (outcome,) = ask(errors(message), [json.dumps(line)])
    else:
        event = record("a")
        event["objectData"] += [{"name": "n", "value": "canary-user"}, {"name": "m", "value": "canary-note"}]
        event["objectData"] += [{"name": "lastname", "value": "O'Canary"}]
        failed = {"data": {"unprocessedRecords": [{"error": {"code": "x", "message": message}, "record": event}]}}
        (outcome,) = ask(failed, [json.dumps(event)], api="events", status=200)
    assert isinstance(outcome, Rejected)
    for canary in ("canary", "Canary", "555", "203.0", "abab"):
        assert canary not in outcome.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["Path '[1]", "position 9"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["errors", "data", "unprocessedRecords", "error", "record", "clientEventId", "code", "message"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    body=JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40),
    status=st.sampled_from([200, 201, 202, 204, 400, 401, 409, 413, 429, 500]),
    api=st.sampled_from(APIS),
    count=st.integers(1, 3),
)
@bounded
def test_any_answer_gives_each_event_one_outcome_and_nobody_delivered_beside_an_error_that_names_nobody(
    body: bytes, status: int, api: Api, count: int
) -> None:
    outcomes = read(Answer(status=status, body=body), LINES[api][:count], api)
    assert len(outcomes) == count
    if count == 1:
        assert "U" not in words(outcomes)
    if "D" in words(outcomes):
        assert status in (200, 201, 202, 409)
    for outcome in outcomes:
        if isinstance(outcome, Rejected):
            assert 0 < len(outcome.reason) <= 300
