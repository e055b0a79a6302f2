"""A conversion as received -> what Rokt can use of it, in neither API's form yet. Pure.

The language is the posted one, Roku's Events API, with what only Rokt knows beside it: the click id (`rtid`, or `rtid`
or `rclid` in `click_ids` or `event_source_url`), `audience_name` with `audience_membership`, `conversion_type`, and the
sender's own `attributes` of the conversion and `user_attributes` of the person. Fields that Rokt has no use for are
passed over without a word: the posted language's own destination tells about those that nobody knows.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline.contract.destination import Invalid
from pipeline.values import field, language, persons, places
from pipeline.values.rules import Rule, Warnings, fold, quoted
from pipeline.values.timestamps import event_time
from rokt import fields, properties, rules, updates
from rokt.form import Form
from rokt.settings import Settings

# The event's other fields have steps of their own.
_EVENT_RULES = field.rules(one for one in fields.EVENT if one.name in ("event_id", "rtid", "conversion_type"))
_FRACTION = re.compile(r":\d\d[.,](\d{1,9})").search
_MILLISECONDS = range(10**11, 10**14)  # epoch milliseconds from 1973 to 5138
_CLICK_RULES = field.rules(fields.CLICKS)
_HINT = "data_processing_country"


class Conversion(NamedTuple):
    """What happened and to whom, under Rokt's names.

    `posted` is the event name as posted, `name` the type of the conversion, or the update that it is. `seconds` is
    epoch seconds, `millis` what of the time is beyond them. `who` is the person in the order of the table of fields;
    `own` are the sender's own attributes of the person.
    """

    name: str
    posted: str
    event_id: str | None
    seconds: int
    millis: int
    who: Mapping[str, str]
    rtid: str | None
    purchase: Mapping[str, Any]
    attributes: Mapping[str, Any]
    own: Mapping[str, Any]
    audience: tuple[str, bool] | None


def read(
    conversion: Mapping[str, Any], *, now: float, settings: Settings, country: str | None = None
) -> tuple[Conversion, Warnings] | Invalid:
    """Return the facts and the warnings, or the errors by field. Never raises.

    `now` is epoch seconds; `country` that of a record which names none.
    """
    warnings: Warnings = []
    errors: dict[str, str] = {}
    name = _event_name(conversion.get("event_name"), errors)
    seconds = _event_time(conversion.get("event_time"), now, settings.form, errors, warnings)
    top = rules.taken(_EVENT_RULES, conversion, "", warnings)
    user = _object(conversion, "user_data", warnings)
    stated = country_of(conversion, user) or country
    who = rules.taken(rules_for(settings, persons.year(now), stated), user, "user_data.", warnings)
    custom = _object(conversion, "custom_data", warnings)
    purchase, currency_fault = properties.purchase(custom, warnings)
    attributes = properties.attributes(custom, _object(conversion, "attributes", warnings), currency_fault, warnings)
    own = properties.of_person(_object(conversion, "user_attributes", warnings), warnings)
    audience = properties.audience(conversion, custom, warnings)
    if name == updates.AUDIENCE and audience is None:
        errors["audience_name"] = f"is required with audience_membership, true or false, for {name}"
    if name == updates.ATTRIBUTES and not own:
        errors["user_attributes"] = f"is required with at least one usable attribute for {name}"
    if errors or name is None or seconds is None:
        return Invalid(errors, warnings)
    facts = Conversion(
        name=typed(name, top.get("conversion_type") or rules.event_name(conversion["event_name"], []), settings),
        posted=name,
        event_id=top.get("event_id"),
        seconds=seconds,
        millis=millis(conversion.get("event_time")),
        who=fields.at_rokt(who),
        rtid=click_id(conversion, top.get("rtid"), warnings),
        purchase=purchase,
        attributes=attributes,
        own=own,
        audience=None if name == updates.ATTRIBUTES else audience,
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
    if (update := updates.update_of(name)) is not None:
        return update
    chosen = listed_name(name)
    if chosen is None:
        errors["event_name"] = (
            f"{quoted(name)} is nearly {language.mistyped(name)}, and would be a conversion type of its own: write it"
            " so, or choose a name that is not like it"
        )
    return chosen


@lru_cache(maxsize=4_096)
def listed_name(name: str) -> str | None:
    """The name of the conversion type: a listed one in its own spelling, a sender's own; None for a typo."""
    listed = language.event_names().get(fold(name))
    return listed or (None if language.mistyped(name) else name)


def typed(name: str, own: str | None, settings: Settings) -> str:
    """The conversion type: the sender's own word for the event, if there is one and the stack sends it."""
    if own is None or settings.conversion_types != "own" or name in updates.NAMES or updates.update_of(own):
        return name
    return own


@lru_cache(maxsize=64)
def rules_for(settings: Settings, year: int, country: str | None) -> dict[str, Rule]:
    """The rule of each field of a person; `country` is that of the record, and nobody is born after `year`."""
    return field.rules(fields.user(settings, year, country))


def country_of(conversion: Mapping[str, Any], user: Mapping[str, Any]) -> str | None:
    """The country that the record names of itself: for its phone numbers, else the person's."""
    return places.first_country(*(part.get(_HINT) for part in (user, conversion)), user.get("country"))


def millis(value: object) -> int:
    """The milliseconds beyond the whole second of a time that can be read: Rokt takes them."""
    if isinstance(value, str):
        found = _FRACTION(value[:100])
        value = int(value) if value.isdigit() and len(value) < 15 else value
        if found is not None:
            return int(found[1].ljust(3, "0")[:3])
    if isinstance(value, float) and value < _MILLISECONDS[0]:
        return int(value % 1 * 1_000)
    return int(value % 1_000) if isinstance(value, int) and value in _MILLISECONDS else 0


def _event_time(value: object, now: float, form: Form, errors: dict[str, str], warnings: Warnings) -> int | None:
    seconds, oldest = event_time(value, now, ahead=form.ahead, errors=errors, warnings=warnings), form.oldest
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
