"""Logs and metrics: ids, counts, statuses and safe reasons; never a payload, a key or a sender's text."""

import time
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from pipeline.sampling import Followed

# Values of one metric in one blob: CloudWatch takes 100, and Powertools writes a blob of its own as soon as it has 100.
_MOST_VALUES = 99


class Line:
    """The one line that an invocation writes: its counts and delays as metrics, and what can be searched in the log.

    One blob of embedded metrics an invocation and destination, for a blob has one value of each dimension; whatever
    happens in the invocation, what is found out on the way is gathered here.
    """

    def __init__(self, request_id: str) -> None:
        """Begin to count and to take the time. `delays` are seconds."""
        self.delays: list[float] = []
        self.told: dict[str, str | int] = {"request_id": request_id}
        self._counts: dict[str, Counter[str]] = {}
        self._told: dict[str, dict[str, str]] = {}
        self._begun = time.perf_counter()

    def of(self, destination: str) -> Counter[str]:
        """The counts of one destination, to be added to."""
        return self._counts.setdefault(destination, Counter())

    def tell(self, destination: str, **words: str) -> None:
        """Say what can be searched in the log beside the counts of this destination alone."""
        self._told.setdefault(destination, {}).update(words)

    def follow(self, events: Iterable[Followed]) -> None:
        """Write a line of its own for each of the sampled events."""
        for event in events:
            told = {name: value for name, value in event._asdict().items() if value and name != "outcome"}
            logger().info(event.outcome, extra={**told, "request_id": self.told["request_id"]})

    def write(self, *, status: int | None = None) -> None:
        """Write it. Without a count it is an ordinary line with the answer's `status`.

        Without a count and a known sender it is none: anybody can post those, as often as he likes.
        """
        told = self.told | {"milliseconds": round((time.perf_counter() - self._begun) * 1e3)}
        counted = {name: counts for name, counts in self._counts.items() if any(counts.values())}
        for destination, counts in counted.items():
            count(counts, destination=destination, delays=self.delays, **told, **self._told.get(destination, {}))
        if counted:
            return
        if "sender" in told:
            logger().info("answered", extra=told | {"status": status})


@cache
def logger() -> Logger:
    """The logger; its service name and level come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL."""
    return Logger()


def count(counts: Mapping[str, int], *, destination: str, delays: Sequence[float] = (), **metadata: str | int) -> None:
    """Write the counts above 0 and the delays (seconds) as one blob of embedded metrics.

    `metadata` can be searched in the log, but makes no metric.
    """
    counted = {name: number for name, number in counts.items() if number}
    if not counted:
        return
    metrics = EphemeralMetrics()  # Metrics keeps its data in the class: two functions in one process would mix theirs
    metrics.add_dimension(name="destination", value=destination)
    for name, number in counted.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
    for delay in _thinned(delays):
        metrics.add_metric(name="Delay", unit=MetricUnit.Milliseconds, value=round(delay * 1e3))
    for name, value in metadata.items():
        metrics.add_metadata(key=name, value=value)
    metrics.flush_metrics()


def _thinned(values: Sequence[float]) -> list[float]:
    """At most as many of the values as a blob holds, evenly from least to greatest, so that percentiles stay."""
    ordered, most = sorted(values), min(len(values), _MOST_VALUES)
    return [ordered[(2 * place + 1) * len(ordered) // (2 * most)] for place in range(most)]


def failed(error: BaseException, **details: str | int) -> None:
    """Log a fault of the program or its set-up: the kind of error and where, without its text, which may quote data."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    logger().error(
        "the function failed",
        extra={
            "error": type(error).__name__,
            "where": [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames],
            **details,
        },
    )
