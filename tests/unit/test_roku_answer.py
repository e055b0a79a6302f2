"""Roku's answers, from its Events API page: what each says of each event, and which success is one."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.contract.destination import Answer
from pipeline.contract.outcome import AskAgain, Delivered, Outcome, Rejected, Retry
from roku.answer import read
from tests.unit.doubles import words

bounded = settings(derandomize=True, max_examples=400, deadline=None)
EM = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"

PURCHASE = {"event_id": "a", "event_name": "PURCHASE", "event_time": 1, "user_data": {"em": EM}}
LEAD = {"event_id": "b", "event_name": "LEAD", "event_time": 2, "user_data": {"em": EM, "ct": "springfield"}}
SEARCH = {"event_id": "c", "event_name": "SEARCH", "event_time": 3, "user_data": {"em": EM}}
THREE = (PURCHASE, LEAD, SEARCH)
BAD = {"errors": {"event_name": "Invalid event name"}}


def ask(body: object, *events: object, status: int = 200, retry_after: float | None = None) -> list[Outcome]:
    """The outcomes of these events after an answer with this JSON (or bytes) as its body."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read(Answer(status=status, body=raw, retry_after=retry_after), [json.dumps(event) for event in events])


def verdict(code: object, failed: object, received: object = 3) -> dict[str, Any]:
    """An answer's body in Roku's shape."""
    return {"code": code, "description": "as the code says", "events_received": received, "failed_events": failed}


# --- the page's own answers -----------------------------------------------------------------------------------------


def test_the_pages_200_delivers() -> None:
    body = {"code": 200, "description": "all events were processed", "events_received": 1, "failed_events": []}
    assert ask(body, PURCHASE) == [Delivered()]


def test_the_pages_400_with_only_an_event_id_rejects_that_event_with_its_errors() -> None:
    errors = {"event_name": "event_name is required", "user_data": "At least one user identifier is required"}
    failed = [{"event_id": "error_event_id", "errors": errors}]
    body = {"code": 400, "description": "all events failed", "events_received": 1, "failed_events": failed}
    reason = "event_name: event_name is required; user_data: At least one user identifier is required"
    assert ask(body, PURCHASE | {"event_id": "error_event_id"}, status=400) == [Rejected(reason, 400)]


def test_the_pages_400_with_only_an_event_name_rejects_that_event_with_its_errors() -> None:
    said = "Invalid event name: INVALID_EVENT. Event name must be one of the supported values."
    failed = [{"event_name": "INVALID_EVENT", "errors": {"event_name": said}}]
    body = {"code": 400, "description": "all events failed", "events_received": 1, "failed_events": failed}
    assert ask(body, PURCHASE | {"event_name": "INVALID_EVENT"}, status=400) == [Rejected(f"event_name: {said}", 400)]


@pytest.mark.parametrize(
    ("http", "code"), [(210, 210), (200, 210), (210, 200), (200, "210"), (200, 210.0), (210, None)]
)
def test_210_is_read_from_http_or_from_the_body(http: int, code: object) -> None:
    outcomes = ask(verdict(code, [LEAD | BAD]), *THREE, status=http)
    assert outcomes == [Delivered(), Rejected("event_name: Invalid event name", 210), Delivered()]


# --- which success is success -----------------------------------------------------------------------------------------

OK = {"code": 200, "description": "all events were processed", "events_received": 3, "failed_events": []}


@pytest.mark.parametrize("extra", [{}, {"request_id": "r-1"}, {"description": ""}, {"warnings": ["slow"]}])
def test_the_documented_form_is_familiar_whatever_it_has_besides(extra: dict[str, Any]) -> None:
    assert ask(OK | extra, *THREE) == [Delivered()] * 3


def without(*names: str) -> dict[str, Any]:
    """The documented answer without these members."""
    return {name: value for name, value in OK.items() if name not in names}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": 200, "description": "success"},
        {"status": "ok"},
        {"code": 200, "eventsReceived": 3, "failedEvents": []},
        {"Code": 200, "Events-Received": "3", "FailedEvents": None},
        *(without(name) for name in OK),
        *(OK | {name: None} for name in OK),
        OK | {"events_received": "3"},
        OK | {"events_received": 3.0},
        OK | {"events_received": True},
        OK | {"events_received": "all"},
        OK | {"code": "200"},
        OK | {"code": 0},
        OK | {"code": 202},
        OK | {"code": 299},
        OK | {"code": "OK"},
        OK | {"code": "NO_ERROR", "result": "no errors"},
        OK | {"failed_events": {}},
        OK | {"failed_events": ""},
        OK | {"failed_events": 0},
        {"success": True, "error": None, "errors": []},
        {"success": "true", "error": "", "errors": {}},
        {"data": {"code": 200, "failed_events": []}},
        {"message": "accepted", "error_count": 0, "failed": 0, "rejected": []},
        {"errorCode": "SUCCESS", "processed": 3, "processed_at": 1_767_225_600},
        {"_" * 94 + "success": False},
        {"data": {"data": {"data": {"data": {"success": False}}}}},  # nobody wraps an answer four times
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_success_in_another_form_that_contradicts_nothing_is_delivered_and_counted(body: object, status: int) -> None:
    assert ask(body, *THREE, status=status) == [Delivered(unfamiliar=True)] * 3
    one = json.loads(json.dumps(body).replace("3.0", "1.0").replace(": 3", ": 1").replace('"3"', '"1"'))
    assert ask(one, PURCHASE, status=status) == [Delivered(unfamiliar=True)]


