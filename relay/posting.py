"""One batch of conversions to the API, as often as it takes, and what became of each."""

import json
import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

import requests

from pipeline.intake.senders import Sender
from relay.errors import Trouble

# Of one POST: the API's own limit is 1,000 events; of its 6 MB a third is left for what Lambda wraps around the body.
MOST_EVENTS, MOST_BYTES = 1_000, 4_000_000
_TRIES = 8
_FIRST_WAIT, _LONGEST_WAIT, _LONGEST_RETRY_AFTER = 1.0, 30.0, 300.0  # seconds
_CONNECT_SECONDS, _READ_SECONDS = 10, 35  # API Gateway gives up after 30 s
_TAKEN = frozenset({200, 202, 210})
_AGAIN = frozenset({429, 500, 502, 503, 504})
_NOT_QUEUED = "could not be queued"  # how ingest names an event that SQS did not take


@dataclass(slots=True)
class Outcome:
    """What became of a batch: the errors of refused events by place, and what was said of fields of others.

    An event that one destination took and another refused is refused, its errors named after that destination: the same
    event sent again is delivered once. `withheld` are entries of the answer, of events that are not for a destination.
    """

    refused: dict[int, dict[str, str]] = field(default_factory=dict)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    withheld: list[dict[str, Any]] = field(default_factory=list)

    def add(self, answer: Mapping[str, Any], failed: Mapping[int, dict[str, str]], asked: Sequence[int]) -> list[int]:
        """Take in an answer about the events at these places; return the places of those to post again."""
        again = [place for place, errors in failed.items() if _is_unqueued(errors)]
        self.warnings += answer.get("warnings", [])
        self.withheld += [one for one in answer.get("withheld", []) if one.get("index") not in again]
        self.refused |= {asked[place]: errors for place, errors in failed.items() if place not in again}
        return [asked[place] for place in again]


def session(*, local: bool) -> requests.Session:
    """Connections to the API; no proxy stands between two ports of this machine."""
    made = requests.Session()
    made.trust_env = not local
    return made


class Poster:
    """Posts batches to one address. Safe to share between threads."""

    def __init__(self, url: str, *, local: bool, stopping: threading.Event) -> None:
        """Post to `url`; waiting between tries ends at once when `stopping` is set."""
        self._url = url
        self._local = local
        self._stopping = stopping
        self._own = threading.local()

    def post(self, key: str, head: Mapping[str, Any], events: Sequence[Any]) -> Outcome:
        """Post the events until each is settled. Raises Trouble if the relay takes none of them, with the fix."""
        outcome = Outcome()
        left = list(range(len(events)))
        for attempt in range(_TRIES):
            body = {**head, "events": [events[place] for place in left]}
            status, answer, after = self._try(key, body)
            if status is not None and status not in _AGAIN:
                failed = _failed(answer, len(left))
                if status not in _TAKEN and not (status == 400 and failed):
                    raise Trouble(_refusal(status, answer))
                left = outcome.add(answer, failed, left)
            if not left:
                return outcome
            self._pause(attempt, after)
        raise Trouble(
            "the API did not take the events in 8 tries: look at relay doctor; the same command goes on later"
        )

    def _try(self, key: str, body: Mapping[str, Any]) -> tuple[int | None, dict[str, Any], float | None]:
        if self._stopping.is_set():
            raise Trouble("stopped")
        if not hasattr(self._own, "session"):
            self._own.session = session(local=self._local)
        try:
            answer = self._own.session.post(
                self._url,
                data=json.dumps(body, ensure_ascii=False).encode(),
                headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
                allow_redirects=False,
            )
        except (requests.ConnectionError, requests.Timeout):
            return None, {}, None
        try:
            said = answer.json()
        except ValueError:
            said = {}
        said = said if isinstance(said, dict) else {}
        return answer.status_code, said, retry_after(answer.headers.get("Retry-After"))

    def _pause(self, attempt: int, after: float | None) -> None:
        seconds = min(_LONGEST_WAIT, _FIRST_WAIT * 2**attempt) * (0.5 + random.random() / 2)  # noqa: S311 - it spreads
        self._stopping.wait(max(seconds, min(after or 0.0, _LONGEST_RETRY_AFTER)))


def retry_after(value: str | None) -> float | None:
    """Seconds of the header, given as seconds or as an HTTP date."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except (TypeError, ValueError, OverflowError):
        return None


def _failed(answer: Mapping[str, Any], events: int) -> dict[int, dict[str, str]]:
    """Errors by place; those that are of one destination alone are named after it."""
    entries = answer.get("failed_events", [])
    failed: dict[int, dict[str, str]] = {}
    for item in entries if isinstance(entries, list) else []:
        if isinstance(item, dict) and isinstance(item.get("index"), int) and 0 <= item["index"] < events:
            where = f"{item['destination']}: " if "destination" in item else ""
            named = {where + name: text for name, text in item.get("errors", {}).items()}
            failed.setdefault(item["index"], {}).update(named)
    return failed


def _is_unqueued(errors: Mapping[str, str]) -> bool:
    return any(name.rpartition(": ")[2] == "event" and text.startswith(_NOT_QUEUED) for name, text in errors.items())


def _refusal(status: int, answer: Mapping[str, Any]) -> str:
    said = str(answer.get("description", answer.get("message", "")))[:500]
    fixes = {
        401: "name a key that is known with --key (RELAY_SENDER_KEY), or make one with `relay keys add`",
        403: "name a key that opens this event group with --key (RELAY_SENDER_KEY)",
        404: "the stack is older than this command: deploy it again",
        424: "look at relay doctor",
    }
    fix = fixes.get(status)
    return f"the API answered {status}: {said}" + (f"; {fix}" if fix else "")


def sender_key(senders: Sequence[Sender], group: str | None, given: str | None = None) -> str | None:
    """A key that may post to the group (None: whichever): the given one, or one that the secret holds in plain text."""
    if given:
        return given
    plain = [one for one in senders if one.key is not None and not one.browser]
    if group is None:
        # A key with a default group of its own would send everything there.
        plain.sort(key=lambda one: (one.default_event_group is not None, "*" not in one.event_groups))
        return (plain[0].key or "").strip() if plain else None
    fitting = [one for one in plain if one.may_post_to(group)]
    return (fitting[0].key or "").strip() if fitting else None
