"""What was bought, what the sender adds of its own, and audiences: `custom_data` and its neighbours. Pure."""

from collections.abc import Mapping
from typing import Any

from pipeline.values import field, language, money, texts
from pipeline.values.rules import Warnings
from rokt import rules
from rokt.fields import AUDIENCE, CUSTOM, at_rokt

_MOST_ATTRIBUTES = 100

# What the form of the event itself fills: an attribute of the sender's may not replace it.
_OF_PERSON = frozenset(
    "rtid rclid passbackconversiontrackingid other other2 customerid ipaddress gender city state country emailsha256"
    " firstnamesha256 lastnamesha256 mobilesha256 billingzipcode billingzipsha256".split()
)
_FILLED = _OF_PERSON | frozenset(
    "conversiontype confirmationref amount currency quantity productname sku event_id audience_name"
    " audience_membership".split()
)
_TRANSACTION = "transactionid"  # the Event API drops repeats of it

_RULES = field.rules(CUSTOM)
_AUDIENCE = field.rules(AUDIENCE)
_PLACED = _FILLED | _RULES.keys()


def purchase(custom: Mapping[str, Any], warnings: Warnings) -> tuple[dict[str, Any], bool]:
    """The fields of the purchase under Rokt's names, and whether its currency is one that nobody knows."""
    start = len(warnings)
    kept = rules.taken(_RULES, money.settled(custom, warnings), "custom_data.", warnings)
    fault = "currency" not in kept and any(field == "custom_data.currency" for field, _ in warnings[start:])
    if fault and kept.pop("value", None) is not None:
        # A wrong amount is worse than none.
        warnings.append(("custom_data.value", "dropped: its currency is not known"))
    return bought(kept, custom), fault


def bought(kept: Mapping[str, Any], custom: Mapping[str, Any]) -> dict[str, Any]:
    """What these finished values, and the posted `custom_data` whose products they describe, are to Rokt."""
    sku = _sku(custom)
    return at_rokt(kept) if sku is None else at_rokt(kept) | {"sku": sku}


def _sku(custom: Mapping[str, Any]) -> str | None:
    """The identifier of the only product; Rokt takes only one."""
    products = custom.get("content_ids") or custom.get("contents")
    products = products if isinstance(products, list) else [products]
    only = products[0] if len(products) == 1 else None
    if isinstance(only, dict):
        only = only.get("id")
    return texts.reference(only, []) if isinstance(only, str | int) and not isinstance(only, bool) else None


def attributes(
    custom: Mapping[str, Any], own: Mapping[str, Any], currency_fault: bool, warnings: Warnings
) -> dict[str, Any]:
    """The sender's own attributes: those of `attributes`, and of custom_data what has no place of its own."""
    kept: dict[str, Any] = {}
    left_out = 0
    for path, name, value in _given(custom, own):
        if name in kept:
            continue
        if len(kept) == _MOST_ATTRIBUTES:
            left_out += 1
            continue
        notes: list[str] = []
        clean = _attribute(name, value, currency_fault, notes)
        if clean is not None:
            kept[name] = clean
        warnings += [(path + name[:100], ("dropped: " if clean is None else "") + note) for note in notes]
    if left_out:
        warnings.append(("attributes", f"dropped: {left_out} more than the {_MOST_ATTRIBUTES} that are sent"))
    return kept


def _given(custom: Mapping[str, Any], own: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """Where each attribute was, its name and its value."""
    if not own and custom.keys() <= _PLACED:  # as nearly all
        return []
    given = [("attributes.", name, value) for name, value in own.items() if value is not None]
    others = ((name, value) for name, value in custom.items() if name not in _PLACED)
    return given + [("custom_data.", name, value) for name, value in others if value is not None]


def _attribute(name: str, value: Any, currency_fault: bool, notes: list[str]) -> Any:
    """The attribute as it is sent; None, with a note, if it is not."""
    fault = rules.fault_of_name(name)
    if name.lower() in _FILLED:
        fault = "is filled from the conversion's own fields: send it there"
    elif currency_fault and name in language.amounts():
        fault = "its currency is not known"
    if fault is not None:
        notes.append(fault)
        return None
    read = rules.reference if name == _TRANSACTION and isinstance(value, str) else rules.attribute
    return read(value, notes)


def of_person(given: Mapping[str, Any], warnings: Warnings) -> dict[str, Any]:
    """The sender's own attributes of the person, each one scalar or several."""
    kept: dict[str, Any] = {}
    for name, value in list(given.items())[:_MOST_ATTRIBUTES]:
        notes: list[str] = []
        fault = rules.fault_of_name(name)
        if name.lower() in _OF_PERSON:
            fault = "is filled from user_data: send it there"
        clean = _scalars(value, notes) if fault is None and value is not None else None
        notes += [fault] if fault is not None else []
        if clean is not None:
            kept[name] = clean
        warnings += [(f"user_attributes.{name[:100]}", ("dropped: " if clean is None else "") + note) for note in notes]
    if len(given) > _MOST_ATTRIBUTES:
        left_out = len(given) - _MOST_ATTRIBUTES
        warnings.append(("user_attributes", f"dropped: {left_out} more than the {_MOST_ATTRIBUTES} that are sent"))
    return kept


def _scalars(value: Any, notes: list[str]) -> Any:
    if not isinstance(value, list):
        return rules.attribute(value, notes)
    return [clean for one in value[:_MOST_ATTRIBUTES] if (clean := rules.attribute(one, notes)) is not None] or None


def audience(conversion: Mapping[str, Any], custom: Mapping[str, Any], warnings: Warnings) -> tuple[str, bool] | None:
    """The audience's name and whether the person joins it (or leaves it)."""
    path, source = "", conversion
    if "audience_name" not in conversion and "audience_membership" not in conversion:
        path, source = "custom_data.", custom  # where senders of Segment's language have their properties
    kept = rules.taken(_AUDIENCE, source, path, warnings)
    if len(kept) == 2:
        return kept["audience_name"], kept["audience_membership"]
    if kept:
        (missing,) = {"audience_name", "audience_membership"} - kept.keys()
        warnings.append((path + next(iter(kept)), f"dropped: an audience update needs {missing} too"))
    return None
