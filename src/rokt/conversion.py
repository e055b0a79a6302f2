"""A conversion as received -> what Rokt can use of it, in neither API's form yet. Pure.

The language is the posted one, Roku's Events API, with what only Rokt knows beside it: the click id (`rtid`, or `rtid`
or `rclid` in `click_ids` or `event_source_url`), `audience_name` with `audience_membership`, and `attributes`, the
sender's own scalars. Fields that Rokt has no use for are passed over without a word: the posted language's own
destination tells of those that nobody knows.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeline.contract.destination import Invalid
from pipeline.values import field, language
from pipeline.values.rules import Warnings, fold, quoted
from pipeline.values.timestamps import event_time
from rokt import fields, person, properties, rules
from rokt.person import Person
from rokt.settings import Api, Settings

# The event name that updates an audience and counts no conversion: Rokt's own word for it.
AUDIENCE = "audiencemembershipupdate"

# Seconds that an event may lie ahead. Event API: 5 minutes, and one event too far ahead refuses the whole request. The
# Conversions API states none: an hour, as for Roku, so that both judge a conversion alike.
AHEAD: dict[Api, int] = {"conversions": 3_600, "events": 300}
# Event API: 18 months, which are 546 days at the least; less the 5 that an event may wait in the queue, and one more.
OLDEST: dict[Api, int | None] = {"conversions": None, "events": 540 * 86_400}

# The event's other fields have steps of their own.
_EVENT_RULES = field.rules(one for one in fields.EVENT if one.name in ("event_id", "rtid"))
_CLICK_RULES = field.rules(fields.CLICKS)


class Conversion(NamedTuple):
    """What happened and to whom, under Rokt's names. `seconds` is epoch seconds."""

    name: str
    event_id: str | None
    seconds: int
    who: Person
    rtid: str | None
    purchase: Mapping[str, Any]
    attributes: Mapping[str, Any]
    audience: tuple[str, bool] | None


def is_audience_update(name: object) -> bool:
    """Whether the event name means AUDIENCE, however it is written: as a conversion it would be counted."""
    if not isinstance(name, str) or len(name) < len(AUDIENCE):
        return False
    return re.sub("[^a-z]", "", name[:100].lower()) == AUDIENCE


def read(conversion: Mapping[str, Any], *, now: float, settings: Settings) -> tuple[Conversion, Warnings] | Invalid:
    """Return the facts and the warnings, or the errors by field. Never raises. `now` is epoch seconds."""
    warnings: Warnings = []
    errors: dict[str, str] = {}
    name = _event_name(conversion.get("event_name"), errors)
    seconds = _event_time(conversion.get("event_time"), now, settings.api, errors, warnings)
    top = rules.taken(_EVENT_RULES, conversion, "", warnings)
    user = _object(conversion, "user_data", warnings)
    who = person.read(user, now=now, settings=settings, warnings=warnings)
    custom = _object(conversion, "custom_data", warnings)
    purchase, currency_fault = properties.purchase(custom, warnings)
    attributes = properties.attributes(custom, _object(conversion, "attributes", warnings), currency_fault, warnings)
    audience = properties.audience(conversion, custom, warnings)
    if name == AUDIENCE and audience is None:
        errors["audience_name"] = f"is required with audience_membership, true or false, for {AUDIENCE}"
    if errors or name is None or seconds is None:
        return Invalid(errors, warnings)
    facts = Conversion(
        name=name,
        event_id=top.get("event_id"),
        seconds=seconds,
        who=who,
        rtid=click_id(conversion, top.get("rtid"), warnings),
        purchase=purchase,
        attributes=attributes,
        audience=audience,
    )
    return facts, warnings


def _object(conversion: Mapping[str, Any], name: str, warnings: Warnings) -> Mapping[str, Any]:
    value = conversion.get(name)
    if value is not None and not isinstance(value, dict):
        warnings.append((name, "dropped: must be an object"))
    return value if isinstance(value, dict) else {}


def _event_name(value: object, errors: dict[str, str]) -> str | None:
    notes: list[str] = []
    name = rules.event_name(value, notes) if value is not None else None
    if name is None:
        errors["event_name"] = notes[0] if notes else "is required: for example PURCHASE, LEAD or CONTACT"
        return None
    if is_audience_update(name):
        return AUDIENCE
    chosen = listed_name(name)
    if chosen is None:
        errors["event_name"] = (
            f"{quoted(name)} is nearly {language.mistyped(name)}, and would be a conversion type of its own: write it"
            " so, or choose a name that is not like it"
        )
    return chosen


def listed_name(name: str) -> str | None:
    """The name of the conversion type: a listed one in its own spelling, a sender's own; None for a slip of the pen."""
    listed = language.event_names().get(fold(name))
    return listed or (None if language.mistyped(name) else name)


def _event_time(value: object, now: float, api: Api, errors: dict[str, str], warnings: Warnings) -> int | None:
    seconds, oldest = event_time(value, now, ahead=AHEAD[api], errors=errors, warnings=warnings), OLDEST[api]
    if seconds is not None and oldest is not None and seconds < now - oldest:
        errors["event_time"] = f"is more than {oldest // 86_400} days ago, nearly 18 months, which Rokt refuses"
        return None
    return seconds


def click_id(conversion: Mapping[str, Any], given: str | None, warnings: Warnings) -> str | None:
    """Rokt's click id: the one `given` as `rtid`, else one of `click_ids`, else one in `event_source_url`."""
    clicks: dict[str, str] = {}
    if conversion.get("click_ids") is not None:
        among = _object(conversion, "click_ids", warnings)
        clicks = rules.taken(_CLICK_RULES, among, "click_ids.", warnings)
    known = given or clicks.get("rtid") or clicks.get("rclid")
    return known or rules.rtid_in(conversion.get("event_source_url"))
