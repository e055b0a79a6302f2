"""A mapping: what the JSON of a sender's entry, or of a ready-made file, says about posts of one form. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.values import currencies
from pipeline.values.faults import Fault
from pipeline.values.rules import quoted
from sources import fieldnames
from sources.mapped.calls_in_mappings import CallBlock, call_block
from sources.mapped.compiled_values import listed, value
from sources.mapped.conditions import Condition, conditions
from sources.mapped.paths import Path
from sources.mapped.schemes import scheme
from sources.mapped.scope import Paths, Value, known_only
from sources.signature import Scheme

# `about` and `known_by` are of the ready-made ones; whoever copies such a file need not take them out.
KNOWN = (
    "like", "json_in", "numbered", "each", "when", "set", "currency", "call", "ping", "signature", "only_200", "answer",
    "about", "known_by",
)  # fmt: skip
_NAME: fieldnames.Path = ("", "event_name")
CURRENCY: fieldnames.Path = ("custom_data", "currency")
_MOST_FIELDS = 60
# Salesforce, "Outbound Messaging: acknowledgement": anything else, and the message comes again for 24 hours.
ACKNOWLEDGEMENTS = {
    "salesforce": '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope'
    ' xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse'
    ' xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body>'
    "</soapenv:Envelope>"
}


@dataclass(frozen=True, slots=True)
class EventName:
    """Where the platform's word for the event is, what each word means, and what any other one does."""

    read: Value
    words: Mapping[str, str | None]
    other: str | None
    is_listed: bool


@dataclass(frozen=True, slots=True)
class PostMapping:
    """A compiled mapping. `fields` are in the order in which they are read: the currency first."""

    json_in: tuple[Path, ...]
    numbered: Path | None
    each: Path | None
    when: tuple[Condition, ...]
    name: EventName | None
    fields: tuple[tuple[fieldnames.Path, Value], ...]
    call: CallBlock | None
    ping: tuple[Condition, ...]
    signature: Scheme | None
    currency: str | None
    only_200: bool
    acknowledgement: str | None


def compiled(given: Any, ready: Callable[[str], dict[str, Any]]) -> PostMapping:
    """The mapping that a JSON value says; `ready` gives the ready-made ones. Raises Fault, which names the place."""
    whole = _whole(given, ready)
    paths = Paths()

    def part(name: str, make: Callable[[Any], Any], default: Any = None) -> Any:
        """What `make` gives of a part of the mapping."""
        return _at(name, make, whole[name]) if name in whole else default

    fields = _at("set", _set, whole.get("set"))
    name = next((one for target, one in fields.values() if target == _NAME), None)
    if name is None and "call" not in whole:
        raise Fault('set: event_name is missing: name it, such as {"const": "LEAD"}')
    made = [
        (target, _at(f"set.{spelled}", lambda one: value(one, paths), one))
        for spelled, (target, one) in fields.items()
        if target != _NAME
    ]
    made.sort(key=lambda pair: pair[0] != CURRENCY)
    return PostMapping(
        json_in=part("json_in", lambda one: tuple(_plain(path, paths) for path in _list(one)), ()),
        numbered=part("numbered", lambda one: _plain(one, paths)),
        each=part("each", paths.of),
        when=part("when", lambda one: conditions(one, paths), ()),
        name=None if name is None else _at("set.event_name", lambda one: _event_name(one, paths), name),
        fields=tuple(made),
        call=part("call", lambda one: call_block(one, paths)),
        ping=part("ping", lambda one: conditions(one, paths), ()),
        signature=part("signature", scheme),
        currency=part("currency", _currency),
        only_200=whole.get("only_200") is True,
        acknowledgement=part("answer", _acknowledgement),
    )


def _acknowledgement(given: Any) -> str:
    if given not in ACKNOWLEDGEMENTS:
        raise Fault(f"must be one of {', '.join(ACKNOWLEDGEMENTS)}")
    return ACKNOWLEDGEMENTS[given]


def _currency(given: Any) -> str:
    if given not in currencies.ISO_4217:
        raise Fault("must be a code of ISO 4217, such as USD")
    return str(given)


def _whole(given: Any, ready: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The mapping with what it takes from a ready-made one: by name alone, or by `like` with parts of its own."""
    if isinstance(given, str):
        return _whole(ready(given), ready)
    whole = known_only(given, KNOWN, "a mapping")
    if "like" not in whole:
        return whole
    if not isinstance(whole["like"], str):
        raise Fault("like must be the name of a ready-made mapping, such as stripe")
    base = _whole(whole["like"], ready)
    both = {**base, **whole}
    if isinstance(whole.get("set"), dict):
        own = {fieldnames.find(name) for name in whole["set"]}
        kept = {name: one for name, one in base["set"].items() if fieldnames.find(name) not in own}
        both["set"] = kept | whole["set"]
    return both


def _set(given: Any) -> dict[str, tuple[fieldnames.Path, Any]]:
    if not isinstance(given, dict) or not given:
        raise Fault('is missing: an object such as {"event_name": {"const": "LEAD"}, "email": "contact.email"}')
    if len(given) > _MOST_FIELDS:
        raise Fault(f"has {len(given)} fields; at most {_MOST_FIELDS} are taken")
    found: dict[str, tuple[fieldnames.Path, Any]] = {}
    for name, one in given.items():
        target = fieldnames.find(name)
        if target is None:
            raise Fault(str(fieldnames.unknown(name)))
        if target in (known for known, _ in found.values()):
            raise Fault(f"{quoted(name)} is a second name of {fieldnames.spelled(target)}: keep one")
        found[name] = target, one
    return found


def _event_name(given: Any, paths: Paths) -> EventName:
    if isinstance(given, dict) and "path" in given:
        known_only(given, ("path", "map", "else"), "event_name")
        words, other = listed(given.get("map", {})), given.get("else")
        for one in (*words.values(), other):
            if one is not None and not isinstance(one, str):
                raise Fault("map and else must hold event names such as PURCHASE, or null for no conversion")
        return EventName(value(given["path"], paths), words, other, "map" in given)
    return EventName(value(given, paths), {}, None, is_listed=False)


def _plain(given: Any, paths: Paths) -> Path:
    path = paths.of(given)
    if path.names is None or path.root != "element":
        raise Fault("must be names with dots between them")
    return path


def _list(given: Any) -> list[Any]:
    return [] if given is None else given if isinstance(given, list) else [given]


def _at(place: str, make: Callable[[Any], Any], given: Any) -> Any:
    """What `make` gives; its Fault with the place in the mapping."""
    try:
        return make(given)
    except Fault as fault:
        raise Fault(f"{place}: {fault}") from None
