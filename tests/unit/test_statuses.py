"""What an HTTP status means is said once, for outcomes and for the log."""

import pytest

from pipeline.answers.reasons import class_of
from pipeline.answers.statuses import Meaning, by_status, is_success, meaning
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
