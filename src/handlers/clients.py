"""Clients and connections, made at first use and kept for the life of the process."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from pipeline.secrets import Secret
from pipeline.sending import WORKERS

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

# At the worst 3 tries of 2 + 5 s and their waits: within the 29 s of the API's functions.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=10,
)


@cache
def sqs() -> "SQSClient":
    """The SQS client."""
    return boto3.client("sqs", config=_CONFIG)


@cache
def _secrets_manager() -> "SecretsManagerClient":
    return boto3.client("secretsmanager", config=_CONFIG)


@cache
def secret(name: str) -> Secret:
    """The secret of this name or ARN."""
    return Secret(_secrets_manager(), name)


@cache
def executor() -> ThreadPoolExecutor:
    """Threads for requests under way at once."""
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="request")
