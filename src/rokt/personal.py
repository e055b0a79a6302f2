"""Kinds of personal data as Rokt takes it: hashed, or in clear as settings have it, or only in clear. Pure."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic_core import CoreSchema

from pipeline.values import hashing, texts
from pipeline.values.digests import as_digest
from pipeline.values.faults import Fault
from pipeline.values.field import Kind
from pipeline.values.kinds import STRING
from pipeline.values.restoring import restored


class Personal(NamedTuple):
    """One value of a person, as Rokt gets it: its digest, or in clear."""

    text: str
    is_hashed: bool


def personal(
    normalised: Callable[[str], str],
    usual: CoreSchema,
    usually: Callable[[str], str] | None = None,
    *,
    hashes: bool,
    clear: Callable[[str], str] | None = None,
    unwrap: Callable[[str, list[str]], str] | None = None,
) -> Kind:
    """What Rokt takes both hashed and in clear; a digest stays one whatever the switch says.

    `normalised` is applied before hashing, `clear` (the same if None) to what is sent in clear; `usual` and `usually`
    are as in `pipeline.values.kinds.personal`.
    """
    hashed = hashing.hashed(normalised) if unwrap is None else hashing.hashed(normalised, unwrap)
    hashable = usually or normalised
    in_clear = clear or normalised

    def rule(value: Any, notes: list[str]) -> Personal | None:
        digest = hashed(value, notes)
        if digest is None:
            return None
        text = restored(texts.plain(value, []) or "")
        if hashes or as_digest(text) is not None:
            return Personal(digest, is_hashed=True)
        return Personal(in_clear(text if unwrap is None else unwrap(text, [])), is_hashed=False)

    def finish(text: str) -> Personal:
        if len(text) == 64 and hashing.is_digest(text):
            return Personal(text, True)
        return (
            Personal(sha256(hashable(text).encode()).hexdigest(), True) if hashes else Personal(in_clear(text), False)
        )

    return Kind(rule, usual, STRING, finish)


def in_clear(normalised: Callable[[str], str], usual: CoreSchema) -> Kind:
    """What Rokt takes only in clear."""

    def rule(value: Any, notes: list[str]) -> str | None:
        word = texts.plain(value, notes)
        try:
            return normalised(restored(word)) if word is not None else None
        except Fault as fault:
            notes.append(str(fault))
            return None

    return Kind(rule, usual, STRING, finish=normalised)
