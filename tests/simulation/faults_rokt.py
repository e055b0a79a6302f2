"""Deliberate faults of the way to Rokt, and of two destinations beside each other."""

import importlib
import itertools
import json
from collections.abc import Callable
from typing import Any

from tests.simulation.changes import acknowledged, changed, unmatched_delivered, verdicts
from tests.simulation.planting import planted


def _partial_delivered(one: Any, outcome: Any) -> Any:
    return outcome.Delivered() if isinstance(one, outcome.Rejected) and one.status in (200, 202) else one


def _passing_rejected(one: Any, outcome: Any) -> Any:
    passing = isinstance(one, outcome.Retry) and one.status in (200, 202) and not one.ambiguous
    return outcome.Rejected(one.reason, one.status) if passing else one


def _ids_by_the_try(right: Any, _: Any) -> Any:
    tries = itertools.count()

    def assemble(rokt: Any, routing: Any, lines: Any) -> Any:
        events = [json.loads(line) for line in lines]
        for event in events:
            if "source_request_id" in event:
                event["source_request_id"] = f"{next(tries):036}"
        return right(rokt, routing, [json.dumps(event, separators=(",", ":")) for event in events])

    return assemble


def _neighbour_blamed(right: Any, _: Any) -> Any:
    def blames(errors: Any, lines: Any, api: Any) -> Any:
        found = right(errors, lines, api)
        return [blame._replace(indexes=[min(index + 1, len(lines) - 1) for index in blame.indexes]) for blame in found]

    return blames


def _opted_out_sent(right: Any, _: Any) -> Any:
    def prepare(conversion: Any, **options: Any) -> Any:
        return right({name: value for name, value in conversion.items() if name != "opt_out"}, **options)

    return prepare


def _poisoned(right: Any, _: Any) -> Any:
    """Roku's messages wait until Rokt has taken the same conversions."""
    owed: set[str] = set()

    def ids(record: Any, name: str) -> set[str]:
        identify = importlib.import_module(f"{name}.event").identify
        return {identify(json.loads(line))[0] for line in record["body"].split("\n")[1:]}

    def run(event: Any, context: Any, name: str) -> Any:
        report = right(event, context, name)
        failed = {one["itemIdentifier"] for one in report["batchItemFailures"]}
        for record in event["Records"]:
            named = ids(record, name)
            if name == "rokt":
                owed.update(named) if record["messageId"] in failed else owed.difference_update(named)
            elif named & owed:
                report["batchItemFailures"].append({"itemIdentifier": record["messageId"]})
        return report

    return run


def _only_the_first_told(right: Any, _: Any) -> Any:
    def answer(received: Any) -> Any:
        for one in list(received.values())[1:]:
            for index in one.not_queued:
                one.failed.pop(index, None)
            one.not_queued.clear()
        return right(received)

    return answer


ROKT: dict[str, Callable[[], Any]] = {
    "Rokt: partial failure taken for delivered": changed("rokt.answer", "read", verdicts(_partial_delivered)),
    "Rokt: failure without a place taken for nobody's": changed("rokt.answer", "read", verdicts(unmatched_delivered)),
    "Rokt: failure blamed on the next event": changed("rokt.answer", "blames", _neighbour_blamed),
    "Rokt: position off by one": changed(
        "rokt.conversions_answer",
        "places",
        lambda right, _: lambda lines: [(first + 1, last + 1) for first, last in right(lines)],
    ),
    "Rokt: failure that passes becomes a dead letter": changed("rokt.answer", "read", verdicts(_passing_rejected)),
    "Rokt: 409 of several events taken for all of them": changed(
        "rokt.answer", "_seen", lambda _, outcome: lambda _, lines: [outcome.Delivered()] * len(lines)
    ),
    "Rokt: source_request_id new at each try": changed(
        "pipeline.contract.destination:Destination", "assemble", _ids_by_the_try
    ),
    "Rokt: source_request_id is the event id alone": changed(
        "rokt.event",
        "identity",
        lambda *_: lambda group, name, event_id: event_id,  # noqa: ARG005
    ),
    "Rokt: withheld conversion sent anyway": changed("rokt.event", "prepare", _opted_out_sent),
    "Rokt: acknowledged before it was sent": changed("handlers.deliver", "run", acknowledged("rokt")),
    # of both together
    "Rokt's failure keeps Roku's message waiting": changed("handlers.deliver", "run", _poisoned),
    "ledger takes one destination for the other": planted(
        "pipeline.delivery.table", 'f"{outcome}#{destination}#{escaped', 'f"{outcome}#roku#{escaped'
    ),
    "only the first destination's failures are told": changed(
        "pipeline.intake.verdict", "answer", _only_the_first_told
    ),
}
