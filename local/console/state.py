"""What the page shows of the stack at one moment, as JSON values; conversions apart (see `conversions`)."""

import time
from collections.abc import Sequence
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from local.console import circuits, queues
from local.console.conversions import names, split_body
from local.console.destinations import Lane
from local.console.observer import Observer
from local.dead_letters import DeadLetter, find, letter, messages
from local.template import ACCOUNT, REGION

# How the reason of a dead letter begins whose event the destination may have counted twice.
_COUNTED_TWICE = "may have been counted twice"
_MOST_IDS = 20  # event ids named of one waiting message


class State:
    """Looks at the stack; two looks within a tenth of a second are one."""

    _SECONDS = 0.1

    def __init__(self, observer: Observer, ledger_table: str) -> None:
        """`ledger_table` is empty if the stack has no ledger."""
        self._observer = observer
        self._ledger_table = ledger_table
        self._looked = 0.0
        self._last: dict[str, Any] = {}

    def look(self) -> dict[str, Any]:
        """The state: what the API counted, and each destination."""
        if time.monotonic() - self._looked >= self._SECONDS:
            observer = self._observer
            ledger = self._ledger()
            known = circuits.look(self._ledger_table) if self._ledger_table else {}
            lanes = [self._lane(lane, ledger) | _circuits(known.get(lane.name)) for lane in observer.lanes]
            with observer.changed:
                senders = observer.quality.rows()
                self._last = {
                    "api": dict(observer.counts),
                    "ledger": ledger is not None,
                    "destinations": lanes,
                    "senders": senders,
                }
            self._looked = time.monotonic()
        return self._last

    def _lane(self, lane: Lane, ledger: dict[str, int] | None) -> dict[str, Any]:
        observer = self._observer
        with observer.changed:
            settled, why = dict(lane.settled), dict(lane.why)
            # Before the letters are counted: a redrive that is told as over has left none.
            counts, running, redrive = dict(lane.counts), lane.running, _redrive(lane)
        # Not under the observer's lock: a message arrives under its queue's lock and is then seen under the observer's.
        depths = queues.depths(find(lane.source.queue_arn), settled)
        waiting = [self._waiting(item, why.get(item.message_id, "")) for item in depths.waiting]
        buried = messages(lane.dead_letters_arn) if lane.dead_letters_arn else []
        return {
            "name": lane.name,
            "title": lane.title,
            "counts": counts,
            "running": running > 0,
            "queue": {"visible": depths.visible, "in_flight": depths.in_flight, "later": depths.later},
            "waiting": waiting,
            "dead_letters": {
                "count": len(buried),
                "letters": [_letter(letter(message)) for message in buried[: -queues.MOST_LISTED - 1 : -1]],
            },
            "redrive": redrive,
            "destination": _destination(lane),
            "ledger": None if ledger is None else ledger.get(lane.name, 0),
        }

    def _waiting(self, item: queues.Waiting, why: str) -> dict[str, Any]:
        with self._observer.changed:
            conversions = self._observer.conversions.in_message(item.message_id)
        ids = [conversion.event_id for conversion in conversions[:_MOST_IDS]]
        tries = max((conversion.tries for conversion in conversions), default=item.receives)
        return {
            "message": item.message_id,
            "at": round(item.at, 1),
            "events": ids,
            "more": len(conversions) - len(ids),
            "tries": tries,
            "why": why,
        }

    def _ledger(self) -> dict[str, int] | None:
        """How many deliveries the ledger holds, by destination; read where moto keeps them, for a scan would cost."""
        if not self._ledger_table:
            return None
        table = dynamodb_backends[ACCOUNT][REGION].tables[self._ledger_table]
        found: dict[str, int] = {}
        for entries in list(table.items.values()):
            for what in list(entries):
                outcome, destination, *_ = str(what.value if hasattr(what, "value") else what).split("#")
                if outcome == "delivered":
                    found[destination] = found.get(destination, 0) + 1
        return found


def _circuits(known: dict[str, Any] | None) -> dict[str, Any]:
    return {"circuits": known or {"open": [], "empty_counts": False}}


def _letter(letter: DeadLetter) -> dict[str, Any]:
    reason = letter.attributes.get("reason", "received too often without an answer")
    _, lines = split_body(letter.body)
    named: Sequence[dict[str, str]] = [names(line) for line in lines] or [{"event_id": "", "event_name": ""}]
    return {
        "message": letter.message_id,
        **named[0],
        "more": len(named) - 1,
        "reason": reason,
        "counted_twice": reason.startswith(_COUNTED_TWICE),
        "status": letter.attributes.get("status", ""),
        "rejected_at": letter.attributes.get("rejected_at", ""),
    }


def _redrive(lane: Lane) -> dict[str, Any] | None:
    task = lane.redrive
    if task is None:
        return None
    return {"status": task.status, "moved": task.moved, "to_move": task.to_move, "failure": task.failure}


def _destination(lane: Lane) -> dict[str, Any]:
    if lane.sandbox is None:
        return {"url": lane.url, "sandbox": False, "counts": {}, "last_status": None, "faults": None, "settable": []}
    last = lane.sandbox.requests(1)
    return {
        "url": lane.url,
        "sandbox": True,
        "counts": lane.sandbox.counts(),
        "last_status": (last[-1]["status"] or "dropped") if last else None,
        "faults": lane.sandbox.faults().as_json(),
        "settable": sorted(lane.settable()),
        "refusal": lane.refusal(),
    }
