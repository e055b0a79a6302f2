"""Deliberate faults of the code under test: each must be found, or the simulation proves nothing."""

import importlib
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch


def _changed(module: str, name: str, change: Callable[[Any, Any], Any]) -> Callable[[], Any]:
    """The fault in which `change(right, outcome_module)` stands in place of the module's function."""

    def fault() -> Any:
        place = importlib.import_module(module)
        return patch.object(place, name, change(getattr(place, name), importlib.import_module("pipeline.outcome")))

    return fault


def _verdicts(wrong: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A `read` or `_told` of answers that puts `wrong(outcome, outcome_module)` in place of each outcome."""

    def change(right: Any, outcome: Any) -> Any:
        return lambda *args, **options: [wrong(one, outcome) for one in right(*args, **options)]

    return change


def _unmatched_delivered(one: Any, outcome: Any) -> Any:
    return outcome.Delivered() if isinstance(one, outcome.Unsettled) and one.status in (200, 202, 210) else one


def _partial_delivered(one: Any, outcome: Any) -> Any:
    return outcome.Delivered() if isinstance(one, outcome.Rejected) and one.status in (200, 202) else one


def _setup_rejected(one: Any, outcome: Any) -> Any:
    return outcome.Rejected(one.reason, one.status) if isinstance(one, outcome.Retry) and one.setup else one


def _passing_rejected(one: Any, outcome: Any) -> Any:
    passing = isinstance(one, outcome.Retry) and one.status in (200, 202) and not one.ambiguous
    return outcome.Rejected(one.reason, one.status) if passing else one


def _acknowledged(right: Any, _: Any) -> Any:
    def acknowledge(event: Any, context: Any) -> Any:
        right(event, context)
        return {"batchItemFailures": []}

    return acknowledge


def _ledger_written_before_send() -> Any:
    delivery, ledger = importlib.import_module("pipeline.delivery"), importlib.import_module("pipeline.ledger")
    right = delivery.send

    def send(messages: Any, destination: Any, **options: Any) -> Any:
        keys = [ledger.Key(r.event_group_id, e.event_name, e.event_id) for r, events in messages for e in events]
        _last_ledger[-1].note([ledger.Entry(key, "delivered") for key in keys])
        return right(messages, destination, **options)

    _last_ledger: list[Any] = []
    made = ledger.Ledger.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        _last_ledger.append(self)

    @contextmanager
    def both() -> Iterator[None]:
        with patch.object(ledger.Ledger, "__init__", init), patch.object(delivery, "send", send):
            yield

    return both()


def _not_grown(right: Any, _: Any) -> Any:
    return lambda retry, receives, jitter: right(retry, 1, jitter)  # noqa: ARG005


def _waits_long(right: Any, _: Any) -> Any:
    return lambda retry, receives, jitter: right(replace(retry, ambiguous=False), max(receives, 6), jitter)


def _secret_not_read_again() -> Any:
    return patch.multiple(importlib.import_module("pipeline.secrets"), MAX_AGE=1e9, LEAST_AGE=1e9)


def _dead_letter_assumed_written() -> Any:
    sqs = importlib.import_module("pipeline.sqs")
    right = sqs.Queue.send

    def send(self: Any, messages: Any) -> Any:
        taken = right(self, messages)
        return [True] * len(taken)

    return patch.object(sqs.Queue, "send", send)


def _split(right: Any, _: Any) -> Any:
    def requests(messages: Any, destination: Any) -> Any:
        return [replace(part, indexes=[index]) for part in right(messages, destination) for index in part.indexes]

    return requests


def _ledger_never_written() -> Any:
    return patch.object(importlib.import_module("pipeline.ledger").Ledger, "note", lambda *_: True)


def _ledger_without_destination() -> Any:
    ledger = importlib.import_module("pipeline.ledger").Ledger
    right = ledger._item_key

    def item_key(self: Any, outcome: str, key: Any) -> Any:
        with patch.object(self, "_destination", "roku"):
            return right(self, outcome, key)

    return patch.object(ledger, "_item_key", item_key)


def _ids_by_the_try(right: Any, _: Any) -> Any:
    tries = itertools.count()

    def assemble(lines: Any, settings: Any) -> Any:
        events = [json.loads(line) for line in lines]
        for event in events:
            if "source_request_id" in event:
                event["source_request_id"] = f"{next(tries):036}"
        return right([json.dumps(event, separators=(",", ":")) for event in events], settings)

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


def _poisoned() -> Any:
    """Roku's messages wait until Rokt has taken the same conversions."""
    roku, rokt = importlib.import_module("handlers.deliver_roku"), importlib.import_module("handlers.deliver_rokt")
    roku_event, rokt_event = importlib.import_module("roku.event"), importlib.import_module("rokt.event")
    right_roku, right_rokt = roku.handler, rokt.handler
    owed: set[str] = set()

    def ids(record: Any, identify: Any) -> set[str]:
        return {identify(json.loads(line))[0] for line in record["body"].split("\n")[1:]}

    def deliver_rokt(event: Any, context: Any) -> Any:
        report = right_rokt(event, context)
        failed = {one["itemIdentifier"] for one in report["batchItemFailures"]}
        for record in event["Records"]:
            named = ids(record, rokt_event.identify)
            owed.update(named) if record["messageId"] in failed else owed.difference_update(named)
        return report

    def deliver_roku(event: Any, context: Any) -> Any:
        report = right_roku(event, context)
        waiting = [one["messageId"] for one in event["Records"] if ids(one, roku_event.identify) & owed]
        report["batchItemFailures"] += [{"itemIdentifier": name} for name in waiting]
        return report

    @contextmanager
    def both() -> Iterator[None]:
        with patch.object(roku, "handler", deliver_roku), patch.object(rokt, "handler", deliver_rokt):
            yield

    return both()


def _only_the_first_told(right: Any, _: Any) -> Any:
    def answer(received: Any) -> Any:
        for one in list(received.values())[1:]:
            for index in one.not_queued:
                one.failed.pop(index, None)
            one.not_queued.clear()
        return right(received)

    return answer


_Roku, _Rokt = "handlers.deliver_roku", "handlers.deliver_rokt"

FAULTS: dict[str, Callable[[], Any]] = {
    "unmatched failure counted as delivered": _changed("roku.answer", "read", _verdicts(_unmatched_delivered)),
    "acknowledged before it was sent": _changed(_Roku, "handler", _acknowledged),
    "ledger written before sending": _ledger_written_before_send,
    "ledger never written": _ledger_never_written,
    "visibility not grown": _changed("pipeline.delivery", "wait", _not_grown),
    "ambiguous failure waits beyond Roku's window": _changed("pipeline.delivery", "wait", _waits_long),
    "secret not read again": _secret_not_read_again,
    "refused dead letter taken for written": _dead_letter_assumed_written,
    "remainder of a message forgotten": _changed(
        "pipeline.delivery", "encode", lambda right, _: lambda routing, lines: right(routing, lines[:1])
    ),
    "message split across requests": _changed("pipeline.sending", "_requests", _split),
    "event dead-lettered for our own key": _changed("roku.answer", "read", _verdicts(_setup_rejected)),
    # Rokt's
    "Rokt: partial failure taken for delivered": _changed("rokt.answer", "read", _verdicts(_partial_delivered)),
    "Rokt: failure without a place is nobody's": _changed("rokt.answer", "read", _verdicts(_unmatched_delivered)),
    "Rokt: failure blamed on the next event": _changed("rokt.answer", "blames", _neighbour_blamed),
    "Rokt: position off by one": _changed(
        "rokt.attribution",
        "places",
        lambda right, _: lambda lines: [(first + 1, last + 1) for first, last in right(lines)],
    ),
    "Rokt: failure that passes becomes a dead letter": _changed("rokt.answer", "read", _verdicts(_passing_rejected)),
    "Rokt: 409 of several events taken for all of them": _changed(
        "rokt.answer", "_seen", lambda _, outcome: lambda lines: [outcome.Delivered()] * len(lines)
    ),
    "Rokt: source_request_id new at each try": _changed("rokt.request", "assemble", _ids_by_the_try),
    "Rokt: source_request_id is the event id alone": _changed(
        "rokt.event",
        "identity",
        lambda *_: lambda group, name, event_id: event_id,  # noqa: ARG005
    ),
    "Rokt: withheld conversion sent all the same": _changed("rokt.event", "prepare", _opted_out_sent),
    "Rokt: acknowledged before it was sent": _changed(_Rokt, "handler", _acknowledged),
    # of both together
    "Rokt's failure keeps Roku's message waiting": _poisoned,
    "ledger takes one destination for the other": _ledger_without_destination,
    "only the first destination's failures are told": _changed("pipeline.verdict", "answer", _only_the_first_told),
}
