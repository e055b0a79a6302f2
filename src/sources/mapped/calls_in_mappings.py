"""The `call` of a mapping: what makes a post a phone call, so that the settings of calls hold for it too. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.intake.body import Ignored
from pipeline.intake.senders import SourceSettings
from sources.calls import calls
from sources.calls.call_fields import direction, flag, seconds, tags
from sources.calls.calls import Call
from sources.mapped.compiled_values import value
from sources.mapped.conditions import Condition, conditions
from sources.mapped.scope import Paths, Scope, Value, known_only
from sources.source_settings import Warnings

_VALUES = ("answered", "voicemail", "duration", "first_call", "direction", "spam", "tags")
_OUTBOUND = ("outbound", "out", "outgoing", "outbound-api", "outbound-dial")


@dataclass(frozen=True, slots=True)
class CallBlock:
    """Where a post says what `sources.calls` asks of a call; `finished` are conditions that all hold at its end."""

    values: Mapping[str, Value]
    finished: tuple[Condition, ...]

    def read(self, scope: Scope, conversion: Mapping[str, Any]) -> Call:
        """The call of one element, whose id is its conversion's."""
        found = {name: self.values[name](scope) if name in self.values else None for name in _VALUES}
        first = flag(found["first_call"])
        return Call(
            partner=str(conversion.get("partner_name") or "the platform"),
            id=conversion.get("event_id"),
            finished=all(one.holds(scope) for one in self.finished),
            inbound=direction(found["direction"]) not in _OUTBOUND,
            answered=flag(found["answered"]),
            voicemail=flag(found["voicemail"]) is True,
            duration=seconds(found["duration"]),
            first_call=first,
            spam=flag(found["spam"]) is True,
            marks=[f"tag:{tag}" for tag in tags(found["tags"])],
            kinds_of_marks=("tag:",),
        )


def call_block(given: Any, paths: Paths) -> CallBlock:
    """The `call` of a mapping, compiled. Raises Fault."""
    known_only(given, (*_VALUES, "finished"), "a call")
    values = {name: value(one, paths) for name, one in given.items() if name != "finished"}
    return CallBlock(values, conditions(given.get("finished", []), paths))


def events_of(
    call: Call, conversion: dict[str, Any], settings: SourceSettings, warnings: Warnings
) -> list[dict[str, Any] | Ignored]:
    """What a call's post is: its conversion under each of the names that its kinds and tags have, or why it is none."""
    named = conversion.get("event_name")
    whole = {"event_source": calls.EVENT_SOURCE} | conversion
    made: list[dict[str, Any] | Ignored] = []
    for one in calls.conversions(call, settings, warnings):
        if isinstance(one, Ignored):
            made.append(one)
            continue
        event = whole | {"event_name": one["event_name"]}
        if one.get("event_id") is not None:
            event["event_id"] = one["event_id"]
        made.append(event | ({"event_name": named} if named and not made else {}))
    return made
