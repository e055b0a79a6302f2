"""Logs and metrics: ids, counts, statuses and closed words; never a payload, a key or a text of another's.

Metrics are lines in CloudWatch's embedded metric format (user guide, "Specification: Embedded metric format").
"""

import gc
import os
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

import orjson

from pipeline.answers.reasons import class_of
from pipeline.intake.sampling import Followed
from pipeline.values import words
from pipeline.values.words import TOLD, Id, Phrase, Told, Word

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

# What alarms compare each of these with: CloudWatch knows no answer where the other one was never written.
_COMPARED = {"Invalid": "Accepted", "Rejected": "Delivered", "Retried": "Delivered"}
_MOST_VALUES = 100  # of one metric in one blob
_DELAY = "Delay"


class Line:
    """The one line that an invocation writes: its counts and delays as metrics, and what can be searched in the log.

    It collects them during the invocation, whatever happens in it. There is one blob of embedded metrics for each
    destination, because a blob has one value of each dimension.
    """

    def __init__(self, request_id: str) -> None:
        """Begin to count and to take the time. `delays` are seconds."""
        self.delays: list[float] = []
        self.request_id = Id(request_id)
        self.fields: dict[str, Told] = {"request_id": self.request_id}
        self._counts: dict[str, Counter[str]] = {}
        self._words: dict[str, dict[str, Told]] = {}
        self._begun = time.perf_counter()

    def counts(self, destination: str) -> Counter[str]:
        """The counts of one destination, to be added to."""
        return self._counts.setdefault(destination, Counter())

    def add_words(self, destination: str, **told: Told) -> None:
        """Say what can be searched in the log beside the counts of this destination alone."""
        self._words.setdefault(destination, {}).update(told)

    def add_sampled(self, events: Iterable[Followed]) -> None:
        """Write a line of its own for each of the sampled events."""
        for event in events:
            say("info", words.fate(event.outcome), **_closed(event), request_id=self.request_id)

    def write(self, *, status: int | None = None) -> None:
        """Write it. Without a count it is an ordinary line with the answer's `status`.

        Nothing is written without a count and a known sender, since anybody can post those any number of times.
        """
        _end_start()
        told: dict[str, Told] = self.fields | {"ms": round((time.perf_counter() - self._begun) * 1e3)}
        counted = {name: counts for name, counts in self._counts.items() if any(counts.values())}
        for destination, counts in counted.items():
            count(counts, destination=destination, delays=self.delays, **told, **self._words.get(destination, {}))
        if counted:
            return
        if "sender" in told:
            say("info", Word("answered"), **told, **({} if status is None else {"status": status}))


def _end_start() -> None:
    """After the first invocation the collector works, but for what is there by then, which stays."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _closed(event: Followed) -> dict[str, Told]:
    """What is told about a sampled event beside its outcome: of each text the class."""
    told: dict[str, Told] = {"event_digest": Id(event.event_digest)}
    if event.event_name:
        from roku.vocabulary import EVENT_NAMES  # needed of sampled events only

        told["event_name"] = words.among(event.event_name, EVENT_NAMES, words.CUSTOM)
    if event.reason:
        said = event.reason
        told["reason"] = said if isinstance(said, Word) else class_of(event.outcome, event.status, said)
    if event.status is not None:
        told["status"] = event.status
    return told


@cache
def logger() -> "Logger":
    """The logger; its service name and level come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL."""
    from aws_lambda_powertools import Logger  # 10 ms that a run which writes metrics alone never needs

    return Logger()


def say(level: Literal["info", "warning", "error"], message: Word, **told: Told) -> None:
    """Write one line of the log."""
    getattr(logger(), level)(message, extra=_only_told(told), stacklevel=3)  # the line tells who called


def _only_told(told: Mapping[str, object]) -> dict[str, Told]:
    """What may be told: whatever a cast let pass as such leaves no text here."""
    return {name: value if isinstance(value, TOLD) else words.OTHER for name, value in told.items()}


def count(counts: Mapping[str, int], *, destination: str, delays: Sequence[float] = (), **metadata: Told) -> None:
    """Write the counts above 0 and the delays (seconds) as one blob of embedded metrics.

    Beside a count that an alarm compares with another one the other is written too, if only as 0. `metadata` can be
    searched in the log, but makes no metric.
    """
    values: dict[str, list[int]] = {name: [number] for name, number in counts.items() if number}
    if not values:
        return
    values |= {_COMPARED[name]: [counts.get(_COMPARED[name], 0)] for name in values.keys() & _COMPARED.keys()}
    if delays:
        values[_DELAY] = [round(delay * 1e3) for delay in _thinned(delays)]
    of_metrics = {
        "Namespace": os.environ["POWERTOOLS_METRICS_NAMESPACE"],
        "Dimensions": [["destination", "service"]],
        "Metrics": [{"Name": name, "Unit": "Milliseconds" if name == _DELAY else "Count"} for name in values],
    }
    blob = {
        "_aws": {"Timestamp": round(time.time() * 1e3), "CloudWatchMetrics": [of_metrics]},
        "destination": destination,
        "service": os.environ["POWERTOOLS_SERVICE_NAME"],
        **_only_told(metadata),
        **values,
    }
    print(orjson.dumps(blob).decode())  # noqa: T201 - what a function prints is its log


def _thinned(values: Sequence[float]) -> list[float]:
    """At most as many of the values as a blob holds, evenly from least to greatest, so that percentiles stay."""
    ordered, most = sorted(values), min(len(values), _MOST_VALUES)
    return [ordered[(2 * place + 1) * len(ordered) // (2 * most)] for place in range(most)]


def failed(error: BaseException, **details: Told) -> None:
    """Log a fault of the program or its set-up: the kind of error and where, without its text, which may quote data."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    where = ", ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames)
    say("error", Word("the function failed"), error=Phrase(type(error).__name__), where=Phrase(where), **details)
