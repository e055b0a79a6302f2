"""Clock, random numbers and AWS clients, kept for the life of the process."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

import botocore.session
from botocore.config import Config

from pipeline.aws.bodies import write_bodies
from pipeline.aws.secrets import Secret
from pipeline.values.version import USER_AGENT

if TYPE_CHECKING:
    import requests
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

# Calls under way at once: 10,000 visibility timeouts are 1,000 calls, 2 s of them at 20 ms.
_CALLS = 10
# At the worst 2 tries of 1 + 2 s and the wait between them: a run has one deadline, and its threads must come free.
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=_CALLS,
    parameter_validation=False,  # every call is built here; checking the ledger's again took 29 µs an event
    user_agent=USER_AGENT,  # botocore makes its own again, twice a call: a quarter of the call's CPU
)
# A POST is answered within 29 s: 1 MiB may take longer than 2 s to be taken.
_QUEUE_CONFIG = _CONFIG.merge(Config(read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}))


def now() -> float:
    """Epoch seconds."""
    return time.time()


def jitter() -> float:
    """Chance, from 0 to 1."""
    return random.random()  # noqa: S311 - it spreads retries


@cache
def _session() -> botocore.session.Session:
    """botocore's own: boto3 around it would add 20 to 40 ms to a cold start, and nothing that is used here."""
    return botocore.session.get_session()


@cache
def sqs() -> "SQSClient":
    """The SQS client."""
    made = _session().create_client("sqs", config=_QUEUE_CONFIG)
    write_bodies(made, "SendMessageBatch")
    return cast("SQSClient", made)


@cache
def secrets_manager() -> "SecretsManagerClient":
    """The Secrets Manager client."""
    return cast("SecretsManagerClient", _session().create_client("secretsmanager", config=_CONFIG))


@cache
def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client."""
    made = _session().create_client("dynamodb", config=_CONFIG)
    write_bodies(made, "BatchGetItem", "BatchWriteItem")
    return cast("DynamoDBClient", made)


@cache
def logs() -> Any:
    """The CloudWatch Logs client."""
    return _session().create_client("logs", config=_QUEUE_CONFIG)


@cache
def sns() -> Any:
    """The SNS client."""
    return _session().create_client("sns", config=_QUEUE_CONFIG)


@cache
def session() -> "requests.Session":
    """The connections to the destination."""
    from pipeline.aws.http import open_session  # 25 ms that ingest never needs

    return open_session()


@cache
def secret(name: str) -> Secret:
    """The secret of this name or ARN."""
    return Secret(secrets_manager(), name, now)


class _Threads(ThreadPoolExecutor):
    """Threads for one run, which are not waited for at its end: some may hang."""

    def __exit__(self, *_: object) -> Literal[False]:
        """Begin nothing more, and wait for nothing."""
        self.shutdown(wait=False, cancel_futures=True)
        return False


def executor() -> ThreadPoolExecutor:
    """Threads for the requests of one run."""
    from pipeline.delivery.ask import WORKERS  # ingest asks no destination

    return _Threads(WORKERS, thread_name_prefix="request")


def aws_executor() -> ThreadPoolExecutor:
    """Threads for one run's calls of AWS: not the requests', which may all still wait for their answers."""
    return _Threads(_CALLS, thread_name_prefix="aws")
