"""What a sender posted -> its conversions, each still as received; or one reason why there are none. Pure.

The language is Roku's Events API request, and what real senders make of it: `is_hashed` beside the events, the array
nested one level too deep, one flat event without an array, unquoted template tags.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic_core import from_json

from pipeline.consent.decision import Heard
from pipeline.consent.places import without
from pipeline.intake import other_forms, repair
from pipeline.intake.plain_bodies import without_wrappings
from pipeline.intake.usual_names import under_own_names
from pipeline.values import limits
from pipeline.values.cleaning import clean
from pipeline.values.personal import is_of_a_person
from pipeline.values.placeholders import is_placeholder
from pipeline.values.rules import unknown

MAX_EVENTS = 1_000
MAX_BYTES = limits.BODY

_KNOWN = frozenset({"event_group_id", "events", "is_hashed", "data_processing_country"})
_EVENT_MARKS = frozenset({"event_name", "event_time", "user_data"})
_GROUP_PLACEHOLDERS = frozenset({"YOUR_EVENT_GROUP_ID", "<EVENT_GROUP_ID>", "EVENT_GROUP_ID"})


class BadRequest(ValueError):
    """Nothing of the body can be used: the HTTP status, and a description with the fix."""

    def __init__(self, status: int, description: str) -> None:
        """Keep both for the answer."""
        super().__init__(description)
        self.status = status
        self.description = description


# Why something is ignored, as answers and logs say it.
IgnoredCode = Literal[
    "cancelled_order",
    "filtered",
    "not_a_call",
    "not_a_conversion",
    "not_a_track_call",
    "not_answered",
    "not_finished",
    "outbound",
    "refund",
    "repeat_caller",
    "spam",
    "test_event",
    "test_order",
    "too_short",
    "unknown_duration",
    "unknown_first_call",
    "unpaid_order",
    "unmapped_event",
]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something posted that is not a conversion and was not meant to be one, such as an unanswered call.

    `text` names the cause and the setting that would change it; `event_id` is the source's own."""

    code: IgnoredCode
    text: str
    event_id: Any = None


@dataclass(frozen=True, slots=True)
class Body:
    """One posted body: where to, what it says of all its events, the conversions as received, and warnings.

    A conversion may also be an `Ignored` (a post that is not one) or a `destination.Invalid` (unreadable).
    For the signals of consent: `shared` is what the body says beside its events, `spoken` what it says of each event
    where a source made a conversion of it, and `heard` what `hearing` made of them, by place. `only_200`: the platform
    takes any other status for a failure; `acknowledgement`: it takes this XML alone for a success. `unmapped`: the
    conversions whose names no list has, which count only where any name is taken: why they are ignored elsewhere.
    `is_test`: the sender says that they must not count.
    """

    event_group_id: str | None
    context: dict[str, Any]
    conversions: list[Any]
    warnings: list[tuple[str, str]]
    shared: Any = None
    spoken: Sequence[Any] = ()
    heard: Mapping[int, Heard] = field(default_factory=dict)
    only_200: bool = False
    acknowledgement: str | None = None
    unmapped: Mapping[int, Ignored] = field(default_factory=dict)
    is_test: bool = False


def read(body: bytes) -> Body:
    """Read a posted body. Raises BadRequest."""
    warnings: list[tuple[str, str]] = []
    data = without_wrappings(body, parse(body, warnings), warnings)
    if isinstance(data, list):
        data = {"events": data}
    if not isinstance(data, dict):
        raise BadRequest(400, 'the body must be a JSON object: {"event_group_id": "...", "events": [{...}]}')
    events = data.get("events")
    if "events" not in data and not _EVENT_MARKS.isdisjoint(data):
        flat = {name: value for name, value in data.items() if name not in ("event_group_id", "is_hashed")}
        data = {name: value for name, value in data.items() if name in _KNOWN}
        events = [flat]
    conversions = _conversions(events, data, warnings)
    under_own_names(conversions, warnings)
    beside = {name: value for name, value in data.items() if name not in _KNOWN}
    warnings += unknown(list(without(beside)), "", _KNOWN, {})
    country = data.get("data_processing_country")
    context = {"is_hashed": _flag(data.get("is_hashed")), "data_processing_country": country}
    return Body(event_group(data.get("event_group_id")), context, conversions, warnings, shared=beside)


def parse(body: bytes, warnings: list[tuple[str, str]]) -> Any:
    """The JSON value of a body, with what templates and programs do to JSON fixed. Raises BadRequest."""
    if len(body) > MAX_BYTES:
        raise BadRequest(413, f"the body has {len(body)} bytes; at most {MAX_BYTES} are taken: send it in parts")
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        position = str(error)
    if not body.strip():
        raise BadRequest(400, 'the body is empty: it must be {"event_group_id": "...", "events": [{...}]}')
    if body.startswith(b"\x1f\x8b"):
        raise BadRequest(400, "the body is compressed with gzip: send it uncompressed, as JSON in UTF-8")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(400, f"the body is not UTF-8 at byte {error.start}: send JSON in UTF-8") from None
    if repair.lost_its_array(text):
        raise _lost_array()
    try:
        data, said = repair.read(text)
    except ValueError:
        pass
    else:
        warnings += [("body", warning) for warning in said]
        return data
    raise BadRequest(400, other_forms.not_json(text, position))


def _conversions(events: Any, data: Mapping[str, Any], warnings: list[tuple[str, str]]) -> list[Any]:
    if isinstance(events, dict):
        events = [events]
        warnings.append(("events", "is one object: it was read as an array of one"))
    if not isinstance(events, list):
        if isinstance(events, str) and events.strip(" ,") == "":
            raise _lost_array()
        raise BadRequest(400, other_forms.without_events(data))
    if any(isinstance(item, list) for item in events):
        events = [inner for item in events for inner in (item if isinstance(item, list) else [item])]
        warnings.append(("events", "is nested one level too deep: it was flattened"))
    if not events:
        raise BadRequest(400, "events is empty: send at least one event")
    if len(events) > MAX_EVENTS:
        fault = f"events has {len(events)} events; at most {MAX_EVENTS} are taken: send them in parts"
        raise BadRequest(400, fault)
    return list(events)


def _lost_array() -> BadRequest:
    return BadRequest(
        400,
        "the events array was swallowed by the sender's template engine, and its keys are lost: wrap the array in"
        " [[ ]], or send one event without an array, its fields beside event_group_id",
    )


def event_group(value: Any) -> str | None:
    """The event group that a body names, None if it names none. Raises BadRequest."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or (isinstance(value, str) and is_placeholder(clean(value))):
        return None
    if not isinstance(value, str) or len(value) > limits.EVENT_GROUP or not value.strip().isprintable():
        raise BadRequest(400, f"event_group_id must be a text of at most {limits.EVENT_GROUP} printable characters")
    if is_of_a_person(value):
        raise BadRequest(
            400,
            "event_group_id holds an e-mail address or phone number: name the event group as Roku Ads Manager shows it",
        )
    if value.strip() in _GROUP_PLACEHOLDERS:
        raise BadRequest(400, "event_group_id is still the guide's placeholder: put in your own event group's id")
    return value.strip()


def _flag(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None
