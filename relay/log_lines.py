"""The lines of a stack's log groups, and the numbers in them."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from pipeline.values.json_objects import json_object
from relay.deployment import Deployment
from relay.errors import code


def group_of(deployment: Deployment, function: str) -> str:
    """The log group of a function, by the word for it that `relay tail` shows: `ingest`, `deliver-NAME`."""
    return f"/aws/lambda/{deployment.name}-{function}"


def events(
    deployment: Deployment, group: str, start: float, *, most_pages: int | None = None, **asked: Any
) -> Iterator[Any]:
    """The group's log events from `start` (epoch seconds), of so many pages of 1 MB at most.

    Raises ClientError, also if the group is not there.
    """
    pages = deployment.client("logs").get_paginator("filter_log_events")
    for page in islice(pages.paginate(logGroupName=group, startTime=round(start * 1e3), **asked), most_pages):
        yield from page["events"]


def messages(deployment: Deployment, group: str, start: float, **asked: Any) -> Iterator[str]:
    """The texts of these log events; none if the group is not there, for then nothing was ever logged."""
    try:
        yield from (event["message"] for event in events(deployment, group, start, **asked))
    except ClientError as error:
        if code(error) != "ResourceNotFoundException":
            raise


def objects(deployment: Deployment, group: str, start: float, **asked: Any) -> Iterator[dict[str, Any]]:
    """Those that are JSON objects."""
    return filter(None, map(json_object, messages(deployment, group, start, **asked)))


def total(value: Any) -> float:
    """A number of a line: embedded metrics have lists of values. What is not a number counts as 0."""
    return float(sum(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int | float)))
