"""What functions print, in moto's CloudWatch: log lines in the template's log groups, embedded metrics as metrics.

Lambda does this for them. Here a thread of its own does, from a queue that never makes a function wait; a line that
nobody can read is a log line and nothing more. Format: "Specification: Embedded metric format", CloudWatch user guide.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.models import logs_backends

from local.intrinsics import TemplateError
from local.template import ACCOUNT, REGION, Template

STREAM = "local"
_ACCESS = "ApiLogGroup"
_LOG_GROUP, _FUNCTION = "AWS::Logs::LogGroup", "AWS::Lambda::Function"
_PAUSE_SECONDS = 0.1
_MOST_WAITING = 100_000  # lines; the oldest are forgotten first

Invoke = Callable[[dict[str, Any]], Any]


class Telemetry:
    """The feed of one stack; `heard` takes text from any thread."""

    def __init__(self) -> None:
        """Feeds nothing yet: see `feeding`."""
        self._groups: dict[str, str] = {}  # log groups by the function's logical id
        self._names: dict[str, str] = {}  # and by their own
        self._here = threading.local()
        self._waiting: deque[tuple[str, int, str]] = deque(maxlen=_MOST_WAITING)
        self._stopping = threading.Event()

    @contextmanager
    def feeding(self, template: Template, names: Mapping[str, str]) -> Iterator[None]:
        """Creates the template's log groups; within it, what was heard reaches CloudWatch in a fraction of a second."""
        self._create_groups(template, names)
        thread = threading.Thread(target=self._run, name="telemetry", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(timeout=2)

    def of(self, function: str, invoke: Invoke) -> Invoke:
        """`invoke`, with what its thread prints meanwhile known as this function's."""

        def invoked(event: dict[str, Any]) -> Any:
            self._here.group = self._groups.get(function)
            self._here.text = ""
            try:
                return invoke(event)
            finally:
                self._here.group = None

        return invoked

    def heard(self, text: str) -> None:
        """Take what was printed; text that no function printed belongs to no log group and is passed over."""
        group = getattr(self._here, "group", None)
        if group is None:
            return
        *lines, self._here.text = (self._here.text + text).split("\n")
        for line in lines:
            if line:
                self._waiting.append((group, int(time.time() * 1000), line))

    def posted(self, line: str) -> None:
        """Take a line of the API's access log."""
        if _ACCESS in self._names:
            self._waiting.append((self._names[_ACCESS], int(time.time() * 1000), line))

    def _create_groups(self, template: Template, names: Mapping[str, str]) -> None:
        groups = {
            name: str(template.resolve(item["LogGroupName"], names))
            for name, item in template.of_type(_LOG_GROUP).items()
        }
        self._names = groups
        for group in groups.values():
            logs_backends[ACCOUNT][REGION].create_log_group(group, {})
            logs_backends[ACCOUNT][REGION].create_log_stream(group, STREAM)
        for name, item in template.of_type(_FUNCTION).items():
            group = item.get("LoggingConfig", {}).get("LogGroup", {})
            if isinstance(group, Mapping) and group.get("Ref") in groups:
                self._groups[name] = groups[group["Ref"]]

    def _run(self) -> None:
        while not self._stopping.wait(_PAUSE_SECONDS):
            self._feed()
        self._feed()

    def _feed(self) -> None:
        while self._waiting:
            group, at, line = self._waiting.popleft()
            try:
                logs_backends[ACCOUNT][REGION].put_log_events(group, STREAM, [{"timestamp": at, "message": line}])
                for namespace, metrics in embedded_metrics(line):
                    cloudwatch_backends[ACCOUNT][REGION].put_metric_data(namespace, metrics)
            except Exception as error:  # noqa: BLE001 - whatever moto does not like must not end the feed
                print(f"telemetry: {type(error).__name__}", flush=True)


def embedded_metrics(line: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """The metrics of one log line, by namespace, in the form of PutMetricData; none if it embeds none."""
    if not line.startswith("{") or '"_aws"' not in line:
        return []
    try:
        values = json.loads(line)
        # Without a zone, as moto keeps times; it is UTC anyway.
        at = datetime.fromtimestamp(values["_aws"]["Timestamp"] / 1000, UTC).replace(tzinfo=None)
        return [
            (
                directive["Namespace"],
                [
                    {
                        "MetricName": metric["Name"],
                        "Dimensions": [{"Name": name, "Value": str(values[name])} for name in dimensions],
                        "Timestamp": at,
                        "Unit": metric.get("Unit", "None"),
                        **_numbers(values[metric["Name"]]),
                    }
                    for metric in directive["Metrics"]
                    for dimensions in directive["Dimensions"]
                ],
            )
            for directive in values["_aws"]["CloudWatchMetrics"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def put_alarms(template: Template, names: Mapping[str, str], cloudwatch: Any, stack_name: str) -> None:
    """The template's alarms, named as CloudFormation names them; they do not run here, and nothing is mailed."""
    for name, item in template.of_type("AWS::CloudWatch::Alarm").items():
        try:
            properties = template.resolve(dict(item), names)
        except TemplateError:
            continue  # it watches what the local account lacks
        for number in ("Threshold", "Period", "EvaluationPeriods", "DatapointsToAlarm"):
            if number in properties:
                properties[number] = float(properties[number]) if number == "Threshold" else int(properties[number])
        for unwanted in ("AlarmActions", "OKActions", "InsufficientDataActions", "Tags"):
            properties.pop(unwanted, None)
        properties.setdefault("AlarmName", f"{stack_name}-{name}-LOCAL")
        cloudwatch.put_metric_alarm(**properties)


def _numbers(value: Any) -> dict[str, Any]:
    return {"Values": [float(one) for one in value]} if isinstance(value, list) else {"Value": float(value)}
