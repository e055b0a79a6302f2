"""What the words of a refusal mean. No destination documents its words: these are the usual ones and what they miss."""

import json
from typing import Any

import pytest

from pipeline.answers import refusal_words, refusals
from pipeline.contract.destination import Answer
from pipeline.contract.outcome import Delivered, Rejected, Retry
from pipeline.values import personal
from rokt.answer import read as read_rokt
from roku import failed
from roku.answer import read as read_roku

PASSING = [
    "internal error",
    "Internal server error, please try again later",
    "InternalServerError",
    "INTERNAL_ERROR",
    "rate limit exceeded",
    "RateLimitExceeded",
    "Too Many Requests",
    "TEMPORARILY_UNAVAILABLE",
    "the service is temporarily unavailable",
    "Service Unavailable",
    "503",
    "429: whatever",
    "request timed out",
    "upstream timeout",
    "we can't process it now, try again",
    "this event should be retried later",
    "must be sent again",
    "an unknown error occurred",
    "unexpected error",
    "throttled",
    "The server is busy.",
    "UNAVAILABLE",
    "event 'must be valid' was hit by an internal error",
    "Busy.",
    '"order 7" unavailable',  # what is quoted is not part of the text
]
STAYING = [
    "",
    "value must not be 'try again'",
    "value must not be try again",
    'event_name "internal error" is not one of ours',
    "the name `rate limit` is taken",
    "“temporarily unavailable” is not plausible",
    "timeout must be a number",
    "invalid timeout",
    "unknown field rate_limit",
    "Invalid event name: TRY AGAIN",
    "internal error: do not retry",
    "not retryable",
    "don't try again",
    "internal user id is required",
    "operate limits are too old",
    "500 characters at most",
    "is not plausible",
    "duplicate",
    "ServerErrorInvalidField",  # what condemns may follow without a space
    ".busy",
]


@pytest.mark.parametrize("text", PASSING)
def test_it_says_that_it_passes(text: str) -> None:
    assert refusal_words.passes(text)
    assert refusals.outcome([("", text)], "r", 210) == Retry("r", 210, passing=True)
    assert refusals.outcome([("custom_data", text)], "r", 210) == Retry("r", 210, passing=True)


@pytest.mark.parametrize("text", STAYING)
def test_it_does_not_say_that_it_passes(text: str) -> None:
    assert not refusal_words.passes(text)
    assert refusals.outcome([("", "internal error"), ("", text)], "r", 210) == Rejected("r", 210)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("", "duplicate"),
        ("event_id", "duplicate"),
        ("event_id", "Duplicate event_id within 10 minutes"),
        ("event", "DUPLICATE_EVENT"),
        ("", "Event has already been processed."),
        ("", "already received"),
        ("", "this event was seen before"),
        ("", "previously accepted"),
    ],
)
def test_a_duplicate_is_delivered(field: str, text: str) -> None:
    assert refusals.outcome([(field, text)], "r", 210) == Delivered()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("", "duplicate content id"),
        ("", "duplicate key in user_data"),
        ("custom_data.contents", "duplicate"),
        ("user_data.ph", "already exists"),
        ("event_id", "must not be a duplicate"),
        ("", "'duplicate event' is not plausible"),
    ],
)
def test_a_duplicate_of_something_else_is_not(field: str, text: str) -> None:
    assert isinstance(refusals.outcome([(field, text)], "r", 210), Rejected)


@pytest.mark.parametrize(
    ("field", "text", "alike"),
    [
        ("event_group_id", "is paused", True),
        ("", "the event group does not take PURCHASE", True),
        ("", "EventGroup closed", True),
        ("", "your account is suspended", True),
        ("", "account_id is not ours", True),
        ("", "this account has no budget", True),
        ("event_name", "is not one of ours", False),
        ("", 'the value "event group" is not plausible', False),
        ("custom_data.value", "is above the limit of this event group", False),
        ("event_name", "is not switched on for the event group", False),
        ("event", "does not belong to this event group", True),
        ("", "the value is above the limit of this event group", False),
        ("", "amount is above the limit of this account", False),
        ("", "account number in external_id", False),
        ("", "accountable", False),
    ],
)
def test_a_refusal_of_the_event_group_is_marked(field: str, text: str, alike: bool) -> None:
    assert refusals.outcome([(field, text)], "r", 400) == Rejected("r", 400, alike=alike)


def test_a_text_without_a_field_is_about_the_whole_event() -> None:
    assert refusal_words.names_group("the event group is closed")
    assert refusal_words.names_group('"shop"event_group is closed')  # what is quoted is not part of the text
    assert not refusal_words.names_group("the event group is closed", "custom_data.value")


