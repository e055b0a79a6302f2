"""The text of the sender keys secret -> senders, and what is wrong with the rest. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

from pydantic_core import SchemaValidator, ValidationError
from pydantic_core import core_schema as cs

from pipeline.consent import settings as consent
from pipeline.intake.senders import Sender, SourceSettings
from pipeline.values import places
from pipeline.values.currencies import ISO_4217
from pipeline.values.faults import Fault
from pipeline.values.json_objects import json_object
from pipeline.values.moments import zone_of

# Of the one source that is called by several addresses: webhook/NAME, in small letters as an address is compared.
_NAMED = re.compile(r"webhook/[a-z0-9][a-z0-9_-]{0,59}").fullmatch
_NAMES = frozenset(one.name for kind in (Sender, SourceSettings, consent.Consent) for one in fields(kind))


# What follows quotes the sender's own words, which no log may hold.
WRONG_MAP = "has a wrong map: "
# What a source makes of a sender's settings that only it understands. Raises Fault.
Understanding = Callable[[str, SourceSettings], Any]


def read_senders(
    secret: str, sources: Mapping[str, bool], understand: Understanding = lambda _, __: None
) -> tuple[list[Sender], list[str]]:
    """The senders of the secret, and what is wrong with the entries or settings left out (no key is quoted).

    The secret is a JSON object: sender name -> key, or -> an object with the fields of Sender. `sources` are the names
    of all sources, each with whether it checks signatures; `understand` reads what only a source understands. A sender
    with unusable settings stays known, so that its posts can be answered with what is wrong.
    """
    entries = json_object(secret)
    if entries is None:
        return [], ["the sender keys secret is not a JSON object of sender name -> key"]
    senders: dict[bytes, Sender] = {}
    faults: list[str] = []
    for place, (name, entry) in enumerate(entries.items(), 1):
        given = {"key": entry} if isinstance(entry, str) else entry
        left_out = f"entry {place} of the sender keys secret is left out: "
        try:
            read = _schema().validate_python({**given, "name": name} if isinstance(given, dict) else given)
        except ValidationError as error:
            faults.append(f"{left_out}wrong {_wrong(error)}")
            continue
        sender, unusable = _sender(read, sources, understand)
        digest = sender.digest()
        if digest is None:
            faults.append(left_out + "it has neither key nor sha256")
        elif senders.setdefault(digest, sender) is not sender:
            faults.append(left_out + "an entry before it has the same key")
        else:
            faults += [f"entry {place} of the sender keys secret: sources: {fault}" for fault in unusable]
    return list(senders.values()), faults


def _wrong(error: ValidationError) -> str:
    """The fields that are wrong. Only names that are ours: a key may have been pasted in the place of one."""
    named = {".".join(name for name in map(str, one["loc"]) if name in _NAMES) for one in error.errors()} - {""}
    return ", ".join(sorted(named)) or "form"


def _sender(entry: dict[str, Any], sources: Mapping[str, bool], understand: Understanding) -> tuple[Sender, list[str]]:
    """The sender of a valid entry, and what is wrong with the settings of its sources."""
    usable: dict[str, SourceSettings] = {}
    faults: list[str] = []
    unread: list[str] = []
    signs = False
    for name, given in entry.pop("sources", {}).items():
        signed = isinstance(given, dict) and given.get("signature_secret") is not None
        signs = signs or signed
        base = name.partition("/")[0]
        known = base if base in sources and (base == name or _NAMED(name)) else "a name"
        try:
            _check(known, sources, signed=signed)
            settings = SourceSettings(**_settings_schema().validate_python(given))
            usable[name] = replace(settings, understood=understand(name, settings))
        except ValidationError as error:
            faults.append(f"{known} has a wrong {_wrong(error)}")
            unread.append(known)
        except Fault as fault:
            faults.append(f"{known} {fault}")
            unread.append(known)
    return Sender(**entry, sources=usable, unread=tuple(unread), signs=signs), faults


def _check(known: str, sources: Mapping[str, bool], *, signed: bool) -> None:
    """Raises Fault for settings that no source has."""
    if known not in sources:
        raise Fault(f"is not a source: it must be one of {', '.join(sources)}")
    if signed and not sources[known]:
        raise Fault("has a signature_secret, but its posts are not signed: take it out")


@cache
def _schema() -> SchemaValidator:
    """Pydantic's core alone: its models would add 65 ms to a cold start."""
    texts = cs.tuple_variable_schema(cs.str_schema())
    text = cs.nullable_schema(cs.str_schema())
    kinds = {
        # With {1,64} each of 64 places would hold all letters there are, which takes 20 ms to build.
        "name": cs.str_schema(pattern=r"^[\w .@-]+$", max_length=64),
        "key": cs.nullable_schema(cs.str_schema(min_length=8)),
        "sha256": cs.nullable_schema(cs.str_schema(pattern="^[0-9a-fA-F]{64}$")),
        "event_groups": texts,
        "event_names": cs.tuple_variable_schema(cs.str_schema(pattern=r"^\*$|\w", max_length=128)),
        "default_event_group": text,
        "country": cs.nullable_schema(cs.no_info_after_validator_function(_country, cs.str_schema())),
        "browser": cs.bool_schema(),
        # null is what a sandboxed frame sends, such as that of Shopify's pixels.
        "origins": cs.tuple_variable_schema(cs.str_schema(pattern=r"^(null|https?://[^/\s*]+/?)$")),
        "consent": consent.schema(),
        "time_zone": cs.nullable_schema(cs.no_info_after_validator_function(_zone, cs.str_schema(max_length=60))),
        "date_order": cs.nullable_schema(cs.literal_schema(["mdy", "dmy"])),
        "amounts_in": cs.nullable_schema(cs.literal_schema(["minor_units", "decimal_comma"])),
        "sources": cs.dict_schema(cs.str_schema(), cs.any_schema()),
    }
    return SchemaValidator(_fields(kinds))


