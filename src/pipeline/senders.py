"""Who may post: sender keys, what each may do, and how one is recognised. Pure."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from hashlib import sha256
from typing import Any

from pydantic_core import SchemaValidator, ValidationError, from_json
from pydantic_core import core_schema as cs


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """How one sender's posts to one source are read. What a source has no use for it passes over.

    `event_names` gives Roku's event name for each kind of call or event of the platform, null meaning that it is no
    conversion. `minimum_duration` is in seconds. `value_field` names the field of the body that holds the value,
    `currency` the ISO 4217 code of values that come without one. `signature_secret` is what the platform signs with.
    """

    event_group: str | None = None
    event_names: Mapping[str, str | None] = field(default_factory=dict)
    minimum_duration: float | None = None
    answered_only: bool = True
    first_calls_only: bool = False
    value_field: str | None = None
    currency: str | None = None
    signature_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sender:
    """One sender: a name for logs and metrics, and what its key opens."""

    name: str
    key: str | None = field(default=None, repr=False)
    sha256: str | None = field(default=None, repr=False)
    event_groups: tuple[str, ...] = ("*",)
    default_event_group: str | None = None
    browser: bool = False
    origins: tuple[str, ...] = ()
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)

    def digest(self) -> bytes | None:
        """SHA-256 of the key, or None if the entry has neither key nor digest."""
        if self.sha256 is not None:
            return bytes.fromhex(self.sha256)
        return key_digest(self.key.strip()) if self.key is not None else None

    def may_post_to(self, event_group_id: str) -> bool:
        """Whether the key opens this event group."""
        return "*" in self.event_groups or event_group_id in self.event_groups

    def allows(self, origin: str | None, default: Iterable[str]) -> bool:
        """Whether a browser key may be used from this origin: its own list, or without one the stack's."""
        return origin is not None and _folded(origin) in map(_folded, self.origins or default)


_NAMES = frozenset(one.name for kind in (Sender, SourceSettings) for one in fields(kind))


def _folded(origin: str) -> str:
    return origin.rstrip("/").lower()


def key_digest(key: str) -> bytes:
    """SHA-256 of a sender key: only digests are compared."""
    return sha256(key.encode()).digest()


def read_senders(secret: str) -> tuple[list[Sender], list[str]]:
    """The senders of the secret, and what is wrong with the entries left out (no key is quoted).

    The secret is a JSON object: sender name -> key, or -> an object with the fields of Sender.
    """
    try:
        entries = from_json(secret.removeprefix("\ufeff"))
    except ValueError:
        entries = None
    if not isinstance(entries, dict):
        return [], ["the sender keys secret is not a JSON object of sender name -> key"]
    senders: list[Sender] = []
    faults: list[str] = []
    for place, (name, entry) in enumerate(entries.items(), 1):
        given = {"key": entry} if isinstance(entry, str) else entry
        try:
            sender = _sender(_schema().validate_python({**given, "name": name} if isinstance(given, dict) else given))
        except ValidationError as error:
            # Only names that are ours: a key may have been pasted in the place of one.
            known = {".".join(name for name in map(str, one["loc"]) if name in _NAMES) for one in error.errors()} - {""}
            wrong = ", ".join(sorted(known)) or "form"
            faults.append(f"entry {place} of the sender keys secret is left out: wrong {wrong}")
            continue
        if sender.digest() is None:
            faults.append(f"entry {place} of the sender keys secret is left out: it has neither key nor sha256")
        elif any(sender.digest() == known.digest() for known in senders):
            faults.append(f"entry {place} of the sender keys secret is left out: an entry before it has the same key")
        else:
            senders.append(sender)
    return senders, faults


def _sender(entry: dict[str, Any]) -> Sender:
    sources = {name: SourceSettings(**settings) for name, settings in entry.pop("sources", {}).items()}
    return Sender(**entry, sources=sources)


def recognise(key: str, senders: Iterable[Sender]) -> Sender | None:
    """The sender whose key this is; takes as long whether and wherever it matches."""
    presented = key_digest(key)
    found = None
    for sender in senders:
        if hmac.compare_digest(presented, sender.digest() or b""):
            found = sender
    return found


@cache
def _schema() -> SchemaValidator:
    """Pydantic's core alone: its models would add 65 ms to a cold start."""
    texts = cs.tuple_variable_schema(cs.str_schema())
    text = cs.nullable_schema(cs.str_schema())
    word = cs.nullable_schema(cs.str_schema(min_length=1))
    settings = {
        "event_group": word,
        "event_names": cs.dict_schema(cs.str_schema(), word),
        "minimum_duration": cs.nullable_schema(cs.float_schema(ge=0, allow_inf_nan=False)),
        "answered_only": cs.bool_schema(),
        "first_calls_only": cs.bool_schema(),
        "value_field": word,
        "currency": cs.nullable_schema(cs.str_schema(pattern="^[A-Z]{3}$")),
        "signature_secret": word,
    }
    kinds = {
        "name": cs.str_schema(pattern=r"^[\w .@-]{1,64}$"),
        "key": cs.nullable_schema(cs.str_schema(min_length=8)),
        "sha256": cs.nullable_schema(cs.str_schema(pattern="^[0-9a-fA-F]{64}$")),
        "event_groups": texts,
        "default_event_group": text,
        "browser": cs.bool_schema(),
        "origins": cs.tuple_variable_schema(cs.str_schema(pattern=r"^https?://[^/\s*]+/?$")),
        "sources": cs.dict_schema(cs.str_schema(), _fields(settings)),
    }
    return SchemaValidator(_fields(kinds))


def _fields(kinds: Mapping[str, cs.CoreSchema]) -> cs.CoreSchema:
    known = {name: cs.typed_dict_field(kind, required=name == "name") for name, kind in kinds.items()}
    return cs.typed_dict_schema(known, extra_behavior="forbid")