def test_nothing_said_is_a_rejection() -> None:
    assert refusals.outcome([], "r", 400) == Rejected("r", 400)


MANY = [Rejected(f"e-{n}: value {n} is not taken", 210) for n in range(refusals.MANY)]


def test_many_events_rejected_for_one_reason_are_marked() -> None:
    assert refusals.alike(list(MANY)) == [Rejected(one.reason, 210, alike=True) for one in MANY]


@pytest.mark.parametrize(
    "outcomes",
    [
        MANY[1:],
        [*MANY, Delivered()],
        [*MANY, Retry("r", 210, passing=True)],
        [*MANY, Rejected("another reason", 210)],
        [Rejected("partner_name is unknown", 210)] * refusals.MANY,
        [],
    ],
)
def test_fewer_or_different_ones_or_those_of_a_partner_are_not(outcomes: list[Any]) -> None:
    assert refusals.alike(list(outcomes)) == outcomes


# --- what it costs, and what it gives away ----------------------------------------------------------------------------


def roku(count: int, text: str) -> tuple[bytes, list[str]]:
    """An answer that names so many events with this text, and the events."""
    ids = [f"e-{n}" for n in range(count)]
    failed = [{"event_id": event_id, "errors": text} for event_id in ids]
    lines = [json.dumps({"event_id": event_id, "user_data": {"ct": "springfield"}}) for event_id in ids]
    return json.dumps({"code": 210, "failed_events": failed}).encode(), lines


def test_the_texts_of_one_answer_that_are_redacted_are_few_whatever_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    right, seen = personal.safe_reason, []

    def counting(text: str, *args: Any) -> str:
        seen.append(len(text))
        return right(text, *args)

    monkeypatch.setattr(refusals, "safe_reason", counting)
    for count, size in ((1_000, 7_900), (1, 8_000_000)):
        seen.clear()
        body, lines = roku(count, "x 1 " * (size // 4))
        assert len(read_roku(Answer(status=210, body=body), lines)) == count
        assert 0 < sum(seen) <= 1_000_000
        assert max(seen) <= 5_000
    seen.clear()
    errors = [{"code": "x", "message": f"Path '[{n}]' " + "y 1 " * 20_000} for n in range(100)]
    lines = [json.dumps({"source_request_id": str(n)}) for n in range(100)]
    outcomes = read_rokt(Answer(status=202, body=json.dumps({"errors": errors}).encode()), lines, "conversions")
    assert all(isinstance(one, Rejected) for one in outcomes)
    assert sum(seen) <= 1_000_000


def test_equal_echoes_are_compared_with_the_events_once(monkeypatch: pytest.MonkeyPatch) -> None:
    right, compared = failed._fits, []

    def counting(echo: Any, event: Any) -> bool:
        compared.append(1)
        return right(echo, event)

    monkeypatch.setattr(failed, "_fits", counting)
    lines = [json.dumps({"event_id": f"e-{n}", "event_name": "LEAD", "event_time": n}) for n in range(1_000)]
    for echoes in ([{"event_name": "LEAD"}] * 2_000, [{"event_name": "LEAD", "opt_out": str(n)} for n in range(2_000)]):
        compared.clear()
        body = json.dumps({"failed_events": echoes}).encode()
        assert {type(one).__name__ for one in read_roku(Answer(status=210, body=body), lines)} == {"AskAgain"}
        assert 1_000 <= len(compared) <= 201_000


@pytest.mark.parametrize("longest", [400, 5_000])
@pytest.mark.parametrize("place", range(0, 40, 3))
def test_an_address_that_the_cut_halves_is_not_in_the_reason(longest: int, place: int) -> None:
    # Redacted digests leave little of the text before the cut: what is halved there would be within the 300 characters.
    address = "jane.canary@mail.example.com"
    filler = ("ab" * 32 + " ") * (longest // 65)
    text = filler + "z" * max(0, longest - len(filler) - place - 1) + " " + address
    reason = refusals.without_persons(text * 2, [], longest)
    assert "jane" not in reason
    assert "canary" not in reason


def test_a_reason_that_is_as_long_as_may_be_looked_at_is_not_cut() -> None:
    assert refusals.without_persons("is too old", [], len("is too old")) == "is too old"


def test_a_reason_that_was_cut_loses_what_may_be_half_an_address_even_if_that_is_all() -> None:
    assert refusals.without_persons("is too old", [], len("is too old") - 1) == ""


def test_of_a_long_text_as_much_is_told_as_a_reason_may_have() -> None:
    # 400 characters are looked at, the last 100 of them are given up, and 300 are left.
    assert refusals.without_persons("the amount is out of its range; " * 40, [], 400).startswith(
        "the amount is out of its range; " * 9
    )
