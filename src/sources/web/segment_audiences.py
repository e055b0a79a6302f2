"""What a Segment call says for Rokt: audiences, the click id, attributes of the sender's own. Pure.

Contract: Segment's page «Rokt Conversions API (Actions) Destination» (`audience_name`, `audience_membership`), its page
«Using Engage Data» (an audience's calls), and what the Rokt Browser Plugin writes into a call's `integrations`.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.consent.keys import key_of
from sources.values import as_object, first, present

# The event name of a call that updates an audience and is nothing else.
AUDIENCE_UPDATE = "audiencemembershipupdate"

# Engage computes traits too (`trait`): they make nobody a member of anything.
_AUDIENCES = ("audience", "journey_step")
# The plugin's name for its destination, and the one in Segment's catalogue.
_DESTINATIONS = ("Rokt Conversions API", "Rokt Conversions API (Actions)")
# Properties that have a place of their own in a conversion, and those of «Spec: B2B SaaS» that tell who a person is.
_PLACED = frozenset(
    "event_id order_id total revenue value currency name category query products product_id sku price quantity opt_out"
    " email phone first_name last_name firstName lastName gender birthday address username title audience_name"
    " audience_membership audience_key rtid rclid".split()
)


def membership(call: Mapping[str, Any]) -> dict[str, Any]:
    """`audience_name` and `audience_membership`, by Engage or by properties or traits of that name; or nothing.

    Engage's audience is a property or trait of its own name that is true or false.
    """
    told = as_object(call.get("properties")), as_object(call.get("traits"))
    engage = as_object(as_object(call.get("context")).get("personas"))
    if engage.get("computation_class") in _AUDIENCES:
        for key in (engage.get("computation_key"), told[0].get("audience_key")):
            for fields in told:
                if isinstance(key, str) and isinstance(fields.get(key), bool):
                    return {"audience_name": key, "audience_membership": fields[key]}
    both = {name: first(*(fields.get(name) for fields in told)) for name in ("audience_name", "audience_membership")}
    return {} if None in both.values() else both


def click_id(call: Mapping[str, Any]) -> Any:
    """The click id that Rokt's plugin kept since the visitor came, else a property of that name."""
    properties = as_object(call.get("properties"))
    written = [
        as_object(as_object(place.get("integrations")).get(name)).get("rtid")
        for place in (call, as_object(call.get("context")))
        for name in _DESTINATIONS
    ]
    return first(*written, properties.get("rtid"), properties.get("rclid"))


def attributes(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that have no place of their own and are text, a number, true or false."""
    own = {name: value for name, value in properties.items() if name not in _PLACED and key_of(name) is None}
    return present({name: value for name, value in own.items() if isinstance(value, str | int | float)})
