"""Kinds of personal data as Rokt takes it: hashed, or in clear as settings have it, or only in clear. Pure."""

from collections.abc import Callable
from typing import Any

from pydantic_core import CoreSchema

from pipeline.values import hashing, kinds, texts
from pipeline.values.digests import as_digest
from pipeline.values.faults import Fault
from pipeline.values.field import Kind
from pipeline.values.restoring import restored


class Clear(str):
    """A value that Rokt takes hashed, in clear; as a plain text such a value is its digest."""

    __slots__ = ()


def personal(
    normalised: Callable[[str], str],
    usual: CoreSchema,
    usually: Callable[[str], str] | None = None,
    *,
    hashes: bool,
    clear: Callable[[str], str] | None = None,
    unwrap: Callable[[str, list[str]], str] = hashing.as_it_is,
) -> Kind:
    """What Rokt takes both hashed and in clear; a digest stays one whatever the switch says.

    `normalised` is applied before hashing, `clear` (the same if None) to what is sent in clear; all else is as in
    `pipeline.values.kinds.personal`.
    """
    hashed = kinds.personal(normalised, usual, usually, unwrap=unwrap)
    if hashes:
        return hashed
    in_clear = clear or normalised

    def rule(value: Any, notes: list[str]) -> str | None:
        digest: str | None = hashed.rule(value, notes)
        text = restored(texts.plain(value, []) or "")
        return digest if digest is None or as_digest(text) is not None else Clear(in_clear(unwrap(text, [])))

    def finish(text: str) -> str:
        return text if hashing.is_digest(text) else Clear(in_clear(text))

    return hashed._replace(rule=rule, finish=finish)


def in_clear(normalised: Callable[[str], str], usual: CoreSchema) -> Kind:
    """What Rokt takes only in clear."""

    def rule(value: Any, notes: list[str]) -> str | None:
        word = texts.plain(value, notes)
        try:
            return normalised(restored(word)) if word is not None else None
        except Fault as fault:
            notes.append(str(fault))
            return None

    return Kind(rule, usual, kinds.STRING, finish=normalised)
