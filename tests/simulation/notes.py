"""What is written into the table must be true: of the run that writes it, of the event or message, and of its group."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation import heads
from tests.simulation.conversions import Variant
from tests.simulation.counts import Counts
from tests.simulation.plan import DAY
from tests.simulation.queues import Message
from tests.simulation.service import Service
from tests.simulation.stage import Stage, Violation
from tests.simulation.world import Process

# Texts that an item of an event has of its message's first line, and the column there.
_COLUMNS = {"fingerprint": "fingerprints", "refused_by": "refused_by"}
_OF_EVENTS = ("delivered", "rejected", "unread")
_ENOUGH = 40  # characters of a reason: what looks like a person's is taken out of it later
# Times are written in whole seconds.
_WHOLE = 1.5
# A run takes so long (s) at most from making an item to having it written.
_LATE = 61.0
REMEMBERED = 3_000.0  # s, without a table


class Notes:
    """One destination's."""

    def __init__(self, stage: Stage, service: Service, counts: Counts, messages: Mapping[str, Message]) -> None:
        """`messages` by name, as they come to be."""
        self._stage, self._service, self._counts, self._messages = stage, service, counts, messages
        self.given: dict[str, dict[str, int]] = {}  # of each run: how often its messages had been received
        self.letters: dict[str, dict[str, Mapping[str, str]]] = {}  # of each run: what its dead letters say, by variant

    def buried(self, process: str, letter: Message) -> None:
        """A run wrote a dead letter."""
        said = {name: str(value["StringValue"]) for name, value in letter.attributes.items()}
        self.letters.setdefault(process, {}).update(dict.fromkeys(letter.conversions, said))

    def forget(self, process: str) -> None:
        """A run is over."""
        self.given.pop(process, None)
        self.letters.pop(process, None)

    def written(self, process: Process, item: Mapping[str, Any]) -> None:
        """A run writes this item. Raises Violation."""
        said = {name: str(next(iter(value.values()))) for name, value in item.items()}
        kind = said["what"].partition("#")[0]
        fault = None
        if kind == "put off":
            fault = self._put_off(process, said)
        elif kind == "circuit":
            fault = self._circuit(process, said)
        elif kind in _OF_EVENTS:
            fault = self._event(process, kind, said)
        if fault is not None:
            raise Violation(f"{process.name} writes of {said['event_id']} ({said['what']}) {fault}")

    def marked(self, message: Message, process: str) -> None:
        """A message that a run leaves says of its events that an answer was lost, where it was, and only there."""
        names = message.conversions
        fault = heads.unmarked(message, self._service.asked[process].lost_of(names))
        if heads.used(message) and not (self.was_lost(names) or self._is_forgotten(names)):
            fault = "windows, and no answer was lost"
        if self._service.name == "roku" and fault:
            raise Violation(f"{message.name} ({' '.join(names[:9])}) by {process} says {fault}")

    def _is_forgotten(self, names: Sequence[str]) -> bool:
        """Without a table, and after so long, a message that was put off is taken for one whose run died."""
        since = min(one.since for one in self._counts.every_variant() if one.name in names)
        return not self._stage.has_ledger and self._stage.world.now > since + REMEMBERED

    def _put_off(self, process: Process, said: Mapping[str, str]) -> str | None:
        receives = self.given[process.name].get(said["event_id"])
        if receives is None or int(said["receives"]) != receives:
            return f"that it was received {said['receives']} times, not {receives}"
        if abs(float(said["at"]) - process.began) > _WHOLE:
            return "another time than that of the run"
        names = self._messages[said["event_id"]].conversions
        if said["windows"] != "0" and not self.was_lost(names):
            return "a window, and no answer was lost"
        lost = self._service.asked[process.name].lost_of(names)
        return "no window, though an answer was lost" if lost and said["windows"] == "0" else None

    def _circuit(self, process: Process, said: Mapping[str, str]) -> str | None:
        given = [head["event_group_id"] for head, _ in self._given(process.name)]
        group = said["what"].split("#", 2)[2].replace("%23", "#").replace("%25", "%")
        opened = float(said["opened_at"])
        if group not in given:
            return "though it had no event of that group"
        was_lost = any(one.lost for one in self._of(group)) or self._stage.plan.secrets
        if opened > float(said["closed_at"]) and not (was_lost and said.get("why")):
            return "that it is open, though no answer was lost, or not why"
        if opened > self._stage.world.now - _WHOLE and self._is_hasty(group):
            return "that it is open after one answer that was lost"
        if float(said["delivered_at"]) and not any(
            self._service.accepted.get(one.conversion.name) for one in self._of(group)
        ):
            return "that something was delivered"
        return None

    def _is_hasty(self, group: str) -> bool:
        """Whether one lost answer that may have been an accident is all that anybody could know of."""
        heard, stage = self._service.heard[group], self._stage
        # "anonymous" is a success that names nobody: of one event it opens the circuit at once, as any unreadable one.
        unclear = {"drips", "anonymous"} & stage.had_modes(self._service.name)
        # A refused key between two lost answers is no answer of which the circuit learns anything.
        keys = stage.plan.secrets or stage.plan.rotations or stage.plan.rokt_rotations
        unsure = stage.ledger_failed or keys or unclear
        return heard.known_at is None and heard.lost == 1 and not unsure

    def _event(self, process: Process, kind: str, said: Mapping[str, str]) -> str | None:
        now, group = self._stage.world.now, said["what"].split("#", 3)[2].replace("%23", "#").replace("%25", "%")
        event_name = said["what"].split("#", 3)[3]
        own = [
            (head, place, names[place])
            for head, names in self._given(process.name)
            if head["event_group_id"] == group
            for place, pair in enumerate(zip(head["ids"], head["names"], strict=True))
            if pair == (said["event_id"], event_name)
        ]
        if said.get("request_id") != process.name:
            return f"in the name of {said.get('request_id')}"
        if not -_LATE < float(said["expires"]) - now - self._stage.plan.ledger_days * DAY < _WHOLE:
            return f"until {said['expires']}"
        if not own:  # an id of its own, of one that shares another's
            return None if any(one.shares_id for one in self._counts.every_variant()) else "which it was not given"
        if kind == "rejected":
            return self._rejected(process, said, [name for _, _, name in own])
        if kind == "unread" and not self.was_lost([name for _, _, name in own]):
            return "that an answer was lost"
        return None if any(_says(said, head, place) for head, place, _ in own) else "of another sender or person"

    def _rejected(self, process: Process, said: Mapping[str, str], names: Sequence[str]) -> str | None:
        letters = self.letters.get(process.name, {})
        told = [(letters[name]["reason"][:_ENOUGH], letters[name]["status"]) for name in names if name in letters]
        mine = said.get("reason", "")[:_ENOUGH], said.get("status", "none")
        return None if mine in told else f"{mine}, and dead letters say {told}"

    def was_lost(self, names: Sequence[str]) -> bool:
        """Whether an answer to one of them was lost, or a run may have died with it."""
        conversions = {self._counts.conversion_of(name) for name in names}
        plan = self._stage.plan
        # A mark was not written, a remainder not taken, or a secret hung until nobody knew if the request had gone.
        if self._stage.ledger_failed or plan.secrets or plan.sqs or plan.sqs_refuses or plan.sqs_refuses_entries:
            return True
        lost = {one.conversion.name for one in self._counts.every_variant() if one.lost}
        return bool(conversions & lost) or any(self._counts.unlucky[name] for name in conversions)

    def _of(self, group: str) -> list[Variant]:
        return [one for one in self._counts.every_variant() if one.conversion.group == group]

    def _given(self, process: str) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
        messages = [self._messages[name] for name in self.given.get(process, ()) if name in self._messages]
        return [(json.loads(one.body[: one.body.index("\n")]), one.conversions) for one in messages]


def _says(said: Mapping[str, str], head: Mapping[str, Any], place: int) -> bool:
    """Whether it says of the event what its message says."""
    columns = {name: (head.get(column) or [""] * (place + 1))[place] for name, column in _COLUMNS.items()}
    return said.get("sender") == head.get("sender", "server") and all(
        said.get(name, "") == text for name, text in columns.items()
    )
