"""A local AWS, of which several files ask for nothing but its queues."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from local import aws

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Where it serves."""
    with aws.serving(0) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def sqs(endpoint: str) -> Iterator["SQSClient"]:
    """A client of its queues."""
    client = aws.client("sqs", endpoint)
    yield client
    client.close()
