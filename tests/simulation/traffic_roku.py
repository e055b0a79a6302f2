"""What outages under traffic need of the models, made for a million conversions: Roku, the ledger, finished events."""

import importlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import requests

from tests.simulation.ledger import ModelLedger
from tests.simulation.responses import Response, told
from tests.simulation.world import World

WINDOW = 600.0  # Roku drops a repeat of an event id within 10 minutes
_NOW = 1_800_000_000


class CountingRoku:
    """Roku, which counts conversions by their ids."""

    def __init__(self, world: World, mode: Callable[[], str]) -> None:
        """`mode` says how it behaves now: ok, or taking events and answering so that nobody can read it."""
        self._world, self._mode = world, mode
        self.counts: dict[str, int] = {}
        self.extra: Counter[str] = Counter()  # counts beyond the first, by event group
        self.requests = 0
        self._last: dict[str, float] = {}

    def post(self, _url: str, *, data: bytes, timeout: tuple[float, float], **_: Any) -> Any:
        """What `Session.post` does."""
        world = self._world
        body = json.loads(data)
        events, mode = body["events"], self._mode()
        self.requests += 1
        world.pause(world.random.uniform(0.02, 0.4))
        now = world.now
        for event in events:
            name = event["event_id"]
            if now - self._last.get(name, 0.0) > WINDOW:
                self._last[name] = now
                self.counts[name] = self.counts.get(name, 0) + 1
                self.extra[body["event_group_id"]] += self.counts[name] > 1
        if mode == "late":
            world.pause(timeout[1])
            raise requests.exceptions.ReadTimeout
        if mode == "broken":
            return Response(500, b"oops")
        if mode == "silent":
            return Response(200)
        said = {"code": 200, "description": "all events were processed", "failed_events": []}
        return told(200, said | {"events_received": len(events)})


class CountingLedger(ModelLedger):
    """The table, in which deliveries take little room: of each only its key and when it expires."""

    def __init__(self, world: World, mode: Callable[[], str]) -> None:
        """As the model's."""
        super().__init__(world, mode)
        self.items = _Items()


class _Items(dict[tuple[str, str], dict[str, Any]]):
    def __init__(self) -> None:
        super().__init__()
        self._delivered: dict[tuple[str, str], str] = {}

    def __setitem__(self, key: tuple[str, str], item: dict[str, Any]) -> None:
        if key[1].startswith("delivered#"):
            self._delivered[key[0], intern_(key[1])] = item["expires"]["N"]
            super().pop((key[0], key[1].replace("delivered#", "unread#", 1)), None)  # nobody asks for it any more
        else:
            super().__setitem__(key, item)

    def get(self, key: tuple[str, str], default: Any = None) -> Any:
        if key in self._delivered:
            return {"event_id": {"S": key[0]}, "what": {"S": key[1]}, "expires": {"N": self._delivered[key]}}
        return super().get(key, default)


_INTERNED: dict[str, str] = {}


def intern_(text: str) -> str:
    """The same text, once in memory."""
    return _INTERNED.setdefault(text, text)


class Finished:
    """Finished events in messages, as ingest makes them; each with an id of its own, and of its own minute."""

    def __init__(self, groups: int, partners: int) -> None:
        """Spread evenly over so many event groups and partners."""
        self.made = 0
        self._messages = importlib.import_module("pipeline.contract.messages")
        self._routing = importlib.import_module("pipeline.contract.destination").Routing
        self._groups = groups
        self._lines = [_line(f"p{number}" if partners > 1 else None) for number in range(partners)]
        self._partners: list[str | None] = [f"p{number}" for number in range(partners)] if partners > 1 else [None]

    def bodies(self, count: int, now: int) -> list[str]:
        """Messages with so many new events of one group and partner."""
        partner, group = self.made % len(self._lines), self.made % self._groups
        head = self._messages.Head(
            self._routing(f"group-{group}", self._partners[partner]), accepted_at=now, waits_from=now
        )
        events = []
        for _ in range(count):
            self.made += 1
            event_id = f"order-{self.made:08}"
            line = self._lines[partner].replace("NUMBERED", event_id, 1)
            events.append(self._messages.QueuedEvent(line, event_id, "PURCHASE"))
        bodies: list[str] = self._messages.within(head, events)
        return bodies


def _line(partner: str | None) -> str:
    """A purchase as ingest finishes it."""
    event = importlib.import_module("roku.event")
    settings = importlib.import_module("roku.normalise").Settings(phone_format="digits", default_country=None)
    conversion: dict[str, Any] = {
        "event_id": "NUMBERED",
        "event_name": "PURCHASE",
        "event_time": _NOW - 60,
        "event_source_url": "https://shop.example.com/thanks",
        "user_data": {"em": "jane@example.com", "ph": "+15550100199", "client_ip_address": "203.0.113.9"},
        "custom_data": {"value": 249.9, "currency": "USD"},
    }
    if partner:
        conversion["partner_name"] = partner
    made = event.prepare(conversion, group="group-0", now=_NOW, context={}, settings=settings)
    line: str = made.line.decode()
    return line
