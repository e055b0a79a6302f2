"""Where consent is said: every object of what was posted, the request's query and headers. Pure.

The whole of what was posted is walked once, whatever platform it is of: senders put their consent tool's words wherever
their own schema has room. Time grows with the bytes posted and with nothing else.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.consent import flags
from pipeline.consent.consent_mode import state
from pipeline.consent.keys import (
    CONTAINER,
    NO_SIGNAL,
    NOT_LOOKED_INTO,
    ORDINARY,
    ORDINARY_OR_SECTIONS,
    PAGES,
    PURPOSES,
    SECTIONS,
    SOLD,
    Key,
    key_of,
    may_tell,
)
from pipeline.consent.readings import Reading, Said, fold_name, unwrapped
from pipeline.consent.settings import Consent
from pipeline.values import limits

Found = dict[str, list[Said]]

_DEEPEST = 16  # objects within objects; what senders post has five
# Fields of one family that are read; more of them limit. Of GPP an app's storage may have one for each section.
MOST, _MOST_OF_GPP = 12, 40
# What is found besides families: that fields were left over, that some say nothing, addresses of pages.
TOO_MANY, SILENT, ADDRESSES = "too many", "silent", "addresses"
_PLAIN = Consent()
_LONGITUDE = frozenset("lng lon long longitude".split())
_STATES = frozenset({"ad_storage", "ad_user_data", "ad_personalization", "analytics_storage"})


def add(found: Found, family: str, said: Said) -> None:
    """Keep one field for its family, if there is room."""
    kept = found.setdefault(family, [])
    if len(kept) < (_MOST_OF_GPP if family == "gpp" else MOST):
        kept.append(said)
    else:
        found.setdefault(TOO_MANY, [said])


def is_ordinary(conversion: Mapping[str, Any]) -> bool:
    """Whether a glance tells that a conversion says nothing of consent, as it does of nearly all."""
    address = conversion.get("event_source_url")
    if isinstance(address, str) and may_tell(address):
        return False
    if not ORDINARY_OR_SECTIONS.issuperset(conversion):
        return False
    for section in SECTIONS:
        part = conversion.get(section, {})
        if not isinstance(part, dict) or not ORDINARY.issuperset(part):
            return False
    return True


def look(value: Any, found: Found, *, default: bool = False, depth: int = 0) -> None:
    """Gather the signals of everything within a value that was posted."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        _look_into(value, found, default=default, depth=depth)
    elif isinstance(value, list):
        if len(value) == 3 and value[0] == "consent":  # a command of Google's tag
            default = value[1] == "default"
        for one in value:
            if isinstance(one, dict | list):
                look(one, found, default=default, depth=depth + 1)


def _look_into(node: dict[str, Any], found: Found, *, default: bool, depth: int) -> None:
    if node.get("0") == "consent":  # the same command, as an object
        default = node.get("1") == "default"
    for name, value in (*_pair(node), *node.items()):
        key = key_of(name)
        if key is not None:
            _say(key, name, value, node, found, default=default, depth=depth)
        elif isinstance(value, dict | list):
            if fold_name(name[: limits.FIELD_NAME]) not in NOT_LOOKED_INTO:
                look(value, found, default=default or name == "default", depth=depth + 1)
        elif isinstance(value, str) and "?" in value and fold_name(name[: limits.FIELD_NAME]) in PAGES:
            _keep_address(name, value, found)