def test_a_byte_order_mark_before_the_answer_hides_nothing() -> None:
    assert ask(b"\xef\xbb\xbf" + json.dumps(OK).encode(), *THREE) == [Delivered()] * 3


@pytest.mark.parametrize("status", [201, 202])
def test_the_documented_body_with_another_status_is_not_the_documented_form(status: int) -> None:
    assert ask(OK, *THREE, status=status) == [Delivered(unfamiliar=True)] * 3


@pytest.mark.parametrize(
    "member",
    [
        {"code": 600},
        {"code": 1000},
        {"code": "40001"},
        {"code": "error"},
        {"code": "RequestValidationError"},
        {"status": 500},
        {"statusCode": "400"},
        {"status": "error"},
        {"status": "ERROR"},
        {"status": "failed"},
        {"status": "partial_success"},
        {"result": "failure"},
        {"events_received": 2},
        {"events_received": 0},
        {"events_received": -3},
        {"events_received": 10**400},
        {"events_received": "2"},
        {"events_received": "9" * 5_000},
        {"eventsReceived": 2, "events_received": None},
        {"events_processed": 2},
        {"processed": 2},
        {"accepted": False},
        {"error": "no such group"},
        {"error": {"message": "no"}},
        {"error": True},
        {"errors": ["no"]},
        {"errors": {"event_time": "no"}},
        {"errors": "no"},
        {"error": "OK"},  # whatever it says, it is an error
        {"errors": "none"},
        {"error_count": 1},
        {"failed": 2},
        {"failed": "2"},
        {"invalid_events": [{"event_id": "b"}]},
        {"failed_events": {"b": "no"}},
        {"failed_events": "b"},
        {"failed_events": 1},
        {"success": False},
        {"success": "false"},
        {"success": 0},
        {"success": "No "},
        {"ok": False},
        {"description": "all events failed"},
        {"description": "Some events could not be processed."},
        {"message": "All events failed"},
        {"_" * 93 + "success": False},  # of a name 100 characters are read
        {"data": {"success": False}},
        {"response": {"result": {"errors": ["no"]}}},
        {"data": {"data": {"data": {"success": False}}}},
        {"data": {"success": False}, "meta": {"took": 3}},
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_success_that_contradicts_itself_may_have_taken_the_events_and_is_not_delivered(
    member: dict[str, Any], status: int
) -> None:
    for outcome in ask(OK | member, *THREE, status=status):
        assert isinstance(outcome, Retry)
        assert (outcome.ambiguous, outcome.status, outcome.setup, outcome.passing) == (True, status, False, False)
    assert words(ask(OK | {"events_received": 1} | member | {"x": 1}, PURCHASE, status=status)) == "T"


UNREADABLE: list[object] = [
    b"",
    b" \r\n",
    b"<html>OK</html>",
    b'{"code":200,"failed_events":[]',
    b"\xff\xfe",
    b"[" * 100_000,
    [],
    [OK],
    None,
    "ok",
    7,
    True,
]


@pytest.mark.parametrize("body", UNREADABLE)
@pytest.mark.parametrize("status", [200, 201, 202, 203, 204, 206, 207, 210, 299])
def test_a_success_without_a_json_object_cannot_be_read(body: object, status: int) -> None:
    expected = Retry(f"Roku answered {status} with a body that cannot be read", status, ambiguous=True)
    assert ask(body, *THREE, status=status) == [expected] * 3
    assert ask(body, PURCHASE, status=status) == [expected]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_an_operator_can_say_that_a_success_without_a_body_is_delivered(status: int, body: bytes) -> None:
    lines = [json.dumps(event) for event in THREE]
    assert read(Answer(status=status, body=body), lines, empty_is_delivered=True) == [Delivered()] * 3


@pytest.mark.parametrize(("status", "body"), [(210, b""), *((200, body) for body in (b"{", b"null", b"[]", b"ok"))])
def test_which_makes_nothing_else_readable(status: int, body: bytes) -> None:
    lines = [json.dumps(event) for event in THREE]
    assert words(read(Answer(status=status, body=body), lines, empty_is_delivered=True)) == "TTT"
    for refused, expected in ((400, "UUU"), (500, "TTT"), (301, "TTT")):
        assert words(read(Answer(status=refused), lines, empty_is_delivered=True)) == expected


@pytest.mark.parametrize("status", [203, 204, 206, 207, 299])
def test_a_success_that_is_not_documented_at_all_is_not_delivered(status: int) -> None:
    expected = Retry(f"Roku answered {status} which it does not document", status, ambiguous=True)
    for body in (OK, {"failed_events": [LEAD]}):
        assert ask(body, *THREE, status=status) == [expected] * 3


@pytest.mark.parametrize("http", [200, 201, 202, 210])
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (500, Retry("Roku answered 500", 500, ambiguous=True)),
        (503.0, Retry("Roku answered 503", 503, ambiguous=True)),
        ("503", Retry("Roku answered 503", 503, ambiguous=True)),
        (429, Retry("Roku answered 429", 429, after=0.0)),
        (400, AskAgain("Roku answered 400 and did not name this event", 400)),
    ],
)
def test_a_code_of_the_body_that_is_worse_than_the_status_is_believed(
    http: int, code: object, expected: Outcome
) -> None:
    assert ask(OK | {"code": code}, *THREE, status=http) == [expected] * 3
    for worse in (300, 401):
        for outcome in ask(OK | {"code": worse}, *THREE, status=http):
            assert isinstance(outcome, Retry)
            assert (outcome.setup, outcome.status) == (True, worse)


