"""A mapping for one post: of a platform that is known, else of what its names and shapes say. Pure."""

import re
from typing import Any

from relay.proposing.events import event_of
from relay.proposing.leaves import Leaf, item_lists, leaves
from relay.proposing.states import states, status_of
from relay.proposing.targets import TARGETS, Target, best, text_of
from sources.mapped import ready
from sources.mapped.conditions import conditions
from sources.mapped.paths import Post
from sources.mapped.scope import Paths, Scope

_PERSONS = TARGETS[:2]  # e-mail and phone
_OTHERS = tuple(one for one in TARGETS if one.field in ("event_id", "event_time", "custom_data.value"))
_DURATION = ("talktime", "callduration", "callduration", "durationseconds", "calldurationseconds", "billsec",
             "duration", "calllength")  # fmt: skip
_PRICE, _QUANTITY = ("price", "unitprice", "unitamount", "itemprice", "amount", "total"), ("quantity", "qty", "count")
_ITEM = ("sku", "productid", "itemid", "variantid", "id", "code", "name")


def known(whole: Any) -> str | None:
    """The ready-made mapping whose platform posts so, or None; of several the one that asks for most."""
    first = whole[0] if isinstance(whole, list) and whole else whole
    found = []
    for name in ready.names():
        asked = conditions(ready.ready(name).get("known_by", []), Paths())
        scope = Scope(Post(first), first, [])
        if asked and all(one.holds(scope) for one in asked):
            found.append((len(asked), name))
    return max(found)[1] if found else None


def proposal(whole: Any) -> dict[str, Any]:
    """A mapping by names and shapes."""
    made: dict[str, Any] = {}
    element = whole
    if isinstance(whole, list):
        element = whole[0] if whole else {}
    elif (each := _each(whole)) is not None:
        made["each"], element = each[0], each[1][0]
    found = leaves(element)
    fields, taken = _fields(found)
    status = status_of(found, taken)
    when = list(states(found, status))
    event, said = event_of(found, status)
    if when:
        made["when"] = when
    if event == "CONTACT" and (call := _call(found)):
        made["call"] = call
    made["set"] = {"event_name": said, **fields}
    if (contents := _contents(element)) is not None:
        made["set"]["custom_data.contents"] = contents
    if "custom_data.value" in fields and "custom_data.currency" not in fields:
        made["currency"] = "USD"
    return made


def _each(whole: Any) -> tuple[str, list[dict[str, Any]]] | None:
    """The list whose entries are the conversions, if the post itself says nothing of a person."""
    if not isinstance(whole, dict):
        return None
    outside = [leaf for leaf in leaves(whole) if "[0]" not in leaf.path]
    if _says(outside, _PERSONS):
        return None
    # An entry with a person and more: a person's own list of addresses has the address alone.
    entries = ((path, listed, leaves(listed[0])) for path, listed in item_lists(whole))
    return next(
        ((path, listed) for path, listed, inside in entries if _says(inside, _PERSONS) and _says(inside, _OTHERS)), None
    )


def _says(found: list[Leaf], targets: tuple[Target, ...]) -> bool:
    return any(best(target, found, {}) for target in targets)


def _fields(found: list[Leaf]) -> tuple[dict[str, Any], set[str]]:
    chosen: dict[str, Leaf] = {}
    for target in TARGETS:
        leaf = best(target, found, chosen)
        if leaf is not None:
            chosen[target.field] = leaf
    taken = {leaf.path for leaf in chosen.values()}
    return {field: _value(field, leaf, found) for field, leaf in chosen.items()}, taken


def _value(field: str, leaf: Leaf, found: list[Leaf]) -> Any:
    if field == "event_time":
        return _time(leaf)
    if field == "custom_data.value" and (_says_minor(leaf) or _is_money(leaf, found)):
        return {"path": leaf.path, "minor": True}
    return leaf.path


def _time(leaf: Leaf) -> Any:
    """The path, with the zone that its name says, and the order of a date that could be two days."""
    more: dict[str, str] = {}
    if leaf.name.endswith(("gmt", "utc")):
        more["zone"] = "UTC"
    if re.match(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", text_of(leaf.value)):
        first = int(re.findall(r"\d+", text_of(leaf.value))[0])
        more["order"] = "dmy" if first > 12 or "." in text_of(leaf.value)[:6] else "mdy"
    return {"path": leaf.path, **more} if more else leaf.path


def _says_minor(leaf: Leaf) -> bool:
    return isinstance(leaf.value, int) and any("cent" in name.lower() or "minor" in name.lower() for name in leaf.names)


def _is_money(leaf: Leaf, found: list[Leaf]) -> bool:
    """Whether it is the amount of an object of amount and currency in whole numbers, as payment services have it."""
    if not isinstance(leaf.value, int) or isinstance(leaf.value, bool) or leaf.names[-1] not in ("amount", "value"):
        return False
    near = [one for one in found if one.names[:-1] == leaf.names[:-1]]
    return any("currency" in one.name for one in near) and any("money" in name.lower() for name in leaf.names)


def _call(found: list[Leaf]) -> dict[str, Any]:
    duration = next((leaf for name in _DURATION for leaf in found if leaf.name == name), None)
    direction = next((leaf for leaf in found if leaf.name in ("direction", "calldirection")), None)
    made = {"duration": duration, "direction": direction}
    return {name: leaf.path for name, leaf in made.items() if leaf is not None}


def _contents(element: Any) -> dict[str, Any] | None:
    """The line items, if a list has ids and prices."""
    for path, listed in item_lists(element):
        inside = leaves(listed[0])
        found = {
            part: next((leaf for name in names for leaf in inside if leaf.name == name), None)
            for part, names in (("id", _ITEM), ("quantity", _QUANTITY), ("price", _PRICE))
        }
        if found["price"] is not None and (found["quantity"] is not None or found["id"] is not None):
            price = found["price"]
            of = {part: leaf.path for part, leaf in found.items() if leaf is not None}
            whole: dict[str, Any] = {
                **of,
                "price": {"path": price.path, "minor": True} if _says_minor(price) else price.path,
            }
            return {"each": path, "of": whole}
    return None
