"""The destinations of the running stack, as the template has them: each a lane of queue, deliver and dead letters."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws import Deployment
from local.functions import EventSource, event_sources
from local.sandbox import Sandbox

_REFUSAL = "refused by the switch of the local console"


@dataclass(slots=True)
class Redrive:
    """A redrive as far as it is known; `status` is that of SQS's move task."""

    status: str
    moved: int = 0
    to_move: int = 0
    failure: str = ""

    @property
    def running(self) -> bool:
        """Whether it is still under way."""
        return self.status == "RUNNING"


@dataclass(slots=True)
class Lane:
    """One destination: where its things are, and what has been seen of it."""

    name: str  # as in the ledger and the metrics: "roku"
    title: str
    function: str
    source: EventSource
    queue_url: str
    dead_letters_arn: str
    url: str  # of the destination
    sandbox: Sandbox[Any] | None
    counts: Counter[str] = field(default_factory=Counter)
    settled: dict[str, int] = field(default_factory=dict)  # message id -> receive count when a run gave it back
    why: dict[str, str] = field(default_factory=dict)  # message id -> why a run gave it back
    running: int = 0
    redrive: Redrive | None = None

    def settable(self) -> frozenset[str]:
        """The faults that its sandbox knows; none if it has none."""
        return frozenset(type(self.sandbox.faults()).CHECKS) if self.sandbox else frozenset()

    def refusal(self) -> object:
        """Why an event is refused that the page asks to be refused, in the form that the sandbox takes."""
        return self.sandbox.refusal(_REFUSAL) if self.sandbox else _REFUSAL


def lanes(deployment: Deployment, sandboxes: Mapping[str, Sandbox[Any]], urls: Mapping[str, str]) -> list[Lane]:
    """The lanes in the template's order; sandboxes and URLs are named as the destinations are."""
    template, names = deployment.template, deployment.names
    queues = template.of_type("AWS::SQS::Queue")
    arns = {names[f"{name}.Arn"]: template.resolve(dict(item), names) for name, item in queues.items()}
    found = []
    for source in event_sources(template, names):
        title = source.function.removesuffix("Function").removeprefix("Deliver")
        policy = arns[source.queue_arn].get("RedrivePolicy", {})
        policy = json.loads(policy) if isinstance(policy, str) else policy
        found.append(
            Lane(
                name=title.lower(),
                title=title,
                function=source.function,
                source=source,
                queue_url=deployment.queue_url(source.queue_arn),
                dead_letters_arn=policy.get("deadLetterTargetArn", ""),
                url=urls.get(title.lower(), ""),
                sandbox=sandboxes.get(title.lower()),
            )
        )
    return found