@pytest.mark.parametrize("failed", [[], None, {}, "", "x"])
@pytest.mark.parametrize(("http", "code"), [(210, 210), (200, 210), (200, "210"), (201, 210), (210, None), (210, 200)])
def test_210_that_names_nobody_is_asked_about_in_parts(http: int, code: object, failed: object) -> None:
    reason = "Roku answered 210 and named no rejected event"
    assert ask(verdict(code, failed), *THREE, status=http) == [AskAgain(reason, 210, ambiguous=True)] * 3
    assert ask(verdict(code, failed, 2), PURCHASE, LEAD, status=http) == [AskAgain(reason, 210, ambiguous=True)] * 2
    assert ask(verdict(code, failed, 1), PURCHASE, status=http) == [Retry(reason, 210, ambiguous=True)]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 413, 429, 500, 503])
def test_a_body_that_says_200_does_not_undo_an_http_error(status: int) -> None:
    assert "D" not in words(ask(verdict(200, []), *THREE, status=status))


@pytest.mark.parametrize("body", [b"", {}, {"failed_events": []}, verdict(210, [], received=1)])
def test_an_unclear_success_may_have_taken_the_event(body: object) -> None:
    # Only then is it repeated within the 10 minutes in which Roku drops repeats.
    for outcome in [*ask(body, *THREE, status=210), *ask(body, PURCHASE, status=210)]:
        assert isinstance(outcome, Retry | AskAgain)
        assert outcome.ambiguous


# --- which event an entry means ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failed", "expected"),
    [
        ([LEAD | BAD], "DRD"),
        ([{"event_id": "b"} | BAD], "DRD"),
        ([{"event_id": "b"}], "DRD"),
        ([{"event_name": "LEAD"} | BAD], "DRD"),
        ([{"event_time": 2} | BAD], "DRD"),
        ([{"event_id": None, "event_name": "LEAD", "opt_out": None} | BAD], "DRD"),
        ([{"event_id": "b", "received_at": "today", "status": 7} | BAD], "DRD"),
        ([{"event_id": "b"} | BAD, {"event_id": "b"} | BAD], "DRD"),
        ([{"event_id": "b"} | BAD, LEAD | BAD, {"event_name": "LEAD"}], "DRD"),
        ([{"event_id": "c"}, {"event_id": "a"}], "RDR"),
        (list(THREE), "RRR"),
        # None of ours, or several: those that are not named are asked about again.
        ([{"event_id": "x"} | BAD], "UUU"),
        ([{"event_id": "x", "event_name": "LEAD"} | BAD], "UUU"),
        ([{"event_id": "b"}, {"event_id": "x"}], "URU"),
        ([{"event_name": "CONTACT"}], "UUU"),
        ([{"event_name": "LEAD", "received_at": "today"}], "UUU"),
        # One that fits several leaves only these open.
        ([{"user_data": {"em": EM}}], "UDU"),
        ([{"user_data": {"em": EM}}, LEAD], "URU"),
        ([{"user_data": {"em": EM}}, {"event_id": "c"}], "UDR"),
        ([{"user_data": {"em": EM}}, {"event_id": "x"}], "UUU"),
        ([{"event_id": True}], "UUU"),
        ([{"event_id": ["b"]}], "UUU"),
        ([{"event_id": ""}], "UUU"),
        ([BAD], "UUU"),
        ([{}], "UUU"),
        ([None], "UUU"),
        (["b"], "DRD"),  # ids alone
        (["b", "c"], "DRR"),
        (["x"], "UUU"),
        ([{"eventId": "b", "error": "no"}], "DRD"),
        ([{"EventName": "LEAD", "reason": "no"}], "DRD"),
        ([{"event_time": "2"} | BAD], "DRD"),  # a number as text
        ([["b"]], "UUU"),
        ([7, LEAD], "URU"),
        ([LEAD] * 7, "URU"),  # more than twice as many as events: absurd
    ],
)
def test_a_failed_event_is_matched_by_id_then_by_what_it_echoes(failed: list[Any], expected: str) -> None:
    assert words(ask(verdict(210, failed), *THREE, status=210)) == expected


def test_ids_are_matched_as_text_and_numbers_in_an_answer_are_that_text() -> None:
    events = [LEAD | {"event_id": "7"}, LEAD | {"event_id": "07"}]
    assert words(ask(verdict(210, [{"event_id": 7}], 2), *events, status=210)) == "RD"
    assert words(ask(verdict(210, [{"event_id": "07"}], 2), *events, status=210)) == "DR"


def test_a_truth_value_is_no_id() -> None:
    events = [LEAD | {"event_id": "True"}, SEARCH]
    assert words(ask(verdict(210, [{"event_id": True}], 2), *events, status=210)) == "UU"


def test_an_event_name_that_two_events_have_names_neither() -> None:
    events = [LEAD, LEAD | {"event_id": "d"}, SEARCH]
    assert words(ask(verdict(210, [{"event_name": "LEAD"}]), *events, status=210)) == "UUD"
    assert words(ask(verdict(400, [{"event_name": "LEAD"}]), *events, status=400)) == "UUU"  # there the third is too
    assert words(ask(verdict(210, [{"event_name": "LEAD"}, {"event_id": "d"}]), *events, status=210)) == "URD"


