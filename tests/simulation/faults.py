"""Deliberate faults of the code under test: each must be found, or the simulation proves nothing."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch


def _unmatched_failure_counts_as_delivered() -> Any:
    answer, outcome = importlib.import_module("roku.answer"), importlib.import_module("pipeline.outcome")
    right = answer.read

    def read(*args: Any) -> Any:
        results = right(*args)
        unsettled = outcome.Unsettled
        return [outcome.Delivered() if isinstance(one, unsettled) and one.status == 210 else one for one in results]

    return patch.object(answer, "read", read)


def _acknowledge_before_send() -> Any:
    handler = importlib.import_module("handlers.deliver_roku")
    right = handler.handler

    def acknowledge(event: Any, context: Any) -> Any:
        right(event, context)
        return {"batchItemFailures": []}

    return patch.object(handler, "handler", acknowledge)


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


def _visibility_not_grown() -> Any:
    delivery, outcome = importlib.import_module("pipeline.delivery"), importlib.import_module("pipeline.outcome")
    return patch.object(delivery, "wait", lambda retry, receives, jitter: outcome.wait(retry, 1, jitter))  # noqa: ARG005


def _ambiguous_failure_waits_as_long_as_any() -> Any:
    delivery, outcome = importlib.import_module("pipeline.delivery"), importlib.import_module("pipeline.outcome")

    def wait(retry: Any, receives: int, jitter: float) -> int:
        seconds: int = outcome.wait(replace(retry, ambiguous=False), max(receives, 6), jitter)
        return seconds

    return patch.object(delivery, "wait", wait)


def _secret_not_read_again() -> Any:
    secrets = importlib.import_module("pipeline.secrets")
    return patch.multiple(secrets, MAX_AGE=1e9, LEAST_AGE=1e9)


def _dead_letter_assumed_written() -> Any:
    sqs = importlib.import_module("pipeline.sqs")
    right = sqs.Queue.send

    def send(self: Any, messages: Any) -> Any:
        taken = right(self, messages)
        return [True] * len(taken)

    return patch.object(sqs.Queue, "send", send)


def _remainder_forgotten() -> Any:
    delivery = importlib.import_module("pipeline.delivery")
    right = delivery.encode

    def encode(routing: Any, lines: Any) -> Any:
        return right(routing, lines[:1])

    return patch.object(delivery, "encode", encode)


def _message_split_across_requests() -> Any:
    sending = importlib.import_module("pipeline.sending")
    right = sending._requests

    def split(messages: Any, destination: Any) -> Any:
        return [replace(part, indexes=[index]) for part in right(messages, destination) for index in part.indexes]

    return patch.object(sending, "_requests", split)


def _ledger_never_written() -> Any:
    ledger = importlib.import_module("pipeline.ledger")
    return patch.object(ledger.Ledger, "note", lambda *_: True)


def _bad_key_becomes_a_dead_letter() -> Any:
    answer, outcome = importlib.import_module("roku.answer"), importlib.import_module("pipeline.outcome")
    right = answer.read

    def read(*args: Any) -> Any:
        results = right(*args)
        return [
            outcome.Rejected(one.reason, one.status) if isinstance(one, outcome.Retry) and one.setup else one
            for one in results
        ]

    return patch.object(answer, "read", read)


FAULTS: dict[str, Callable[[], Any]] = {
    "unmatched failure counted as delivered": _unmatched_failure_counts_as_delivered,
    "acknowledged before it was sent": _acknowledge_before_send,
    "ledger written before sending": _ledger_written_before_send,
    "ledger never written": _ledger_never_written,
    "visibility not grown": _visibility_not_grown,
    "ambiguous failure waits beyond Roku's window": _ambiguous_failure_waits_as_long_as_any,
    "secret not read again": _secret_not_read_again,
    "refused dead letter taken for written": _dead_letter_assumed_written,
    "remainder of a message forgotten": _remainder_forgotten,
    "message split across requests": _message_split_across_requests,
    "event dead-lettered for our own key": _bad_key_becomes_a_dead_letter,
}
