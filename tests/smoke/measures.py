"""The steps of `make smoke` that look at logs, metrics and times."""

import statistics
import time
from typing import Any

from tests.smoke.account import client, until
from tests.smoke.steps import Smoke, expect, says


def json_logs(smoke: Smoke) -> str:
    """In Lambda's JSON log format the functions still run, and their metrics still reach CloudWatch."""
    smoke.stack.deploy(LogFormat="JSON")
    began = time.time()
    event = smoke.event()
    says(smoke.post(event), 202)
    smoke.arrived(event["event_id"])
    for one in smoke.stack.running().values():
        expect(one["LoggingConfig"].get("LogFormat") == "JSON", one["LoggingConfig"])
    seen = "" if smoke.emulated else f"; metrics seen after {_metrics_after(smoke, began):.0f} s"
    smoke.stack.deploy(LogFormat="Text")
    return f"the functions run with it{seen}"


def metrics(smoke: Smoke) -> str:
    """The metrics that functions write as log lines are in CloudWatch."""
    return f"Accepted was seen after {_metrics_after(smoke, time.time() - 3_600):.0f} s"


def _metrics_after(smoke: Smoke, since: float) -> float:
    began = time.time()
    until(lambda: metric_points(smoke, since), "the metric Accepted", 600)
    return time.time() - began


def metric_points(smoke: Smoke, since: float = 0) -> list[Any]:
    """What CloudWatch has of the metric Accepted since then (epoch seconds; 0: for an hour)."""
    since = since or time.time() - 3_600
    found: list[Any] = client("cloudwatch").get_metric_statistics(
        Namespace="RokuConversionsRelay",
        MetricName="Accepted",
        Dimensions=[{"Name": "destination", "Value": "roku"}, {"Name": "service", "Value": smoke.stack.name}],
        StartTime=since - since % 60,
        EndTime=time.time() + 60,
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return found


def delay(smoke: Smoke) -> str:
    """Seconds from the POST to the recorder, by the two clocks: ten events one after another."""
    took = []
    for _ in range(10):
        event, began = smoke.event(), time.time()
        says(smoke.post(event), 202)
        took.append(smoke.arrived(event["event_id"])["at"] - began)
    window = smoke.stack.parameters["BatchWindow"]
    return f"median {statistics.median(took):.1f} s, longest {max(took):.1f} s, BatchWindow {window} s"


def cold_start(smoke: Smoke) -> str:
    """Milliseconds that Lambda reports as Init Duration, by function."""
    found = until(lambda: init_durations(smoke), "a REPORT line with Init Duration")
    return ", ".join(f"{name} {statistics.median(times):.0f} ms" for name, times in sorted(found.items()))


def init_durations(smoke: Smoke) -> dict[str, list[float]]:
    """Milliseconds of each cold start so far, by function."""
    found: dict[str, list[float]] = {}
    for name, one in smoke.stack.running().items():
        pages = client("logs").get_paginator("filter_log_events")
        for page in pages.paginate(logGroupName=one["LoggingConfig"]["LogGroup"], filterPattern='"Init Duration"'):
            for line in page["events"]:
                _, told, rest = line["message"].partition("Init Duration: ")
                if told:
                    found.setdefault(name, []).append(float(rest.split()[0]))
    return found