def test_an_id_of_two_events_with_an_echo_of_neither_leaves_these_two_open() -> None:
    events = [LEAD, LEAD | {"event_name": "SEARCH"}, SEARCH]
    for echo in ({"event_id": "b"}, {"event_id": "b", "received_at": "today"}):
        for outcome in ask(verdict(210, [echo]), *events, status=210)[:2]:
            assert isinstance(outcome, AskAgain)
            assert outcome.ambiguous
        assert words(ask(verdict(210, [echo]), *events, status=210)) == "UUD"


def test_two_events_of_one_id_are_told_apart_by_the_rest_of_the_echo() -> None:
    events = [LEAD, LEAD | {"event_name": "SEARCH"}, LEAD | {"opt_out": "true"}]
    assert words(ask(verdict(210, [LEAD | {"event_name": "SEARCH"} | BAD]), *events, status=210)) == "DRD"
    assert words(ask(verdict(210, [LEAD | BAD]), *events, status=210)) == "RDD"  # the third has a field more
    assert words(ask(verdict(210, [{"event_id": "b"}]), *events, status=210)) == "UUU"


def test_copies_of_one_event_have_one_fate() -> None:
    for failed in ([LEAD | BAD], [LEAD | BAD, LEAD | BAD], [{"event_id": "b"}], [{"event_name": "LEAD"}]):
        assert words(ask(verdict(210, failed), LEAD, SEARCH, LEAD, status=210)) == "RDR"


def test_named_events_are_rejected_and_a_wrong_count_leaves_the_others_open() -> None:
    open_ = AskAgain("Roku answered 210 and counted other than 3 events", 210, ambiguous=True)
    rejected = Rejected("event_name: Invalid event name", 210)
    for received in (2, "2", 4):
        outcomes = ask(verdict(210, [LEAD | BAD], received=received), *THREE, status=210)
        assert outcomes == [open_, rejected, open_]
    assert words(ask(verdict(210, [LEAD | BAD], received=None), *THREE, status=210)) == "DRD"


def test_whom_an_unclear_refusal_leaves_open_may_have_been_taken_only_beside_a_success() -> None:
    for status, ambiguous in ((200, True), (210, True), (400, False)):
        for outcome in ask(verdict(status, [{"event_id": "x"}]), *THREE, status=status):
            reason = "named an event that is not ours" if ambiguous else "refused the request"
            assert outcome == AskAgain(f"Roku answered {status} and {reason}", status, ambiguous=ambiguous)


def test_400_leaves_whom_it_does_not_name_open() -> None:
    assert words(ask(verdict(400, [LEAD | BAD]), *THREE, status=400)) == "URU"
    assert words(ask(verdict(400, list(THREE)), *THREE, status=400)) == "RRR"
    for body in (b"", b"no", {}, verdict(400, []), verdict(400, None)):
        for status in (400, 413, 422):
            outcomes = ask(body, *THREE, status=status)
            assert words(outcomes) == "UUU"
            assert not any(outcome.ambiguous for outcome in outcomes if isinstance(outcome, AskAgain))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"description": "event_time is required"}, "event_time is required"),
        ({"message": "no"}, "no"),
        ({"error": "no"}, "no"),
        ({"description": " \x00 "}, "the request was refused without a reason"),
        ({"description": ["no"]}, "no"),
        ({"description": "all events failed", "errors": {"event_time": "no"}}, "event_time: no"),
        ({"description": "all events failed"}, "all events failed"),
        ({"error": {"code": 7, "message": "no"}}, "7: no"),
        ({"error": "Bad Request", "message": "no"}, "no; Bad Request"),
        (b"", "the request was refused without a reason"),
        (verdict(400, [{"event_id": "other"} | BAD, {"event_id": "a", "errors": "no"}], 1), "no"),
        (verdict(400, [{"event_id": "other"} | BAD, {"errors": "no"}], 1), "no"),
        (verdict(400, [{"event_name": "OTHER"} | BAD], 1), "event_name: Invalid event name"),
        (verdict(400, ["event_time is required"], 1), "event_time is required"),
        (verdict(400, [{"event_id": "a", "code": 7, "message": "no"}], 1), "7: no"),
        (verdict(400, [None], 1), "refused without a reason"),
        (verdict(400, [{"errors": {}}], 1), "refused without a reason"),
        (verdict(400, [{"errors": "\x00"}], 1), "refused without a reason"),
        (verdict(400, [{"errors": "too old"}], 1), "too old"),
        (verdict(400, [{"errors": ["too old", 7]}], 1), "too old; 7"),
        (verdict(400, [{"errors": {"event_time": {"min": 1}}}], 1), "event_time: {'min': 1}"),
    ],
)
def test_an_event_that_is_refused_alone_is_rejected_with_what_was_said(body: object, reason: str) -> None:
    assert ask(body, PURCHASE, status=400) == [Rejected(reason, 400)]


@pytest.mark.parametrize("failed", [[{"event_id": "b"} | BAD], [LEAD | BAD], [{"event_id": 7}], [{"event_id": ""}]])
@pytest.mark.parametrize("status", [200, 202, 210, 400, 413])
def test_an_event_that_is_alone_is_not_condemned_by_the_name_of_another(failed: list[Any], status: int) -> None:
    (outcome,) = ask(verdict(status, failed, 1), PURCHASE, status=status)
    assert outcome == Retry(f"Roku answered {status} and named an event that is not ours", status, ambiguous=True)


