"""The whole system in one process: the template's functions and queues, and stand-ins for AWS and the destinations."""

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from destinations import load
from local import aws
from local.api import Api
from local.bundle import fresh
from local.choices import PORT, ROOT, Choices, check_ports
from local.console.console import Console
from local.environment import separate
from local.event_source_mapping import EventSourceMapping
from local.functions import environments, event_sources, functions, routes
from local.logs import SplitStdout, redirect_loggers
from local.runtime import Runtime
from local.sandbox import Sandbox
from local.sandboxes import declared
from local.senders import senders
from local.telemetry import Telemetry, put_alarms
from local.template import Template, read

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

PAGE_ORIGIN = f"http://{aws.HOST}:{PORT}"  # where a web page that uses the browser key may stand


class Stack:
    """Runs while it is entered; one at a time in a process, for it changes the process's environment."""

    def __init__(self, choices: Choices | None = None, *, logs: TextIO | None = None) -> None:
        """`logs` takes what the functions print; without it a file does, see `log_text`."""
        self.choices = choices or Choices()
        self._logs = logs
        self._telemetry = Telemetry()
        self._ends = ExitStack()
        self.sandboxes: dict[str, Sandbox[Any]] = {}

    def __enter__(self) -> Self:
        """Starts everything: StackError if a port is taken, TemplateError if the template cannot be run here."""
        with ExitStack() as ends:
            self._start(ends)
            self._ends = ends.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops everything and gives the process its environment, its modules and its stdout back."""
        self._ends.close()

    def _start(self, ends: ExitStack) -> None:
        self._free_ports()
        self.log_path = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="relay-"))) / "functions.log"
        log = self._logs or ends.enter_context(self.log_path.open("w", buffering=1, encoding="utf-8"))
        self._stdout = SplitStdout(log)
        self._stdout.listeners.append(self._telemetry.heard)
        self._stdout.install()
        ends.callback(self._stdout.remove)
        ends.enter_context(separate())
        self.destination_urls = {name: self._start_destination(name, ends) for name in self.choices.destinations}
        self.aws_endpoint = ends.enter_context(aws.serving(self.choices.aws_port))
        aws.keep_to(self.aws_endpoint)
        # Only now: the translator, too, asks boto3, which would read this machine's AWS configuration.
        template = read(self.choices.template, {"BatchWindow": f"{self.choices.window:g}", **self.choices.parameters})
        self.deployment = aws.deploy(template, self.aws_endpoint)
        ends.enter_context(self._telemetry.feeding(template, self.deployment.names))
        put_alarms(template, self.deployment.names, aws.client("cloudwatch", self.aws_endpoint), aws.STACK_NAME)
        self.sqs: SQSClient = aws.client("sqs", self.aws_endpoint)
        invoke: dict[str, Callable[[dict[str, Any]], Any]] = {}
        self.console = self._console()
        openapi = ROOT / "docs" / "openapi.yaml"
        self.api = Api(
            self.choices.port,
            routes(template),
            invoke,
            openapi=openapi,
            around=self.console.around,
            log=self._telemetry.posted,
        )
        ends.callback(self.api.stop)
        ends.enter_context(self.console.observing())
        self._stdout.listeners.append(self.console.observer.heard)
        self._put_keys()
        invoke |= self._load_functions(template, ends)
        self._start_pollers(template, invoke, ends)
        # The command line asks the stack where its destinations are.
        urls = {f"{load(name).title}Url": url for name, url in self.destination_urls.items()}
        aws.publish(self.deployment, self.outputs(), self.aws_endpoint, urls)
        self.api.start()

    def _start_destination(self, name: str, ends: ExitStack) -> str:
        """Start its sandbox, unless the stack delivers elsewhere; return the URL."""
        if name in self.choices.urls:
            return self.choices.urls[name]
        made = declared(name).make(self._sandbox_port(name), self._key(name), self.choices.parameters)
        self.sandboxes[name] = ends.enter_context(made)
        return made.url

    def _sandbox_port(self, name: str) -> int:
        return self.choices.sandbox_ports.get(name, declared(name).port)

    def _console(self) -> Console:
        return Console(
            self.deployment,
            sandboxes=self.sandboxes,
            urls=self.destination_urls,
            sqs=self.sqs,
            secrets=aws.client("secretsmanager", self.aws_endpoint),
            dynamodb=aws.client("dynamodb", self.aws_endpoint),
            port=lambda: self.api.port,
            events=ROOT / "events",
        )

    def _load_functions(self, template: Template, ends: ExitStack) -> dict[str, Callable[[dict[str, Any]], Any]]:
        declared = functions(template)
        (folder,) = {(self.choices.template.parent / function.folder).resolve() for function in declared.values()}
        ends.enter_context(fresh(folder))
        variables = environments(template, self.deployment.names)
        urls = {f"{name.upper()}_URL": url for name, url in self.destination_urls.items()}
        runtimes = {
            name: Runtime(one, variables[name] | urls, before=self._stdout.install) for name, one in declared.items()
        }
        redirect_loggers()
        return {name: self._telemetry.of(name, runtime.invoke) for name, runtime in runtimes.items()}

    def _start_pollers(
        self, template: Template, invoke: Mapping[str, Callable[[dict[str, Any]], Any]], ends: ExitStack
    ) -> None:
        self.pollers = [
            EventSourceMapping(
                source,
                self.deployment.queue_url(source.queue_arn),
                self.sqs,
                self.console.observer.delivering(source.function, invoke[source.function]),
            )
            for source in event_sources(template, self.deployment.names)
        ]
        for poller in self.pollers:
            ends.callback(poller.stop)
            poller.start()

    def _put_keys(self) -> None:
        secrets: SecretsManagerClient = aws.client("secretsmanager", self.aws_endpoint)
        name = self.deployment.names["SenderKeysSecret"]
        kept = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])
        value = kept | senders(self.choices.key, [PAGE_ORIGIN, self.url])
        secrets.put_secret_value(SecretId=name, SecretString=json.dumps(value))
        for destination in self.choices.destinations:
            if (kept_in := f"{load(destination).title}KeysSecret") in self.deployment.names:
                secrets.put_secret_value(SecretId=self.deployment.names[kept_in], SecretString=self._key(destination))

    def _key(self, name: str) -> str:
        return self.choices.keys.get(name) or declared(name).key(self.choices.parameters)

    def _free_ports(self) -> None:
        wanted = {"--port": self.choices.port, "--aws-port": self.choices.aws_port}
        for name in self.choices.destinations:
            if name not in self.choices.urls:
                wanted[declared(name).flag] = self._sandbox_port(name)
        check_ports(wanted)

    @property
    def url(self) -> str:
        """The API's URL, without a slash at the end."""
        return self.api.url

    def log_text(self) -> str:
        """All that functions have printed so far, unless `logs` was given."""
        return self.log_path.read_text(encoding="utf-8")

    def outputs(self) -> dict[str, str]:
        """The template's outputs, with the local API in the place of API Gateway's host."""
        return {name: value.replace(_GATEWAY, self.url) for name, value in self.deployment.outputs().items()}


_GATEWAY = "https://HttpApi.execute-api.us-east-1.amazonaws.com"
