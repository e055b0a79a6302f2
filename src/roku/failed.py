"""Which events of a request the items of `failed_events` mean, and what became of those. Pure, and never raises.

An item is said to echo the invalid event with `errors` added (field -> text). The page's own examples are thinner: one
has only an `event_id`, another only an `event_name`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from pipeline.answers import refusals
from pipeline.answers.refusals import LONGEST
from pipeline.answers.statuses import is_success
from pipeline.answers.successes import plain
from pipeline.contract.outcome import AskAgain, Outcome, Retry
from pipeline.values.json_objects import json_object
from roku.fields import SENT

# Distinct echoes times events that are compared: an echo past that is taken for one that fits none.
_COMPARISONS = 200_000
# The names of an event, by their letters alone.
_FIELDS = {name.replace("_", ""): name for name in SENT}
# Names under which an item may say what is wrong.
_SAID = ("errors", "error", "reasons", "reason", "message", "errormessage", "description", "code", "errorcode")
_MOST_TEXTS = 20


class _Item(NamedTuple):
    """One item: what it echoes of the event, and what it says of it, each text with the field that it is about."""

    echo: Mapping[str, Any]
    said: list[tuple[str, str]]

    @property
    def event_id(self) -> str | None:
        """The id that it names."""
        found = self.echo.get("event_id")
        return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else None


def attribute(
    status: int, named: Sequence[Any], lines: Sequence[str], *, default: Outcome, suspect: str
) -> list[Outcome]:
    """Match each entry of `failed_events` to our event: by its id, by what it echoes, or as the only one it can be.

    One that fits several leaves these AskAgain; one that fits none leaves all AskAgain that are not named.
    """
    most = 2 * len(lines)  # each at most once is documented; the bound keeps an absurd answer from taking minutes
    events = [json_object(line) or {} for line in lines]
    by_id: dict[str, list[int]] = {}
    for index, event in enumerate(events):
        by_id.setdefault(str(event.get("event_id")), []).append(index)
    items = [_item(one, by_id) for one in named[:most]]
    if len(lines) == 1:
        return [_alone(status, items, lines[0], by_id)]
    match = _Matching(events, by_id)
    said: dict[int, list[tuple[str, str]]] = {}
    open_: set[int] = set(range(len(lines))) if len(named) > most else set()
    for item in items:
        meant, possible = match(item)
        open_.update(possible)
        for index in meant:
            said.setdefault(index, []).extend(item.said)
    unsettled = AskAgain(f"Roku answered {status} and {suspect}", status, ambiguous=is_success(status))
    outcomes: list[Outcome] = [unsettled if index in open_ else default for index in range(len(lines))]
    for index, texts_ in said.items():
        outcomes[index] = outcome(texts_, lines[index], status, refused=len(said))
    return refusals.alike(outcomes)


def outcome(
    said: Sequence[tuple[str, str]], line: str, status: int, unsaid: str = "refused", *, refused: int = 1
) -> Outcome:
    """What becomes of an event that was refused with these texts, one of so many."""
    longest = refusals.allowance(refused)
    said = [(field[:100], words[:LONGEST]) for field, words in said[:_MOST_TEXTS]]
    text = "; ".join(f"{field}: {words}" if field else words for field, words in said)
    reason = refusals.without_persons(text, _values(json_object(line) or {}), longest) or f"{unsaid} without a reason"
    return refusals.outcome([(field, words[:longest]) for field, words in said], reason, status)


def _alone(status: int, items: Sequence[_Item], line: str, by_id: Mapping[str, list[int]]) -> Outcome:
    """An event that is alone in its request is meant, unless only others are named."""
    ours = [item for item in items if item.event_id in by_id] or [item for item in items if item.event_id is None]
    if not ours:
        return Retry(f"Roku answered {status} and named an event that is not ours", status, ambiguous=True)
    return outcome([text for item in ours for text in item.said], line, status)


class _Matching:
    """Finds the events of an item. Items that echo the same are looked for once."""

    def __init__(self, events: Sequence[Mapping[str, Any]], by_id: Mapping[str, list[int]]) -> None:
        self._events, self._by_id = events, by_id
        self._found: dict[bytes, tuple[Sequence[int], Sequence[int]]] = {}

    def __call__(self, item: _Item) -> tuple[Sequence[int], Sequence[int]]:
        """The events that an item means, and those that it may mean, where that cannot be told."""
        candidates: Sequence[int] = range(len(self._events))
        if item.event_id is not None:
            candidates = self._by_id.get(item.event_id, [])
            if len(candidates) == 1:
                return candidates, []
        key = to_json(item.echo)
        if key not in self._found:
            is_looked_for = item.echo and len(self._found) * len(self._events) < _COMPARISONS
            self._found[key] = self._match(item.echo, candidates) if is_looked_for else ([], range(len(self._events)))
        return self._found[key]

    def _match(self, echo: Mapping[str, Any], candidates: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
        events = self._events
        fitting = [index for index in candidates if _fits(echo, events[index])]
        if not fitting:
            return [], candidates or range(len(events))
        # Copies of the same event have the same fate, however many of them are named.
        if all(events[index] == events[fitting[0]] for index in fitting):
            return fitting, []
        exact = [index for index in fitting if events[index] == echo]
        return (exact, []) if exact else ([], fitting)


def _fits(echo: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    return all(name in event and _same(event[name], value) for name, value in echo.items())


def _same(ours: object, theirs: object) -> bool:
    """Whether the values are one; a number may have become text on the way."""
    if isinstance(ours, bool) or isinstance(theirs, bool):  # to Python, true is 1
        return ours is theirs
    texts_or_numbers = isinstance(ours, str | int) and isinstance(theirs, str | int)
    return ours == theirs or (texts_or_numbers and str(ours) == str(theirs))


def _item(given: object, by_id: Mapping[str, list[int]]) -> _Item:
    if isinstance(given, str) and given in by_id:
        return _Item({"event_id": given}, [])
    if not isinstance(given, dict):
        return _Item({}, texts(given))
    echo: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in given.items():
        field = _FIELDS.get(letters := plain(name))
        if field is None and letters in _SAID:
            rest[letters] = value
        elif value is not None:
            echo[field or name] = value
    return _Item(echo, texts(rest))


def texts(said: Any) -> list[tuple[str, str]]:
    """What `errors` says: a text, several, or texts by field; each with the field that it is about or ""."""
    if isinstance(said, list):
        return [pair for error in said[:_MOST_TEXTS] for pair in texts(error)]
    if not isinstance(said, dict):
        return [] if said is None or said == "" else [("", _text(said))]
    found: list[tuple[str, str]] = []
    whole: list[str] = []  # code and message of one error
    for name, value in list(said.items())[:_MOST_TEXTS]:
        if plain(name) not in _SAID:
            found.append((name, _text(value)))
        elif isinstance(value, dict | list):
            found += texts(value)
        elif value not in (None, ""):
            whole.append(_text(value))
    return [("", ": ".join(whole)), *found] if whole else found


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else str(value)[:LONGEST]


def _values(event: Mapping[str, Any]) -> list[str]:
    user = event.get("user_data")
    return [value for value in user.values() if isinstance(value, str)] if isinstance(user, dict) else []