# --- what a refusal says of itself ------------------------------------------------------------------------------------


def refused(*texts: object, http: int = 210) -> list[Outcome]:
    """The outcomes of LEAD, whose errors are each of these, with PURCHASE and SEARCH beside it; and alone, with 400."""
    outcomes = []
    for errors in texts:
        failed = [{"event_id": "b", "errors": errors}]
        first, among, last = ask(verdict(http, failed), *THREE, status=http)
        assert first == last == Delivered()
        (alone,) = ask(verdict(400, failed, 1), LEAD, status=400)
        assert type(alone) is type(among)
        outcomes.append(among)
    return outcomes


def test_a_failed_event_that_says_that_it_passes_is_tried_again() -> None:
    errors = [{"event": "internal error"}, ["Try again later."], "Rate limit exceeded", {"code": 503, "message": "x"}]
    reasons = ["event: internal error", "Try again later.", "Rate limit exceeded", "503: x"]
    assert refused(*errors) == [Retry(reason, 210, passing=True) for reason in reasons]


def test_an_empty_text_beside_a_failure_that_passes_says_nothing_against_the_event() -> None:
    (outcome,) = ask(verdict(400, [{"event_id": "a", "errors": ["", "rate limit exceeded"]}], 1), PURCHASE, status=400)
    assert outcome == Retry("rate limit exceeded", 400, passing=True)


def test_one_reason_that_stays_outweighs_another_that_passes() -> None:
    errors = {"event": "internal error", "custom_data.value": "is not plausible"}
    assert words(refused(errors, list(errors.values()), {"event": "internal error", "f": "x"})) == "RRR"


def test_a_duplicate_was_delivered_before() -> None:
    assert refused({"event_id": "duplicate"}, "Duplicate event", ["already received"]) == [Delivered()] * 3
    assert words(refused({"custom_data.contents": "duplicate"}, "duplicate content id", {"ph": "already exists"})) == (
        "RRR"
    )


def test_a_failure_that_names_the_event_group_is_marked() -> None:
    for outcome in refused({"event_group_id": "is paused"}, "not enabled for this event group", "account suspended"):
        assert isinstance(outcome, Rejected)
        assert outcome.alike
    for outcome in refused({"custom_data.value": "is not plausible"}, "bad account number"):
        assert isinstance(outcome, Rejected)
        assert not outcome.alike


MANY = [LEAD | {"event_id": f"e-{n}"} for n in range(20)]


@pytest.mark.parametrize("status", [200, 210, 400])
def test_twenty_events_refused_for_one_reason_are_refused_for_no_event(status: int) -> None:
    failed = [{"event_id": event["event_id"], "errors": f"{event['event_id']} is not taken"} for event in MANY]
    for outcome in ask(verdict(status, failed, 20), *MANY, status=status):
        assert isinstance(outcome, Rejected)
        assert outcome.alike
    different = [*failed[:19], failed[19] | {"errors": "is not plausible"}]
    for some, events in ((failed[:19], MANY[:19]), (failed[:19], MANY), (different, MANY)):
        for outcome in ask(verdict(status, some, len(events)), *events, status=status):
            assert not isinstance(outcome, Rejected) or not outcome.alike


def test_a_partner_that_is_refused_with_all_its_events_is_the_senders() -> None:
    failed = [event | {"errors": {"partner_name": "is unknown"}} for event in MANY]
    for outcome in ask(verdict(400, failed, 20), *MANY, status=400):
        assert outcome == Rejected("partner_name: is unknown", 400)


def test_a_whole_request_refused_for_the_moment_or_for_the_group_is_not_taken_apart() -> None:
    for outcome in ask({"description": "rate limit exceeded"}, *THREE, status=400):
        assert isinstance(outcome, Retry)
        assert (outcome.passing, outcome.ambiguous, outcome.status) == (True, False, 400)
    for outcome in ask({"description": "event group g1 is not active"}, *THREE, status=400):
        assert isinstance(outcome, Rejected)
        assert outcome.alike
        assert "g1" not in outcome.reason
    for outcome in ask({"errors": {"event_group_id": "unknown"}}, *THREE, status=400):
        assert outcome == Rejected("Roku answered 400 for the event group or account", 400, alike=True)
    for said in ("invalid timeout", 'must not be "try again"', "all events failed", "duplicate event"):
        assert words(ask({"description": said}, *THREE, status=400)) == "UUU"


# --- key, set-up, transient -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [300, 301, 302, 307, 399, 401, 403, 404, 405, 415])
def test_our_key_or_address_being_refused_never_condemns_an_event(status: int) -> None:
    for body in (b"", verdict(status, []), verdict(status, list(THREE))):
        for outcome in ask(body, *THREE, status=status):
            assert isinstance(outcome, Retry)
            assert outcome.setup
            assert outcome.status == status
            assert not outcome.ambiguous


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_a_transient_failure_is_retried_not_before_retry_after(status: int) -> None:
    # To say when to come back is not proof that nothing was done.
    for outcome in ask(verdict(status, list(THREE)), *THREE, status=status, retry_after=7.0):
        assert outcome == Retry(f"Roku answered {status}", status, after=7.0, ambiguous=status >= 500)


