"""What an HTTP status means is said once, for outcomes and for the log."""

import pytest

from pipeline.answers.reasons import class_of
from pipeline.answers.statuses import Meaning, by_status, is_success, meaning, unanswered, unreadable
from pipeline.contract.destination import Answer
from pipeline.contract.outcome import Retry


# RFC 9110, section 15: the classes by their hundreds, and the codes that are about credentials, target and content.
@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((200, 201, 202, 204, 210, 299), Meaning.TAKEN),
        ((300, 301, 302, 307, 308, 399, 404, 405, 410, 411, 415, 451), Meaning.ADDRESS),
        ((400, 413, 422), Meaning.REFUSED),
        ((401, 403, 407), Meaning.KEY),
        ((429,), Meaning.SLOWER),
        ((500, 502, 503, 504, 599, 999), Meaning.BROKEN),
        ((100, 199, 402, 406, 408, 409, 412, 425, 499), Meaning.LATER),
    ],
)
def test_each_status_has_one_meaning(statuses: tuple[int, ...], expected: Meaning) -> None:
    assert {meaning(status) for status in statuses} == {expected}
    assert {is_success(status) for status in statuses} == {expected is Meaning.TAKEN}


def test_without_an_answer_nothing_was_taken() -> None:
    assert not is_success(None)


@pytest.mark.parametrize("status", [301, 401, 403, 404, 407, 429, 500, 503, 408])
def test_the_log_and_the_outcome_say_the_same_of_a_status(status: int) -> None:
    outcome = by_status(status, None, "Acme", {})
    words = {Meaning.KEY: "key refused", Meaning.ADDRESS: "address refused", Meaning.SLOWER: "throttled"}
    said = class_of("retried", status, outcome.reason)
    assert said == words.get(meaning(status), "server error" if status >= 500 else "refused for now")
    assert outcome.setup == (said in ("key refused", "address refused"))
    assert outcome.ambiguous == (said == "server error")
    assert isinstance(outcome, Retry)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "Acme does not know the key"),
        (403, "Acme answered 403: check the stack's AcmeUrl"),
        (301, "Acme answered 301: check the stack's AcmeUrl"),
    ],
)
def test_a_fault_of_set_up_says_what_to_do(status: int, reason: str) -> None:
    expected = Retry(reason, status, setup=True)
    assert by_status(status, None, "Acme", {401: "Acme does not know the key"}) == expected


@pytest.mark.parametrize(("after", "expected"), [(None, None), (0.0, 0.0), (3_600.0, 3_600.0), (3_601.0, 3_600.0)])
def test_a_server_that_failed_is_believed_for_an_hour_at_most_when_it_says_when_to_come_back(
    after: float | None, expected: float | None
) -> None:
    assert by_status(503, after, "Acme", {}) == Retry("Acme answered 503", 503, ambiguous=True, after=expected)


@pytest.mark.parametrize(("after", "expected"), [(None, 0.0), (7.0, 7.0)])
def test_who_asks_too_often_sends_nothing_more_in_this_run(after: float | None, expected: float) -> None:
    assert by_status(429, after, "Acme", {}) == Retry("Acme answered 429", 429, after=expected)


@pytest.mark.parametrize("given", [Answer(failure="dropped", ambiguous=True), Answer(failure="no key", setup=True)])
def test_without_an_answer_it_is_said_why(given: Answer) -> None:
    assert unanswered(given) == Retry(given.failure, ambiguous=given.ambiguous, setup=given.setup)


def test_an_answer_that_cannot_be_read_may_mean_anything() -> None:
    said = "Acme answered 200 with a body that cannot be read"
    assert unreadable(200, "Acme") == Retry(said, 200, ambiguous=True)
