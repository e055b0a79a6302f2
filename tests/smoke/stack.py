"""The relay's stack as an operator makes it: by `sam deploy` of what `sam build` made, and by its outputs."""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import requests

from local.functions import functions
from local.template import Template, read
from tests.smoke.account import Failed, client, outputs, remove, resources

ROOT = Path(__file__).parents[2]
SAM = ROOT / ".venv-sam" / "bin" / "sam"


@dataclass(slots=True)
class RelayStack:
    """One stack; `after` runs after each deployment (the emulator's gaps are filled there)."""

    name: str
    template: Path  # of the build
    bucket: str
    parameters: dict[str, str]
    source: Path = ROOT / "template.yaml"
    after: Callable[["RelayStack"], None] = lambda _: None
    queues: set[str] = field(default_factory=set)  # all that it ever had: they outlive it

    def deploy(self, **changed: str) -> None:
        """Makes or updates the stack with these parameters beside the ones it has; Failed with what sam said."""
        self.parameters |= changed
        given = [f'{name}="{value}"' for name, value in self.parameters.items()]
        where: list[str | Path] = ["--template-file", _packaged(self.template, self.bucket), "--s3-bucket", self.bucket]
        flags = "--capabilities CAPABILITY_IAM --no-confirm-changeset --no-progressbar --no-fail-on-empty-changeset"
        # Not from the project's folder: its settings are the operator's.
        asked = ["deploy", "--stack-name", self.name, *where, *flags.split(), "--parameter-overrides", *given]
        _sam(asked, self.template.parent)
        self.queues |= {value for name, value in outputs(self.name).items() if name.endswith("QueueUrl")}
        self.after(self)

    def expected(self) -> Template:
        """The template with the stack's own parameters, as the account holds them."""
        (found,) = client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return read(self.source, {one["ParameterKey"]: one["ParameterValue"] for one in found["Parameters"]})

    def names(self) -> dict[str, str]:
        """What references of the template become in the account."""
        made = resources(self.name)
        arns = {f"{name}.Arn": value for name, value in made.items()}
        return {**arns, **made, "AWS::StackName": self.name}

    def running(self) -> dict[str, Mapping[str, Any]]:
        """The configuration of what the API and the mappings really call, by logical id."""
        made = resources(self.name)
        called = {one["IntegrationUri"] for one in self._integrations(made["HttpApi"])}
        for mapping in client("lambda").get_paginator("list_event_source_mappings").paginate():
            called |= {one["FunctionArn"] for one in mapping["EventSourceMappings"]}
        configurations = [
            client("lambda").get_function_configuration(FunctionName=_arn(one)) for one in called if self.name in one
        ]
        logical = {physical: name for name, physical in made.items()}
        return {logical[one["FunctionName"]]: one for one in configurations}

    def differences(self) -> list[str]:
        """Where what runs differs from what the stack's parameters say, one line each."""
        template, names, running = self.expected(), self.names(), self.running()
        wrong = []
        for name, function in functions(template).items():
            if name not in running:
                wrong.append(f"nothing calls {name}")
                continue
            wanted = {key: str(value) for key, value in template.resolve(dict(function.variables), names).items()}
            has = running[name]["Environment"]["Variables"]
            wrong += [
                f"{name} runs with {key}={has.get(key)!r} where the stack says {wanted.get(key)!r}"
                for key in sorted(wanted.keys() | has.keys())
                if has.get(key) != wanted.get(key)
            ]
            if (
                running[name]["MemorySize"] != function.memory_mb
                or running[name]["Timeout"] != function.timeout_seconds
            ):
                wrong.append(f"{name} runs with another memory or timeout than the template has")
        return wrong

    def _integrations(self, api: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = client("apigatewayv2").get_integrations(ApiId=api)["Items"]
        return found

    def url(self) -> str:
        """Where the API answers, without a slash at the end."""
        endpoint: str = client("apigatewayv2").get_api(ApiId=resources(self.name)["HttpApi"])["ApiEndpoint"]
        return endpoint.rstrip("/")

    def put_key(self, destination: str, value: str) -> None:
        """Puts a destination's key in, as the output RokuKeyCommand does."""
        client("secretsmanager").put_secret_value(SecretId=f"{self.name}/{destination}-keys", SecretString=value)

    def sender_key(self) -> str:
        """The first sender's key, which the stack made."""
        text = client("secretsmanager").get_secret_value(SecretId=f"{self.name}/sender-keys")["SecretString"]
        first: str = json.loads(text)["first"]
        return first

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> requests.Response:
        """One request with the first sender's key; headers' names have _ for -."""
        named = {"Authorization": f"Bearer {self.sender_key()}", "Content-Type": "application/json"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.request(method, self.url() + path, data=body, headers=named, timeout=60)

    def remove(self) -> None:
        """Deletes the stack and the queues that it leaves."""
        remove(self.name)
        for queue in sorted(self.queues):
            client("sqs").delete_queue(QueueUrl=queue)


@cache
def _packaged(template: Path, bucket: str) -> Path:
    """The template with its bundles in the bucket: packing them is half of a deployment's work, so it is done once."""
    made = template.with_name("packaged.yaml")
    asked: list[str | Path] = ["package", "--template-file", template, "--output-template-file", made]
    _sam([*asked, "--s3-bucket", bucket, "--no-progressbar"], template.parent)
    return made


def _sam(asked: Sequence[str | Path], folder: Path) -> None:
    """Runs the SAM CLI in a folder; Failed with what it said."""
    run = subprocess.run([SAM, *asked], cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        raise Failed(f"sam {' '.join(map(str, asked[:3]))}: {run.stdout[-1500:]} {run.stderr[-1500:]}")


def _arn(uri: str) -> str:
    """The function, with its alias if it has one, in the URI of an integration."""
    return uri.rpartition("/functions/")[2].removesuffix("/invocations")