@pytest.mark.parametrize("status", [408, 429, 503])
@pytest.mark.parametrize(("said", "believed"), [(3_600.0, 3_600.0), (3_601.0, 3_600.0), (99_999_999.0, 3_600.0)])
def test_retry_after_is_believed_for_an_hour(status: int, said: float, believed: float) -> None:
    for outcome in ask(b"", *THREE, status=status, retry_after=said):
        assert isinstance(outcome, Retry)
        assert outcome.after == believed


def test_403_is_the_partners_if_the_group_is_taken_without_it() -> None:
    lines = [json.dumps(event) for event in THREE]
    outcomes = read(Answer(status=403, body=b"{}", partner_refused=True), lines)
    reason = (
        "Roku refuses this partner_name, and takes the event group without it: correct partner_name, or leave it out"
    )
    assert outcomes == [Rejected(reason, 403)] * 3


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_error_of_the_server_may_come_after_it_took_the_events(status: int) -> None:
    assert ask(b"", PURCHASE, status=status) == [Retry(f"Roku answered {status}", status, ambiguous=True)]


def test_429_stops_the_run_even_without_retry_after() -> None:
    assert ask(b"", PURCHASE, status=429) == [Retry("Roku answered 429", 429, after=0.0)]
    assert ask(b"", PURCHASE, status=503) == [Retry("Roku answered 503", 503, ambiguous=True)]


@pytest.mark.parametrize(("ambiguous", "setup"), [(True, False), (False, True), (False, False)])
def test_no_answer_is_a_retry_that_says_whether_the_event_may_have_been_taken(ambiguous: bool, setup: bool) -> None:
    answer = Answer(failure="the connection to Roku failed", ambiguous=ambiguous, setup=setup)
    expected = Retry("the connection to Roku failed", ambiguous=ambiguous, setup=setup)
    assert read(answer, ["{}", "{}"]) == [expected, expected]


# --- personal data ----------------------------------------------------------------------------------------------------

CANARIES = (
    "jane.canary@example.com",
    "jane.canary%40example.com",
    "203.0.113.77",
    "2001:db8::77",
    "2001:db8:0:0:0:0:0:77",
    "+1 (555) 010-7777",
    "15550107777",
    EM,
    EM.upper(),
    "springfield",
)


@pytest.mark.parametrize("canary", CANARIES)
def test_a_reason_holds_no_personal_data_that_roku_echoes(canary: str) -> None:
    errors: list[Any] = [
        {"em": f"bad value {canary}"},
        {canary: "unknown field"},
        {"user_data": {"em": [canary]}},
        [f"bad {canary}"],
        f"bad ({canary})",
    ]
    answers = [verdict(210, [{"event_id": "b", "errors": error}]) for error in errors]
    outcomes = [ask(answer, *THREE, status=210)[1] for answer in answers]
    outcomes += ask({"description": f"cannot take {canary}."}, LEAD, status=400)
    for outcome in outcomes:
        assert isinstance(outcome, Rejected)
        assert canary not in outcome.reason
        assert "[redacted]" in outcome.reason


def test_a_reason_is_short_and_in_the_alphabet_of_an_sqs_attribute() -> None:
    (outcome,) = ask(verdict(400, [{"errors": {"f": "\x00\x1b\ufffe no\n\t" * 5_000}}], 1), PURCHASE, status=400)
    assert isinstance(outcome, Rejected)
    assert len(outcome.reason) <= 300
    assert outcome.reason.startswith("f: no no")


# --- any answer at all ------------------------------------------------------------------------------------------------

names = st.sampled_from(["PURCHASE", "LEAD"])
ids = st.sampled_from(["a", "b", "c", "1", ""])
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, "9" * 5_000, "a", "LEAD", "210", ""])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
members = {"event_id": ids | scalars, "event_name": names | scalars, "errors": scalars | st.just({"em": "bad"})}
items = st.fixed_dictionaries({}, optional=members) | scalars
codes = st.sampled_from([200, 210, 400, 401, 403, 404, 500, "200", "210", 210.0, 1, True, None]) | scalars
shaped = st.fixed_dictionaries(
    {},
    optional={
        "code": codes,
        "description": scalars,
        "events_received": st.integers(0, 6) | scalars,
        "failed_events": st.lists(items, max_size=8) | scalars,
    },
).map(lambda body: json.dumps(body).encode())
bodies = shaped | st.binary(max_size=20) | scalars.map(lambda value: json.dumps(value).encode())
statuses = st.sampled_from([200, 210, 400, 401, 403, 404, 413, 429, 500]) | st.integers(100, 599)
requests = st.lists(st.fixed_dictionaries({"event_id": ids, "event_name": names}), min_size=1, max_size=6)


def said_success(status: int, body: bytes) -> bool:
    """Whether HTTP says success, and the body is an object whose own code, where it is a status, does not disagree."""
    said = json.loads(body)
    code = said.get("code")
    if isinstance(code, str) and len(code) == 3 and code.isascii() and code.isdigit():
        code = int(code)
    disagrees = isinstance(code, int | float) and code >= 300
    return status in (200, 201, 202, 210) and not disagrees


def may_mean(item: Any, event: dict[str, str]) -> bool:
    """Whether an entry could be an echo of this event: no word of the echo contradicts it."""
    if not isinstance(item, dict):
        return True
    event_id = item.get("event_id")
    as_text = str(event_id) if isinstance(event_id, int) and not isinstance(event_id, bool) else event_id
    return as_text in (None, event["event_id"]) and item.get("event_name") in (None, event["event_name"])


