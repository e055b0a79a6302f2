"""A running stack, deployed or local: found by its name, known by its CloudFormation outputs.

The local stack serves AWS's own APIs, so that the only difference is where they are called.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError
from botocore.parsers import ResponseParserError

from destinations import NAMES, load
from relay.errors import Misuse, Trouble, code

LOCAL_ENDPOINT = "http://127.0.0.1:4566"
LOCAL_STACK, LOCAL_REGION = "local", "us-east-1"
NAMESPACE = "RokuConversionsRelay"
_CONNECTIONS = 10
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 5},
    max_pool_connections=_CONNECTIONS,
)
_LOCAL_CONFIG = _CONFIG.merge(Config(connect_timeout=2, retries={"total_max_attempts": 1}, proxies={}))
_TITLES = [load(name).title for name in NAMES]
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DEAD_LETTERS = "DeadLetterQueueUrl"


class NoStack(Trouble):
    """There is no stack of that name."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which stack the operator means."""

    stack: str | None = None
    region: str | None = None
    profile: str | None = None
    local: bool = False
    local_endpoint: str = LOCAL_ENDPOINT


@dataclass(frozen=True, slots=True)
class Destination:
    """Where conversions go: its queue, and the queue of those that are no longer tried."""

    name: str
    queue_url: str
    queue_arn: str
    dead_letters_url: str
    dead_letters_arn: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """One stack; `created` is when CloudFormation made it."""

    name: str
    stack_id: str
    created: datetime
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    local: bool
    session: Any
    endpoint: str | None = None
    status: str = ""
    clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def client(self, service: str) -> Any:
        """The client of an AWS service; the same for each call, and safe to share between threads."""
        if service not in self.clients:
            self.clients[service] = _client(self.session, service, self.endpoint)
        return self.clients[service]

    def output(self, name: str) -> str:
        """An output of the stack. Raises Trouble."""
        if name not in self.outputs:
            raise Trouble(
                f"the stack {self.name} has no output {name}: it is older than this command, or no stack of this relay;"
                " deploy it again with `sam deploy`, or name another with --stack"
            )
        return self.outputs[name]

    def environment(self) -> dict[str, str]:
        """The stack's parameters as the variables of its functions."""
        return environment_of(self.parameters)

    def destinations(self, name: str | None = None) -> Sequence[Destination]:
        """All destinations of the stack, or the one of that name. Raises Trouble."""
        prefixes = [output.removesuffix(_DEAD_LETTERS) for output in self.outputs if output.endswith(_DEAD_LETTERS)]
        if not prefixes:
            self.output(f"{_TITLES[0]}{_DEAD_LETTERS}")  # a stack of this relay has that of one destination at least
        found = [
            Destination(
                name=prefix.lower(),
                queue_url=self.output(f"{prefix}QueueUrl"),
                queue_arn=self.output(f"{prefix}QueueArn"),
                dead_letters_url=self.output(f"{prefix}DeadLetterQueueUrl"),
                dead_letters_arn=self.output(f"{prefix}DeadLetterQueueArn"),
            )
            for prefix in sorted(prefixes, key=_place)
        ]
        if name is None:
            return found
        if chosen := [one for one in found if one.name == name.lower()]:
            return chosen
        raise Misuse(f"the stack has no destination {name}: it has {', '.join(one.name for one in found)}")


def title_of(name: str) -> str:
    """How people call the destination; of one that this command does not know its name."""
    return load(name).title if name in NAMES else name


def _place(title: str) -> int:
    """The place of a destination: the registry's, and one that it does not know comes last."""
    return _TITLES.index(title) if title in _TITLES else len(_TITLES)


def environment_of(parameters: Mapping[str, str]) -> dict[str, str]:
    """These parameters of the template as variables of the functions' environment."""
    return {_WORDS.sub("_", parameter).upper(): value for parameter, value in parameters.items()}


def account(where: Where) -> str:
    """The region and the account that the operator's credentials are for. Raises botocore's errors."""
    session = boto3.Session(profile_name=where.profile, region_name=where.region)
    return f"{session.region_name}, account {_client(session, 'sts', None).get_caller_identity()['Account']}"


def connect(where: Where) -> Deployment:
    """The stack. Raises Trouble where it is not found, and botocore's errors."""
    if where.local == (where.stack is not None):
        raise Misuse("say which stack: --stack NAME (or RELAY_STACK), or --local for the one of `make run`")
    name = LOCAL_STACK if where.local else str(where.stack)
    endpoint = where.local_endpoint.rstrip("/") if where.local else None
    session = _local_session() if where.local else boto3.Session(profile_name=where.profile, region_name=where.region)
    try:
        (stack,) = _client(session, "cloudformation", endpoint).describe_stacks(StackName=name)["Stacks"]
    except (EndpointConnectionError, ConnectTimeoutError, ResponseParserError, ValueError) as error:
        if not where.local:
            raise
        raise Trouble(
            f"no local stack runs at {where.local_endpoint}: start it with `make run ARGS=--serve`, or name its AWS"
            " port with --local-endpoint (RELAY_LOCAL_ENDPOINT)"
        ) from error
    except ClientError as error:
        if code(error) == "ValidationError" and "does not exist" in str(error):
            region = session.region_name
            raise NoStack(f"no stack {name} in {region}: check --stack, --region and --profile") from error
        raise
    return Deployment(
        name=name,
        stack_id=stack["StackId"],
        created=stack["CreationTime"],
        parameters={one["ParameterKey"]: one.get("ParameterValue", "") for one in stack.get("Parameters", [])},
        outputs={one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])},
        local=where.local,
        session=session,
        endpoint=endpoint,
        status=stack.get("StackStatus", ""),
    )


def _local_session() -> Any:
    """Dummy keys, and nothing of this machine's AWS configuration, which may name a profile that does not exist."""
    core = botocore.session.Session()
    for name, value in (("profile", None), ("config_file", os.devnull), ("credentials_file", os.devnull)):
        core.set_config_variable(name, value)
    return boto3.Session(
        botocore_session=core,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the local stack asks for some key, not for which
        aws_session_token=None,
        region_name=LOCAL_REGION,
    )


def _client(session: Any, service: str, endpoint: str | None) -> Any:
    return session.client(service, endpoint_url=endpoint, config=_CONFIG if endpoint is None else _LOCAL_CONFIG)