@cache
def _settings_schema() -> SchemaValidator:
    word = cs.nullable_schema(cs.str_schema(min_length=1))
    kinds = {
        "event_group": word,
        "event_names": cs.dict_schema(cs.str_schema(), word),
        "minimum_duration": cs.nullable_schema(cs.float_schema(ge=0, allow_inf_nan=False)),
        "answered_only": cs.bool_schema(),
        "first_calls_only": cs.bool_schema(),
        "value_field": word,
        "columns": cs.dict_schema(cs.str_schema(min_length=1), cs.str_schema(min_length=1)),
        "currency": cs.nullable_schema(_currency()),
        "only": _filters(),
        "without": _filters(),
        "signature_secret": word,
        "signature": cs.any_schema(),
        "url": cs.nullable_schema(cs.str_schema(pattern=r"^https?://[^/\s]+")),
        "map": cs.any_schema(),
    }
    return SchemaValidator(_fields(kinds))


def _filters() -> cs.CoreSchema:
    """Filter -> its values, of which one may stand without a list."""
    return cs.dict_schema(cs.str_schema(), cs.no_info_plain_validator_function(_filter_values))


def _filter_values(given: Any) -> tuple[str, ...]:
    """The values as texts; a tag or number may look like a JSON number or true. Raises ValueError."""
    listed = given if isinstance(given, list) else [given]
    if not listed or not all(isinstance(one, str | int) for one in listed):
        raise ValueError
    words = tuple(str(one).lower() if isinstance(one, bool) else str(one).strip() for one in listed)
    if not all(words):
        raise ValueError
    return words


def _zone(name: str) -> str:
    """The name of a time zone. Raises ValueError."""
    try:
        zone_of(name)
    except Fault as fault:
        raise ValueError(str(fault)) from None
    return name


def _currency() -> cs.CoreSchema:
    """A code of ISO 4217, in any case."""
    codes = cs.literal_schema(sorted(ISO_4217))
    return cs.chain_schema([cs.str_schema(to_upper=True, strip_whitespace=True), codes])


def _country(name: str) -> str:
    """Its two letters. Raises ValueError."""
    code = places.country(name)
    if code is None:
        raise ValueError
    return code


def _fields(kinds: Mapping[str, cs.CoreSchema]) -> cs.CoreSchema:
    known = {name: cs.typed_dict_field(kind, required=name == "name") for name, kind in kinds.items()}
    return cs.typed_dict_schema(known, extra_behavior="forbid")