@given(statuses, bodies, requests, st.none() | st.floats(0, 10**9))
@example(status=200, body=b'{"code":"' + b"9" * 5_000 + b'","failed_events":[]}', events=[LEAD], after=None)
@example(status=200, body=b'{"code":' + b"9" * 4_300 + b',"failed_events":[]}', events=[LEAD], after=None)
@example(status=200, body=b'{"failed_events":[{"event_id":' + b"9" * 4_300 + b"}]}", events=[LEAD, SEARCH], after=None)
@bounded
def test_any_answer_gives_each_event_one_outcome_and_nobody_delivered_without_proof(
    status: int, body: bytes, events: list[dict[str, str]], after: float | None
) -> None:
    lines = [json.dumps(event) for event in events]
    outcomes = read(Answer(status=status, body=body, retry_after=after), lines)
    assert len(outcomes) == len(events)
    delivered = [event for event, outcome in zip(events, outcomes, strict=True) if isinstance(outcome, Delivered)]
    if delivered:
        assert said_success(status, body)
        said = json.loads(body)
        failed = said.get("failed_events") or []
        for item in failed:
            # Each entry is one of ours, and of none that counts as delivered.
            named = {"event_id": item} if isinstance(item, str) else item
            assert isinstance(named, dict)
            others = [one for one, outcome in zip(events, outcomes, strict=True) if not isinstance(outcome, Delivered)]
            assert any(may_mean(named, event) for event in others)
        counted = said.get("events_received")
        if isinstance(counted, int) and not isinstance(counted, bool) and not failed:
            assert counted == len(events)
        if status == 210 or json.loads(body).get("code") in (210, "210"):
            assert failed
    for outcome in outcomes:
        if isinstance(outcome, AskAgain):
            assert len(events) > 1
        if isinstance(outcome, Rejected):
            assert outcome.reason
            assert status in (200, 201, 202, 210, 400, 413, 422)


@given(statuses, bodies, requests)
@bounded
def test_every_named_event_is_rejected_or_open(status: int, body: bytes, events: list[dict[str, str]]) -> None:
    outcomes = read(Answer(status=status, body=body), [json.dumps(event) for event in events])
    try:
        failed = json.loads(body)["failed_events"]
    except (ValueError, TypeError, KeyError):
        return
    for item in failed if isinstance(failed, list) else []:
        for event, outcome in zip(events, outcomes, strict=True):
            if isinstance(item, dict) and "event_id" in item and item["event_id"] == event["event_id"]:
                same_id = [other for other in events if other["event_id"] == event["event_id"]]
                assert not isinstance(outcome, Delivered) or any(
                    other != event and may_mean(item, other) for other in same_id
                )


@given(st.permutations(range(6)), st.integers(0, 6), st.sampled_from(["all", "id"]))
@bounded
def test_a_partial_success_is_read_exactly_whatever_the_order_of_its_failed_events(
    order: list[int], count: int, echo: str
) -> None:
    events = [{"event_id": str(n), "event_name": "LEAD", "event_time": n} for n in range(6)]
    bad = order[:count]
    failed = [(events[n] if echo == "all" else {"event_id": str(n)}) | BAD for n in bad]
    code = 210 if 0 < count < 6 else 400 if count else 200
    outcomes = ask(verdict(code, failed, 6), *events, status=code)
    assert words(outcomes) == "".join("R" if n in bad else "D" for n in range(6))


# --- what the answer leaves open is told with what was answered -------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (verdict(210, []), 210, AskAgain("Roku answered 210 and named no rejected event", 210, ambiguous=True)),
        (
            verdict(210, [{"event_id": "z"} | BAD]),
            210,
            AskAgain("Roku answered 210 and named an event that is not ours", 210, ambiguous=True),
        ),
        (
            verdict(400, [{"event_id": "z"} | BAD]),
            400,
            AskAgain("Roku answered 400 and refused the request", 400, ambiguous=False),
        ),
        ({"message": "bad"}, 400, AskAgain("Roku answered 400 and did not name this event", 400)),
        (verdict(413, "too large"), 413, AskAgain("Roku answered 413 and did not name this event", 413)),
        ({"message": "try again later"}, 400, Retry("Roku answered 400 and said that this passes", 400, passing=True)),
        (
            {"message": "unknown event_group_id"},
            400,
            Rejected("Roku answered 400 for the event group or account", 400, alike=True),
        ),
    ],
)
def test_three_events_of_which_nothing_is_said(body: object, status: int, expected: Outcome) -> None:
    assert ask(body, *THREE, status=status) == [expected] * 3


def test_a_count_that_is_ignore_leaves_open_whom_the_answer_does_not_name() -> None:
    open_ = AskAgain("Roku answered 210 and counted other than 3 events", 210, ambiguous=True)
    rejected = Rejected("event_name: Invalid event name", 210)
    assert ask(verdict(210, [LEAD | BAD], received=2), *THREE, status=210) == [open_, rejected, open_]
    assert ask(verdict(400, [LEAD | BAD]), *THREE, status=400)[0] == AskAgain(
        "Roku answered 400 and did not name this event", 400
    )


