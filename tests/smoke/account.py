"""An AWS account, or what AWS_ENDPOINT_URL names in its place: clients, and waits that end."""

import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import boto3
from botocore.config import Config

T = TypeVar("T")

_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=10, read_timeout=60)


class Failed(Exception):
    """A step did not go as it must; the message says what was seen."""


@cache
def client(service: str) -> Any:
    """The client of one service; credentials, region and endpoint are where boto3 looks for them."""
    session: Any = boto3.Session()
    return session.client(service, config=_CONFIG)


def until(seen: Callable[[], T | None], what: str, seconds: float = 240) -> T:
    """What `seen` gives as soon as it is true; Failed after `seconds`, which is more than a queue or a deploy needs."""
    end = time.monotonic() + seconds
    while not (found := seen()):
        if time.monotonic() > end:
            raise Failed(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(1)
    return found


def outputs(stack: str) -> dict[str, str]:
    """The outputs of a CloudFormation stack."""
    (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def resources(stack: str) -> dict[str, str]:
    """The physical id of each resource of a stack, by logical id."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        one["LogicalResourceId"]: one.get("PhysicalResourceId", "")
        for page in pages
        for one in page["StackResourceSummaries"]
    }


def remove(stack: str) -> None:
    """Deletes a stack and waits for its end; Failed if it stays."""
    client("cloudformation").delete_stack(StackName=stack)

    def gone() -> bool:
        try:
            (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        except client("cloudformation").exceptions.ClientError as error:
            return "does not exist" in str(error)
        if found["StackStatus"] == "DELETE_FAILED":
            raise Failed(f"{stack} cannot be deleted: {found.get('StackStatusReason')}")
        return bool(found["StackStatus"] == "DELETE_COMPLETE")

    until(gone, f"the end of {stack}", 900)
