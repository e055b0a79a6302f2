"""An account of AWS between two deployments: what CloudFormation makes, keeps and leaves, and what Lambda then runs.

Queues, secrets and tables are moto's; what an update does to them follows CloudFormation's documents: what the new
template no longer has is deleted unless it is to be retained, and is then no longer the stack's. A function that is
called through an alias runs as it was when its version was published: when that version's logical id changed.
"""

import itertools
import json
from collections.abc import Mapping
from typing import Any

import boto3

from local.functions import event_sources, function_names, functions
from local.template import ACCOUNT, REGION, Template

QUEUE, SECRET, TABLE = "AWS::SQS::Queue", "AWS::SecretsManager::Secret", "AWS::DynamoDB::Table"
_KEPT = {"Retain", "RetainExceptOnCreate"}
_numbers = itertools.count(1)


class Account:
    """One stack's past and present."""

    def __init__(self) -> None:
        """An empty account; moto must be on."""
        self.sqs, self.secrets, self.dynamodb = (
            boto3.client("sqs"),
            boto3.client("secretsmanager"),
            boto3.client("dynamodb"),
        )
        self.template: Template | None = None
        self.made: dict[str, str] = {}  # logical id -> physical id
        self.left: list[str] = []  # URLs of queues that no stack has any more
        self._versions: dict[
            str, tuple[str, dict[str, str]]
        ] = {}  # function -> its version's id, and what that runs with

    def deploy(self, template: Template) -> None:
        """Makes or updates the stack."""
        wanted = {name: kind for kind in (QUEUE, SECRET, TABLE) for name in template.of_type(kind)}
        for name in [name for name in self.made if name not in wanted]:
            self._drop(name)
        for name in [name for name in wanted if name not in self.made]:
            self.made[name] = self._make(name, wanted[name], template)
        self.template = template
        versions = _versions(template)
        for name in [name for name in self._versions if name not in versions]:
            del self._versions[name]
        for name, version in versions.items():
            if self._versions.get(name, ("",))[0] != version:
                self._versions[name] = (version, self.said(name))

    def remove(self) -> None:
        """Deletes the stack."""
        for name in list(self.made):
            self._drop(name)
        self.template, self._versions = None, {}

    def said(self, function: str) -> dict[str, str]:
        """The variables that the template gives a function, with the stack's parameters."""
        assert self.template is not None
        variables = functions(self.template)[function].variables
        return {key: str(value) for key, value in self.template.resolve(dict(variables), self._names()).items()}

    def running(self, function: str) -> dict[str, str]:
        """The variables with which the function really runs when the API or its queue calls it."""
        return self._versions[function][1] if function in self._versions else self.said(function)

    def allowed(self, function: str) -> str:
        """All that the function's role names, as text."""
        assert self.template is not None
        (role,) = [
            item["Role"]["Fn::GetAtt"][0]
            for name, item in self.template.of_type("AWS::Lambda::Function").items()
            if name == function
        ]
        policies = self.template.of_type("AWS::IAM::Role")[role]["Policies"]
        return json.dumps(self.template.resolve(policies, self._names()))

    def mapping(self, function: str) -> str:
        """The URL of the queue that feeds the function."""
        assert self.template is not None
        (source,) = [one for one in event_sources(self.template, self._names()) if one.function == function]
        return self.sqs.get_queue_url(QueueName=source.queue_arn.rpartition(":")[2])["QueueUrl"]

    def _names(self) -> dict[str, str]:
        assert self.template is not None
        arns = {f"{name}.Arn": _arn(physical) for name, physical in self.made.items()}
        words = {name: f"<{name}>" for name in self.template.resources}
        ends = {f"{name}.Arn": f"<{name}.Arn>" for name in self.template.resources}
        return {**ends, **arns, **words, **function_names(self.template), **self.made}

    def _make(self, name: str, kind: str, template: Template) -> str:
        physical = f"{name}-{next(_numbers)}"
        if kind == QUEUE:
            return self.sqs.create_queue(QueueName=physical)["QueueUrl"]
        if kind == SECRET:
            said = template.of_type(SECRET)[name]["Name"]
            generated = '{"first": "sender-key"}' if name == "SenderKeysSecret" else "a-key-of-the-stack"
            arn = self.secrets.create_secret(Name=str(template.resolve(said, {})))["ARN"]
            if "GenerateSecretString" in template.of_type(SECRET)[name]:
                self.secrets.put_secret_value(SecretId=arn, SecretString=generated)
            return arn
        table = template.of_type(TABLE)[name]
        self.dynamodb.create_table(
            TableName=physical,
            KeySchema=table["KeySchema"],
            AttributeDefinitions=table["AttributeDefinitions"],
            BillingMode="PAY_PER_REQUEST",
        )
        return physical

    def _drop(self, name: str) -> None:
        assert self.template is not None
        resource, physical = self.template.resources[name], self.made.pop(name)
        if resource["Type"] == QUEUE and resource.get("DeletionPolicy") in _KEPT:
            self.left.append(physical)
        elif resource["Type"] == QUEUE:
            self.sqs.delete_queue(QueueUrl=physical)
        elif resource["Type"] == SECRET:
            self.secrets.delete_secret(SecretId=physical, ForceDeleteWithoutRecovery=True)
        else:
            self.dynamodb.delete_table(TableName=physical)


def _versions(template: Template) -> dict[str, str]:
    """The logical id of the version behind the alias of each function that has one."""
    aliases: Mapping[str, Mapping[str, Any]] = template.of_type("AWS::Lambda::Alias")
    return {one["FunctionName"]["Ref"]: one["FunctionVersion"]["Fn::GetAtt"][0] for one in aliases.values()}


def _arn(physical: str) -> str:
    if physical.startswith("http"):
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{physical.rpartition('/')[2]}"
    return physical if physical.startswith("arn:") else f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{physical}"
