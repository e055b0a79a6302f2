"""What Roku's page lets one check of a request body and of each of its events: numbered rules, each with its sentence.

Pure functions, no clock of their own. Where the page is silent or ambiguous, a rule holds in some profiles only (see
`local.sandbox.profiles`). In the usual one, `relay`, unknown fields are refused at every level, `event_source` must be
one of the ten listed, hashed fields must be digests and be declared with `user_data.is_hashed: true`, and no digest is
one of nothing, although the page's own example has one (the `ph` is the SHA-256 of the text `null`).
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from local.roku_sandbox import fields, personal
from local.roku_sandbox.tables import CUSTOM_DATA, EVENT, HASHED, contents_faults, table_faults
from local.sandbox.profiles import Fault, Profile, Rule, judge

Errors = dict[str, str]

MAX_EVENTS: Final = 1_000  # Roku: "a maximum of 1000 events in this array"
MAX_AHEAD: Final = 3_600  # seconds; public reports: Roku refuses events of the future
_PAGES: Final = frozenset("em aGA aID AID aDX aGI aRI".split())
_ALL: Final = _PAGES | {"ph", "client_ip_address"}

Event = Mapping[str, Any]


def check_body(body: object, profile: Profile = "relay") -> str | None:
    """Say why a whole request body is refused, or None if its events may be looked at one by one."""
    if not isinstance(body, dict):
        return "the body must be a JSON object"
    if not isinstance(body.get("event_group_id"), str) or not body["event_group_id"]:
        return "event_group_id is required"
    found = events_of(body, profile)
    if not found:
        return "events is required and must be an array of events"
    if len(found) > MAX_EVENTS:
        return f"events must not hold more than {MAX_EVENTS} events"
    unknown = body.keys() - {"event_group_id", "events"}
    if unknown and profile in ("strict", "relay"):
        return f"unknown field: {', '.join(sorted(unknown))}"
    return None


def events_of(body: Mapping[str, Any], profile: Profile) -> list[Any]:
    """The events; in the lenient profile also those in the double brackets of Ringba's printed body."""
    found = body.get("events")
    if profile == "lenient" and isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    return found if isinstance(found, list) else []


def check_event(
    event: object, *, now: float, profile: Profile = "relay", shared: Mapping[str, Any] | None = None
) -> Errors:
    """Say for each wrong field of one event what is wrong with it; empty if Roku would take it.

    `now` is in epoch seconds; `shared` is what the body says beside its events. Fields of nested objects are named by
    their path, as in `custom_data.contents[0].price`; the three texts that Roku's page quotes are used word for word.
    """
    if not isinstance(event, dict):
        return {"event": "event must be an object"}
    return judge(rules(now, (shared or {}).get("is_hashed")), event, profile)


def rules(now: float, is_hashed: object = None) -> list[Rule]:
    """All of them. `is_hashed`: what the body says of all events."""
    usual: tuple[Profile, ...] = ("strict", "relay")
    silent: tuple[Profile, ...] = ("page", "lenient")
    hashed = partial(personal.hashed_faults, is_hashed=is_hashed)
    return [
        Rule("E1", "event_name: string, required", _name),
        Rule("E2", "event_name: the 24 names of the list", partial(_listed, fields.PAGES_NAMES), ("page", "strict")),
        Rule("E3", "public: three further names", partial(_listed, fields.EVENT_NAMES), ("lenient", "relay")),
        Rule("E4", "event_time: integer, required, epoch seconds", _time),
        Rule("E5", "public: no event of the future is taken", partial(_ahead, now), usual),
        Rule("E6", "event_type: required", _type),
        Rule("E7", "the table of event parameters: their types", partial(table_faults, EVENT, ())),
        Rule("E8", "event_source: the ten of the list", _source, usual),
        Rule("E9", "nothing that the page does not name", partial(_unknown, EVENT), usual),
        Rule(
            "U1", "one identifier of email, aGA, AID, aDX, aGI, aRI", partial(_identified, _PAGES), ("page", "strict")
        ),
        Rule("U2", "Ringba's guide: or a phone or an IP address", partial(_identified, _ALL), ("lenient", "relay")),
        Rule("U3", "the table of user data: types", personal.type_faults),
        Rule("U4", "values requiring hashing are SHA-256, and is_hashed says so", personal.digest_faults, usual),
        Rule("U5", "Ringba's guide: with is_hashed false Roku hashes a phone number itself", hashed, silent),
        Rule("U6", "ge: one of male, female, unknown", personal.gender_faults),
        Rule("U7", "a digest of nothing identifies nobody", personal.nothing_faults, usual),
        Rule("U8", "raw addresses and numbers must be normalised before being hashed", personal.clear_faults),
        Rule("U9", "st: complete name", personal.state_faults, ("page", "strict")),
        Rule("U10", "nothing that the page does not name", personal.unknown_faults, usual),
        Rule("C1", "the table of custom data: types", partial(table_faults, CUSTOM_DATA, ("custom_data",))),
        Rule("C2", "contents: id, quantity and price of each item", contents_faults),
        Rule("C3", "nothing that the page does not name", partial(_unknown_custom, CUSTOM_DATA), usual),
        Rule("C4", "a value is an amount of money", _value, ("strict",)),
    ]