def test_an_event_alone_beside_the_name_of_another_waits() -> None:
    for status, body in ((210, verdict(210, [])), (200, verdict(200, [], received=7))):
        (outcome,) = ask(body, PURCHASE, status=status)
        assert isinstance(outcome, Retry)
        assert (outcome.status, outcome.ambiguous) == (status, True)
        assert outcome.reason.startswith(f"Roku answered {status} ")
    (other,) = ask(verdict(400, [{"event_id": "z"} | BAD], received=1), PURCHASE, status=400)
    assert other == Retry("Roku answered 400 and named an event that is not ours", 400, ambiguous=True)


def test_more_items_than_two_an_event_are_not_all_read() -> None:
    items = [LEAD | BAD] * 7
    assert words(ask(verdict(210, items[:6]), *THREE, status=210)) == "DRD"
    assert words(ask(verdict(210, items), *THREE, status=210)) == "URU"


def test_several_items_about_one_event_are_one_reason() -> None:
    items = [{"event_id": "b", "errors": {"event_time": "too old"}}, {"event_id": "b", "errors": {"value": "too high"}}]
    assert ask(verdict(210, items), *THREE, status=210)[1] == Rejected("event_time: too old; value: too high", 210)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({}, "refused without a reason"),
        ({"errors": {}}, "refused without a reason"),
        ({"errors": ""}, "refused without a reason"),
        ({"errors": "bad"}, "bad"),
        ({"errors": ["bad", "worse"]}, "bad; worse"),
        ({"errors": [{"value": "bad"}, {"currency": "worse"}]}, "value: bad; currency: worse"),
        ({"errors": {"code": "E7", "message": "bad"}}, "E7: bad"),
        ({"errors": {"code": 7, "message": "bad", "value": "odd"}}, "7: bad; value: odd"),
        ({"errors": {"value": 3}}, "value: 3"),
        ({"message": "bad"}, "bad"),
        ({"Error-Code": "E7", "error_message": "bad"}, "E7: bad"),
        ({"reason": None, "reasons": ["bad"]}, "bad"),
        ({"errors": {"message": "", "code": "E7"}}, "E7"),
        ({"errors": {"event_name": "bad", "message": {"value": "worse"}}}, "event_name: bad; value: worse"),
    ],
)
def test_what_is_said_of_an_event_is_its_reason_whatever_its_form(said: dict[str, Any], reason: str) -> None:
    assert ask(verdict(210, [{"event_id": "b"} | said]), *THREE, status=210)[1] == Rejected(reason, 210)


def test_of_a_fields_name_100_characters_are_told() -> None:
    (outcome,) = ask(verdict(400, [{"event_id": "a", "errors": {"n" * 101: "bad"}}], received=1), PURCHASE, status=400)
    assert outcome == Rejected("n" * 100 + ": bad", 400)


def test_of_many_texts_the_first_twenty_are_read() -> None:
    said = {f"f{number}": "bad" for number in range(21)}
    (outcome,) = ask(verdict(400, [{"event_id": "a", "errors": said}], received=1), PURCHASE, status=400)
    assert isinstance(outcome, Rejected)
    assert "f19: bad" in outcome.reason
    assert "f20" not in outcome.reason


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("b", "DRD"),  # the bare id
        ("z", "UUU"),
        (7, "UUU"),
        ({"event-id": "b"}, "DRD"),  # names by their letters
        ({"EventName": "LEAD"}, "DRD"),
        ({"event_time": "2"}, "DRD"),  # a number may have become text on the way
        ({"event_time": True}, "UUU"),
        ({"event_id": None, "event_name": "LEAD"}, "DRD"),
        ({"user_data": {"em": EM}}, "UDU"),  # two have it
        ({"shade": "x", "event_name": "LEAD"}, "UUU"),  # no event of ours has that
        ({}, "UUU"),
    ],
)
def test_an_item_means_the_one_event_that_it_fits(item: object, expected: str) -> None:
    given = item | BAD if isinstance(item, dict) else item
    assert words(ask(verdict(210, [given]), *THREE, status=210)) == expected


@pytest.mark.parametrize(
    ("echo", "is_it"),
    [({"value": "10"}, True), ({"value": 10}, True), ({"value": [10]}, False), ({"value": True}, False)],
)
def test_what_is_echoed_as_text_is_the_number_and_nothing_else_is(echo: dict[str, object], is_it: bool) -> None:
    event = {"event_id": "a", "event_name": "LEAD", "opt_out": 10}
    other = {"event_id": "b", "event_name": "LEAD", "opt_out": "[10]"}
    item = {"event_name": "LEAD", "opt_out": echo["value"], "errors": {"opt_out": "no"}}
    outcomes = ask({"code": 210, "failed_events": [item]}, event, other, status=210)
    assert isinstance(outcomes[0], Rejected) is is_it
    assert not isinstance(outcomes[1], Rejected)


def test_an_event_is_found_by_a_yes_or_no_that_it_echoes() -> None:
    yes, no = ({"event_id": name, "event_name": "LEAD", "opt_out": said} for name, said in (("a", True), ("b", False)))
    item = {"event_name": "LEAD", "opt_out": True, "errors": {"opt_out": "no"}}
    assert words(ask({"code": 210, "failed_events": [item]}, yes, no, status=210)) == "RD"


def test_a_contradiction_names_the_member() -> None:
    said = "Roku answered 200 and contradicts that with a member like success"
    assert ask(OK | {"success": False}, *THREE) == [Retry(said, 200, ambiguous=True)] * 3
