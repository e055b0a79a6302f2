"""What a Segment call says for Rokt: updates of a person, the click id, attributes of the sender's own. Pure.

Contract: Segment's page "Rokt Conversions API (Actions) Destination" (`audience_name`, `audience_membership`), its page
"Using Engage Data" (an audience's calls), and what the Rokt Browser Plugin writes into a call's `integrations`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.consent.keys import key_of
from pipeline.values.personal import holds_email, holds_number
from sources.values import as_object, first, present

# The event names of calls that update a person and are nothing else.
AUDIENCE_UPDATE, ATTRIBUTES_UPDATE = "audiencemembershipupdate", "userattributesupdate"

_AUDIENCES, _TRAIT = ("audience", "journey_step"), "trait"
_LONGEST_NAME = 128  # of an event that nobody mapped
_OF_AUDIENCE = ("audience_name", "audience_membership")
# The plugin's name for its destination, and the one in Segment's catalogue.
_DESTINATIONS = ("Rokt Conversions API", "Rokt Conversions API (Actions)")
# Properties that have a place of their own in a conversion, and those of "Spec: B2B SaaS" that tell who a person is.
_PLACED = frozenset(
    "event_id order_id currency name products sku quantity opt_out email phone first_name last_name firstName lastName"
    " gender birthday address username title audience_name audience_membership audience_key trait_key rtid"
    " rclid".split()
)
# Traits of "Spec: Identify" that tell who a person is.
_WHO = _PLACED | frozenset("avatar company country createdAt description id website".split())


def is_update(name: str) -> bool:
    """Whether the event name is one of an update of a person."""
    return name in (AUDIENCE_UPDATE, ATTRIBUTES_UPDATE)


def free_name(event: str) -> str | None:
    """The name of an event that nobody mapped, if it can be a conversion's."""
    return event if 0 < len(event) <= _LONGEST_NAME and not holds_email(event) and not holds_number(event) else None


def update(call: Mapping[str, Any]) -> dict[str, Any]:
    """What the call changes of a person, with the name of such an update; nothing if it changes nothing.

    By Engage, or by properties or traits called `audience_name` and `audience_membership`.
    """
    told = as_object(call.get("properties")), as_object(call.get("traits"))
    engage = as_object(as_object(call.get("context")).get("personas"))
    kind, key = engage.get("computation_class"), engage.get("computation_key")
    keys = [name for name in (key, told[0].get("audience_key"), told[0].get("trait_key")) if isinstance(name, str)]
    joins = (_of_engage(keys, told) if kind in _AUDIENCES else None) or _said(told)
    if joins is not None:
        return {"event_name": AUDIENCE_UPDATE, **joins}
    computed = present({name: first(*(one.get(name) for one in told)) for name in keys}) if kind == _TRAIT else {}
    return {"event_name": ATTRIBUTES_UPDATE, "user_attributes": of_person(call) | computed} if computed else {}


def _of_engage(keys: Sequence[str], told: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Engage's audience: the property or trait of its own name, true or false."""
    for key in keys:
        for fields in told:
            if isinstance(fields.get(key), bool):
                return {"audience_name": key, "audience_membership": fields[key]}
    return None


def _said(told: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    said = {name: first(*(fields.get(name) for fields in told)) for name in _OF_AUDIENCE}
    return None if None in said.values() else said


def of_person(call: Mapping[str, Any]) -> dict[str, Any]:
    """The traits that have no place of their own, and are scalars or arrays."""
    traits = as_object(as_object(call.get("context")).get("traits")) | as_object(call.get("traits"))
    own = _without(traits, _WHO | {_of_engages_audience(call)})
    return present({name: value for name, value in own.items() if isinstance(value, str | int | float | list)})


def _of_engages_audience(call: Mapping[str, Any]) -> str | None:
    """The name of the property or trait that says whether the person is in Engage's audience."""
    engage = as_object(as_object(call.get("context")).get("personas"))
    key = engage.get("computation_key") if engage.get("computation_class") in _AUDIENCES else None
    return key if isinstance(key, str) else None


def _without(fields: Mapping[str, Any], placed: frozenset[str | None]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in placed and key_of(name) is None}


def click_id(call: Mapping[str, Any]) -> Any:
    """The click id that Rokt's plugin kept since the visitor came, else a property of that name."""
    properties = as_object(call.get("properties"))
    written = [
        as_object(as_object(place.get("integrations")).get(name)).get("rtid")
        for place in (call, as_object(call.get("context")))
        for name in _DESTINATIONS
    ]
    traits = as_object(call.get("traits"))
    return first(*written, traits.get("rtid"), properties.get("rtid"), properties.get("rclid"))


def attributes(call: Mapping[str, Any], amount: str | None) -> dict[str, Any]:
    """The properties that have no place of their own and are text, a number, true or false.

    `amount` is the property that is the conversion's value.
    """
    own = _without(as_object(call.get("properties")), _PLACED | {amount, _of_engages_audience(call)})
    return present({name: value for name, value in own.items() if isinstance(value, str | int | float)})