def _pair(node: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The field that an attribute of a shop's cart is: {"name": ..., "value": ...}."""
    name = node.get("name", node.get("key")) if "value" in node else None
    return ((name, node["value"]),) if isinstance(name, str) and key_of(name) is not None else ()


def _keep_address(name: str, value: str, found: Found) -> None:
    kept = found.setdefault(ADDRESSES, []) if len(value) <= limits.URL and may_tell(value) else None
    if kept is not None and len(kept) < MOST:
        kept.append(Said("address", name, value))


def _say(key: Key, name: str, value: Any, node: Mapping[str, Any], found: Found, *, default: bool, depth: int) -> None:
    """Put one field where its family finds it."""
    if _means_another_thing(key, node):
        return
    if key is NO_SIGNAL:
        found.setdefault(SILENT, [])
        return
    if key is CONTAINER:
        _contained(name, unwrapped(value), found, default=default, depth=depth)
    elif key is PURPOSES:
        _purposes(name, unwrapped(value), found, depth=depth)
    elif key is SOLD:
        _sold(name, unwrapped(value), found)
    else:
        add(found, key.family, Said(key.kind, name, value, default))
        if isinstance(value, dict) and key.kind in ("perhaps", "policy", "region"):
            look(value, found, default=default, depth=depth + 1)


def _means_another_thing(key: Key, node: Mapping[str, Any]) -> bool:
    """Whether the name is that of a latitude, or of the region where somebody lives."""
    if key.kind == "perhaps_limit":
        return not _LONGITUDE.isdisjoint(map(str.lower, node))
    return key.kind == "region" and _STATES.isdisjoint(node)


def _contained(name: str, value: Any, found: Found, *, default: bool, depth: int) -> None:
    """What a consent tool's object holds: known fields, and categories. Or the one word, or string, that it is."""
    if isinstance(value, dict):
        look(value, found, default=default, depth=depth + 1)
        rest = {
            inner: choice
            for inner, choice in value.items()
            if key_of(inner) is None and state(choice) in (Reading.ALLOWED, Reading.REFUSED)
        }
        if rest:
            add(found, "categories", Said("preferences", name, rest))
    elif isinstance(value, list):
        look(value, found, default=default, depth=depth + 1)
    else:
        family, kind = _form(value)
        add(found, family, Said(kind, name, value))


def _form(value: Any) -> tuple[str, str]:
    """What a consent field that is not an object holds, by its first letters."""
    text = value.strip(", ")[:5] if isinstance(value, str) else ""
    if state(value) is not Reading.UNREADABLE:
        return "flags", "allowed"
    if text[:2] == "C0":
        return "categories", "approved"
    if len(text) > 3 and text[0] in "CD1":
        return ("tcf" if text[0] == "C" else "gpp"), "string"
    return "flags", "allowed"


def _purposes(name: str, value: Any, found: Found, *, depth: int) -> None:
    """`gdpr` is a flag, or mParticle's object of purposes."""
    if isinstance(value, dict):
        look(value, found, depth=depth + 1)
        rest = {inner: choice for inner, choice in value.items() if key_of(inner) is None}
        if rest:
            add(found, "categories", Said("european_preferences", name, rest))
    else:
        add(found, "tcf", Said("applies", name, value))


def _sold(name: str, value: Any, found: Found) -> None:
    """mParticle's `data_sale_opt_out`, in which `consented` means consent to the opt-out."""
    if isinstance(value, dict):
        value = value.get("consented", value.get("Consented"))
    add(found, "flags", Said("opt_out", name, value))


def without(node: dict[str, Any]) -> dict[str, Any]:
    """A copy without the fields that say something of consent: what is left, a destination's rules judge."""
    kept = {}
    for name, value in node.items():
        key = key_of(name)
        if key is not None and _is_one(key, name, value, node):
            continue
        if isinstance(value, dict) and value:
            value = without(value)  # noqa: PLW2901 - the copy is the value from here on
            if not value:
                continue
        kept[name] = value
    return kept


def _is_one(key: Key, name: str, value: Any, node: Mapping[str, Any]) -> bool:
    """Whether the field is taken out: not if its name is another thing's here."""
    if _means_another_thing(key, node) or key.kind in ("policy", "dma"):
        return False
    if key.kind in flags.PERHAPS:
        return next(flags.read([Said(key.kind, name, value)], _PLAIN), None) is not None
    return True
