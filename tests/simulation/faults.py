"""Deliberate faults of the code under test: each must be found, or the simulation proves nothing."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from tests.simulation.changes import acknowledged, changed, unmatched_delivered, verdicts
from tests.simulation.faults_rokt import ROKT


def _setup_rejected(one: Any, outcome: Any) -> Any:
    return outcome.Rejected(one.reason, one.status) if isinstance(one, outcome.Retry) and one.setup else one


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


FAULTS: dict[str, Callable[[], Any]] = {
    "unmatched failure counted as delivered": changed("roku.answer", "read", verdicts(unmatched_delivered)),
    "acknowledged before it was sent": changed("handlers.deliver_roku", "handler", acknowledged),
    "ledger written before sending": _ledger_written_before_send,
    "ledger never written": _ledger_never_written,
    "visibility not grown": changed("pipeline.delivery", "wait", _not_grown),
    "ambiguous failure waits beyond Roku's window": changed("pipeline.delivery", "wait", _waits_long),
    "secret not read again": _secret_not_read_again,
    "refused dead letter taken for written": _dead_letter_assumed_written,
    "remainder of a message forgotten": changed(
        "pipeline.delivery", "encode", lambda right, _: lambda routing, lines: right(routing, lines[:1])
    ),
    "message split across requests": changed("pipeline.sending", "_requests", _split),
    "event dead-lettered for our own key": changed("roku.answer", "read", verdicts(_setup_rejected)),
    **ROKT,
}
