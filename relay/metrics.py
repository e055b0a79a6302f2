"""The relay's own counts in CloudWatch, and SQS's."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from relay.deployment import NAMESPACE, Deployment

# What the operator's own redrive of chosen dead letters adds: SQS counts only its own.
REDRIVEN = "Redriven"
_DAY = 86_400
# CloudWatch shows a count within some minutes of the run that made it.
_SETTLES = timedelta(minutes=3)


def period(seconds: int) -> int:
    """The grain (seconds) in which CloudWatch still has a span that long: minutes for 15 days, 5 minutes for 63."""
    return 60 if seconds <= 3 * _DAY else 300 if seconds <= 30 * _DAY else 3_600


def sums(
    deployment: Deployment, destination: str, names: Sequence[str], start: datetime, end: datetime, grain: int
) -> tuple[dict[str, int], int]:
    """Each metric's sum from `start` to `end`, and the sum of all of them in the last minutes, which may still grow."""
    queries = [
        _query(place, {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": _dimensions(deployment, destination)})
        | {"Label": name}
        for place, name in enumerate(names)
    ]
    totals = dict.fromkeys(names, 0.0)
    recent = 0.0
    settled = end - _SETTLES - timedelta(seconds=grain)
    for result in _results(deployment, _with_period(queries, grain, "Sum"), start, end):
        totals[names[int(result["Id"][1:])]] += sum(result["Values"])
        pairs = zip(result["Timestamps"], result["Values"], strict=True)
        recent += sum(value for at, value in pairs if at >= settled)
    return {name: round(total) for name, total in totals.items()}, round(recent)


def queue_maximum(
    deployment: Deployment, url: str, name: str, start: datetime, end: datetime, grain: int
) -> float | None:
    """The largest value of a metric of SQS within the span, None if SQS told none."""
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": name,
        "Dimensions": [{"Name": "QueueName", "Value": url.rsplit("/", 1)[-1]}],
    }
    values = [
        value
        for result in _results(deployment, _with_period([_query(0, metric)], grain, "Maximum"), start, end)
        for value in result["Values"]
    ]
    return max(values, default=None)


def delay(deployment: Deployment, destination: str, start: datetime, end: datetime) -> dict[str, float | None]:
    """Milliseconds from post to delivery within the span: `average` and `longest`, None if nothing was delivered."""
    metric = {"Namespace": NAMESPACE, "MetricName": "Delay", "Dimensions": _dimensions(deployment, destination)}
    grain = period(int((end - start).total_seconds()))
    found: dict[str, float | None] = {}
    totals: dict[str, float] = {}
    for statistic in ("Sum", "SampleCount", "Maximum"):
        results = _results(deployment, _with_period([_query(0, metric)], grain, statistic), start, end)
        values = [value for result in results for value in result["Values"]]
        totals[statistic] = max(values, default=0.0) if statistic == "Maximum" else sum(values)
    known = totals["SampleCount"] > 0
    found["average"] = totals["Sum"] / totals["SampleCount"] if known else None
    found["longest"] = totals["Maximum"] if known else None
    return found


def throttled(deployment: Deployment, start: datetime, end: datetime) -> int:
    """Posts that the API answered 429, as the template's ThrottledFilter counts them."""
    query = _query(0, {"Namespace": f"{NAMESPACE}/{deployment.name}", "MetricName": "Throttled"})
    found = _results(deployment, _with_period([query], period(_DAY * 7), "Sum"), start, end)
    return int(sum(value for result in found for value in result["Values"]))


def count_redriven(deployment: Deployment, destination: str, number: int) -> None:
    """Add to the metric of chosen dead letters that were moved back."""
    deployment.client("cloudwatch").put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {
                "MetricName": REDRIVEN,
                "Dimensions": _dimensions(deployment, destination),
                "Timestamp": datetime.now(UTC),
                "Value": float(number),
                "Unit": "Count",
            }
        ],
    )


def floor(at: datetime, grain: int) -> datetime:
    """The start of the grain that holds this moment."""
    return at - timedelta(seconds=at.timestamp() % grain)


def _dimensions(deployment: Deployment, destination: str) -> list[dict[str, str]]:
    return [{"Name": "service", "Value": deployment.name}, {"Name": "destination", "Value": destination}]


def _query(place: int, metric: Mapping[str, Any]) -> dict[str, Any]:
    return {"Id": f"m{place}", "MetricStat": {"Metric": metric}}


def _with_period(queries: Sequence[dict[str, Any]], grain: int, statistic: str) -> list[dict[str, Any]]:
    return [one | {"MetricStat": one["MetricStat"] | {"Period": grain, "Stat": statistic}} for one in queries]


def _results(deployment: Deployment, queries: list[dict[str, Any]], start: datetime, end: datetime) -> list[Any]:
    asked: dict[str, Any] = {"MetricDataQueries": queries, "StartTime": start, "EndTime": end}
    found: list[Any] = []
    while True:
        answer = deployment.client("cloudwatch").get_metric_data(**asked)
        found += answer["MetricDataResults"]
        if "NextToken" not in answer:
            return found
        asked["NextToken"] = answer["NextToken"]
