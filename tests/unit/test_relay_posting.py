"""One batch to the API: what is tried again, how long is waited, and whose refusal it is."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from relay import posting
from relay.errors import Trouble
from relay.posting import Outcome, Poster, retry_after

EVENTS = [{"event_id": "a"}, {"event_id": "b"}, {"event_id": "c"}]
Answers = list[tuple[int, dict[str, Any], dict[str, str]] | Exception]


class _Waits(threading.Event):
    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0)
        return False


class _Session:
    def __init__(self, answers: Answers) -> None:
        self.answers, self.posted = answers, list[list[str]]()

    def post(self, _: str, *, data: bytes, **__: Any) -> requests.Response:
        self.posted.append([event["event_id"] for event in json.loads(data)["events"]])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        made = requests.Response()
        made.status_code, content, headers = answer
        made._content = json.dumps(content).encode()
        made.headers.update(headers)
        return made


Post = Callable[..., tuple[Outcome, list[list[str]], list[float]]]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    def post(*answers: Any) -> tuple[Outcome, list[list[str]], list[float]]:
        waits, session = _Waits(), _Session(list(answers))
        monkeypatch.setattr(posting, "session", lambda **_: session)
        outcome = Poster("https://api/v1/events", local=False, stopping=waits).post("key", {}, EVENTS)
        return outcome, session.posted, waits.seconds

    return post


OK: tuple[int, dict[str, Any], dict[str, str]] = (202, {"failed_events": []}, {})


def test_accepted_at_once(post: Post) -> None:
    outcome, posted, waits = post(OK)
    assert (outcome.refused, posted, waits) == ({}, [["a", "b", "c"]], [])


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_nothing_taken_is_sent_again_whole(post: Post, status: int) -> None:
    outcome, posted, waits = post((status, {}, {"Retry-After": "17"}), requests.ConnectionError(), OK)
    assert outcome.refused == {}
    assert posted == [["a", "b", "c"]] * 3
    assert waits[0] >= 17  # as long as the API asked for
    assert waits[1] < 17


def test_waits_grow(post: Post) -> None:
    _, _, waits = post(*[(503, {}, {})] * 5, OK)
    assert all(2**attempt / 2 <= seconds <= 2**attempt for attempt, seconds in enumerate(waits))


def test_after_eight_tries_it_gives_up(post: Post) -> None:
    with pytest.raises(Trouble, match="8 tries"):
        post(*[(503, {}, {})] * 8)


def test_a_refused_event_is_not_sent_again_and_one_that_sqs_did_not_take_is(post: Post) -> None:
    failed = [
        {"index": 0, "errors": {"event_name": "is wrong"}},
        {"index": 2, "errors": {"event": "could not be queued: send this event again"}},
    ]
    outcome, posted, _ = post((210, {"failed_events": failed}, {}), OK)
    assert outcome.refused == {0: {"event_name": "is wrong"}}
    assert posted == [["a", "b", "c"], ["c"]]


def test_what_destinations_say_is_told_by_their_names_and_what_one_queue_did_not_take_is_sent_again(post: Post) -> None:
    said = {
        "failed_events": [
            {"index": 0, "errors": {"event_name": "is odd"}, "destination": "roku"},
            {"index": 0, "errors": {"event_name": "is too long"}, "destination": "rokt"},
            {"index": 1, "errors": {"event": "could not be queued: send this event again"}, "destination": "rokt"},
        ],
        "withheld": [{"index": place, "reason": "opted out", "destination": "rokt"} for place in (1, 2)],
    }
    again = {"failed_events": [], "withheld": [{"index": 0, "reason": "opted out", "destination": "rokt"}]}
    outcome, posted, _ = post((210, said, {}), (202, again, {}))
    assert outcome.refused == {0: {"roku: event_name": "is odd", "rokt: event_name": "is too long"}}
    assert posted == [["a", "b", "c"], ["b"]]
    assert len(outcome.withheld) == 2


def test_a_refusal_of_the_second_post_is_named_by_its_place_in_the_first(post: Post) -> None:
    unqueued = [{"index": 2, "errors": {"event": "could not be queued: send this event again"}}]
    outcome, _, _ = post(
        (210, {"failed_events": unqueued}, {}),
        (400, {"failed_events": [{"index": 0, "errors": {"user_data": "is wrong"}}]}, {}),
    )
    assert outcome.refused == {2: {"user_data": "is wrong"}}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 424])
def test_a_refused_request_stops_with_its_description(post: Post, status: int) -> None:
    with pytest.raises(Trouble, match=f"answered {status}: no such thing"):
        post((status, {"description": "no such thing", "failed_events": []}, {}))


@pytest.mark.parametrize(("value", "seconds"), [("5", 5.0), (None, None), ("soon", None), ("", None)])
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value) == seconds


def test_retry_after_as_a_date_of_the_past_is_no_wait() -> None:
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
