"""Logs and metrics: ids, counts, statuses and safe reasons; never a payload, a key or a sender's text."""

import traceback
from collections.abc import Mapping
from functools import cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit


@cache
def logger() -> Logger:
    """The logger; its service name and level come from POWERTOOLS_SERVICE_NAME and POWERTOOLS_LOG_LEVEL."""
    return Logger()


def count(counts: Mapping[str, int], *, destination: str, **metadata: str | int) -> None:
    """Write the counts above 0 as one embedded metric; `metadata` can be searched in the log, but makes no metric."""
    counted = {name: number for name, number in counts.items() if number}
    if not counted:
        return
    metrics = EphemeralMetrics()  # Metrics keeps its data in the class: two functions in one process would mix theirs
    metrics.add_dimension(name="destination", value=destination)
    for name, number in counted.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
    for name, value in metadata.items():
        metrics.add_metadata(key=name, value=value)
    metrics.flush_metrics()


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
