"""One history: the real handlers between the models, and what must hold at every step and at the end."""

import importlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.simulation.functions import Session, installed
from tests.simulation.lane import Lane
from tests.simulation.plan import Plan
from tests.simulation.secrets import ModelSecrets
from tests.simulation.sender import Post, believed_of, fault_of, senders_secret
from tests.simulation.stage import Result, Stage, Violation

INGEST_SECONDS = 29.0  # template.yaml
# Nothing fails any more once a history is over: so long (s) after it everything must have come to rest. A circuit
# without fresh events closes after a day, and may open once more.
REST = 90 * 3_600.0


def run(plan: Plan) -> Result:
    """Play the plan and judge it."""
    history = _History(plan)
    result, world = history.stage.result, history.stage.world
    try:
        with installed(history.stage, history.session, history.secrets):
            history.play()
    except Exception as error:  # noqa: BLE001 - a fault of the program is a broken promise too
        result.violation = str(error) if isinstance(error, Violation) else f"the program failed: {error!r}"
        world.say(f"VIOLATION: {result.violation}")
    result.log = world.log
    return result


class _History:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.stage = stage = Stage(plan)
        self.lanes = lanes = {name: Lane(stage, name) for name in plan.names()}
        self.session = Session({name: lane.service for name, lane in lanes.items()})
        self.secrets = ModelSecrets(
            stage.world,
            {"senders": senders_secret, "fingerprints": lambda: "fingerprint-key"}
            | {name: lambda lane=lane: lane.service.secret(lane.secret) for name, lane in lanes.items()},
            lambda: stage.mode(plan.secrets),
        )
        stage.ledger.on_write = self.noted

    def play(self) -> None:
        """Let the plan happen, then let everything come to rest, and look."""
        plan, world = self.plan, self.stage.world
        last = plan.troubled()
        for post in plan.posts:
            for event in post.events:
                for lane in self.lanes.values():
                    lane.expect(event, post)
            for at in (post.at, *post.again):
                world.at(at, lambda post=post: self.post(post))  # type: ignore[misc]
            last = max([last, post.at, *post.again])
        for redrive in plan.redrives:
            if redrive.destination in self.lanes:
                world.at(redrive.at, lambda redrive=redrive: self.lanes[redrive.destination].redrive(redrive))  # type: ignore[misc]
            last = max(last, redrive.at)
        for name, rotations in (("roku", plan.rotations), ("rokt", plan.rokt_rotations)):
            for at in rotations if name in self.lanes else ():
                world.at(at, self.lanes[name].rotate)
        for at in plan.strangers:
            for lane in self.lanes.values():
                world.at(at, lambda lane=lane: lane.strangers.come(lane.queue))  # type: ignore[misc]
        for at in plan.words:
            world.at(at, self.stage.ledger.learn)
        world.at(plan.troubled(), self.stage.heal)
        world.run(world.start + last + REST)
        self.rest()

    def post(self, post: Post, tries: int = 0) -> None:
        """A sender posts, and posts again what was not taken, until it is."""
        stage = self.stage
        process = stage.begin("ingest", INGEST_SECONDS)
        ingest = importlib.import_module("handlers.ingest")

        def done(answer: Any, alive: bool) -> None:
            stage.end(process, alive)
            left = list(post.events)
            if alive and not stage.loses_report():
                left = self.understand(post, answer, process.name)
            if left:
                rest = replace(post, events=tuple(left), again=())
                stage.world.at(min(3_600, 5 * 2**tries), lambda: self.post(rest, tries + 1))

        stage.world.spawn(process, lambda: ingest.handler(post.request(), stage.context(process)), done)

    def understand(self, post: Post, answer: Any, process: str) -> list[Any]:
        """The sender reads the answer: what it must post again."""
        fault = fault_of(post, answer, list(self.lanes))
        if fault is not None:
            raise Violation(fault)
        taken = believed_of(post, answer, list(self.lanes))
        for name, lane in self.lanes.items():
            accepted = [post.events[index].name for index in sorted(taken[name])]
            self.stage.world.say(f"{process} accepts for {name}: {' '.join(accepted)}")
            lane.promises.accepted |= set(accepted)
            for one in accepted:
                lane.promises.must_be_somewhere(one, "accepted")
        return [
            event
            for index, event in enumerate(post.events)
            if any(event.is_for(name) and index not in taken[name] for name in self.lanes)
        ]

    def noted(self, item: Mapping[str, Any]) -> None:
        """The ledger was told something."""
        event_id, what = item["event_id"]["S"], item["what"]["S"]
        outcome, destination = what.split("#", 3)[:2]
        lane = self.lanes.get(destination)
        if lane is None:
            raise Violation(f"something is noted of {destination}: {what}")
        lane.promises.notes.written(self.stage.world.process(), item)
        if outcome == "delivered":
            lane.promises.counts.noted((event_id, what), lane.promises.conversions)

    def rest(self) -> None:
        """Everything has come to rest."""
        counts = self.stage.result.counts
        for name, lane in self.lanes.items():
            lane.promises.rest(lane.queue)
            lane.strangers.rest()
            counts[f"conversions for {name}"] += len(lane.promises.conversions)
            counts[f"requests to {name}"] += lane.service.requests
            counts[f"repeats that {name} dropped"] += lane.service.dropped
        counts["conversions"] += sum(len(post.events) for post in self.plan.posts)
        counts[f"histories of {self.plan.destinations}"] += 1
