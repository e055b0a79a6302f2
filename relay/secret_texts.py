"""Secrets of a stack: their texts, and how the entries of the sender keys are changed."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from pipeline.values.json_objects import json_object
from relay.deployment import Deployment
from relay.errors import Trouble, code

PENDING = "relay-pending"
_CHANGED = "the sender keys were changed meanwhile, and nothing was done: look at them (`relay keys list`) and repeat"


@dataclass(frozen=True, slots=True)
class SecretText:
    """A secret's text, the version that it is of, and when that was written."""

    text: str
    version: str
    written: datetime


def read_secret(deployment: Deployment, name: str) -> SecretText:
    """The secret. Raises Trouble if it has no value."""
    try:
        secret = deployment.client("secretsmanager").get_secret_value(SecretId=name)
    except ClientError as error:
        if code(error) == "ResourceNotFoundException":
            raise Trouble(f"the secret {name} is not there, or has no value yet") from error
        raise
    return SecretText(secret.get("SecretString", ""), secret["VersionId"], secret["CreatedDate"])


def sender_keys(deployment: Deployment) -> SecretText:
    """The sender keys secret. Raises Trouble if it has no value."""
    return read_secret(deployment, deployment.output("SenderKeysSecretName"))


def entries_of(text: str) -> dict[str, Any]:
    """The entries of the sender keys secret. Raises Trouble."""
    entries = json_object(text)
    if entries is None:
        raise Trouble("the sender keys secret is not a JSON object of sender name to key: fix it by hand first")
    return entries


def edit(deployment: Deployment, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the entries of the sender keys secret. Raises Trouble if somebody else did so meanwhile.

    The new version is written beside the present one, then AWSCURRENT is moved to it from the version that was read:
    Secrets Manager refuses that if AWSCURRENT is somewhere else by now.
    """
    name, secrets = deployment.output("SenderKeysSecretName"), deployment.client("secretsmanager")
    read = sender_keys(deployment)
    entries = entries_of(read.text)
    change(entries)
    made = secrets.put_secret_value(
        SecretId=name, SecretString=json.dumps(entries, indent=2, ensure_ascii=False), VersionStages=[PENDING]
    )["VersionId"]
    try:
        secrets.update_secret_version_stage(
            SecretId=name, VersionStage="AWSCURRENT", RemoveFromVersionId=read.version, MoveToVersionId=made
        )
    except ClientError as error:
        if code(error) in ("InvalidParameterException", "InvalidRequestException"):
            raise Trouble(_CHANGED) from error
        raise
    finally:
        # Another edit that began meanwhile has taken the label over: it is gone then, and nothing is left to clear up.
        with suppress(ClientError):
            secrets.update_secret_version_stage(SecretId=name, VersionStage=PENDING, RemoveFromVersionId=made)