def _name(event: Event) -> Iterator[Fault]:
    name = event.get("event_name")
    if name is None or name == "":
        yield "event_name", "event_name is required"
    elif not isinstance(name, str):
        yield "event_name", "event_name must be a string"


def _listed(names: frozenset[str], event: Event) -> Iterator[Fault]:
    name = event.get("event_name")
    if isinstance(name, str) and name and name not in names:
        yield "event_name", f"Invalid event name: {name}. Event name must be one of the supported values."


def _time(event: Event) -> Iterator[Fault]:
    time = event.get("event_time")
    if time is None:
        yield "event_time", "event_time is required"
    elif not isinstance(time, int) or isinstance(time, bool) or time <= 0:
        yield "event_time", "event_time must be an integer, in epoch seconds"
    elif time >= 100_000_000_000:  # as seconds the year 5138, as milliseconds March 1973
        yield "event_time", "event_time must be in epoch seconds, not in milliseconds"


def _ahead(now: float, event: Event) -> Iterator[Fault]:
    time = event.get("event_time")
    if isinstance(time, int) and time > now + MAX_AHEAD:
        yield "event_time", f"event_time must not be more than {MAX_AHEAD} seconds in the future"


def _type(event: Event) -> Iterator[Fault]:
    if event.get("event_type") is None:
        yield "event_type", "event_type is required"


def _source(event: Event) -> Iterator[Fault]:
    if "event_source" in event and event["event_source"] not in fields.EVENT_SOURCES:
        yield "event_source", f"event_source must be one of {', '.join(sorted(fields.EVENT_SOURCES))}"


def _unknown(known: Mapping[str, Any], event: Event) -> Iterator[Fault]:
    named = {*known, "event_name", "event_time", "user_data", "custom_data"}
    yield from ((field, f"{field} is not a known field") for field in event if field not in named)


def _unknown_custom(known: Mapping[str, Any], event: Event) -> Iterator[Fault]:
    custom = event.get("custom_data")
    for field in custom if isinstance(custom, dict) else ():
        if field not in known and field != "contents":
            yield f"custom_data.{field}", f"{field} is not a known field"


def _identified(enough: frozenset[str], event: Event) -> Iterator[Fault]:
    user = event.get("user_data")
    if user is not None and not isinstance(user, dict):
        return
    if not user or enough.isdisjoint(user):
        yield "user_data", "At least one user identifier is required"


def _value(event: Event) -> Iterator[Fault]:
    custom = event.get("custom_data")
    value = custom.get("value") if isinstance(custom, dict) else None
    if isinstance(value, int | float) and value < 0:
        yield "custom_data.value", "value must not be negative"


__all__ = ["HASHED", "MAX_AHEAD", "MAX_EVENTS", "Errors", "check_body", "check_event", "events_of", "rules"]
