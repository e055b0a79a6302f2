"""Rules for the fields of a conversion: each takes a value as received and gives the value to send, or None to drop it.

A rule never raises. What it drops or fixes it says in `notes`: the fault and the fix; `apply` adds the field's name,
and "dropped: " where the rule gave None. A note quotes a value only where it is a word of a list, never where a person
could stand.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pipeline.values import hints, limits
from pipeline.values.personal import holds_email
from pipeline.values.texts import plain

Rule = Callable[[Any, list[str]], Any]
Warnings = list[tuple[str, str]]

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{1,39}").fullmatch
_TRUE, _FALSE = frozenset({"true", "1", "yes", "y"}), frozenset({"false", "0", "no", "n"})
# Other words for "did not opt out": of consent tools, and the string of US Privacy, whose third letter says it.
_OPTED_IN = re.compile(r"granted|opted[ _-]?in|opt[ _-]?in|allowed|accepted|1[yn-]n[yn-]").fullmatch
# No event has so many fields that nobody knows.
_MOST_UNKNOWN = 50


def apply(
    rules: Mapping[str, Rule], source: Mapping[str, Any], path: str, warnings: Warnings, aliases: Mapping[str, str]
) -> dict[str, Any]:
    """Return the fields of `source` that have a rule and pass it; what was dropped or fixed goes to `warnings`."""
    kept: dict[str, Any] = {}
    notes: list[str] = []
    strangers = []
    for name, value in source.items():
        rule = rules.get(name)
        if rule is None:
            strangers.append(name)
            continue
        if value is None:
            continue
        clean = rule(value, notes)
        if clean is not None:
            kept[name] = clean
        if notes:
            fate = "dropped: " if clean is None else ""
            warnings += [(path + name, fate + note) for note in notes]
            notes.clear()
    if strangers:
        warnings += unknown(strangers, path, rules, aliases)
    return kept


def unknown(names: Sequence[str], path: str, known: Iterable[str], aliases: Mapping[str, str]) -> Warnings:
    """What to say of fields that nobody knows, with the field that was probably meant."""
    said = []
    fields = tuple(known)
    for name in names[:_MOST_UNKNOWN]:
        folded = name[: limits.FIELD_NAME].lower()
        meant = aliases.get(re.sub(r"[^a-z0-9]", "", folded))
        if meant is None and _IDENTIFIER(folded):
            meant = hints.nearest(folded, fields)
        hint = f": did you mean {meant}?" if meant else ""
        said.append((path + name[: limits.FIELD_NAME], f"dropped: is not a known field{hint}"))
    if len(names) > _MOST_UNKNOWN:
        said.append((path.rstrip("."), f"dropped: {len(names) - _MOST_UNKNOWN} further fields that are not known"))
    return said


def opt_out(value: Any, notes: list[str]) -> str | None:
    """Whether the person opted out, as "true" or "false"; what cannot be read means yes."""
    if value is True or value is False:
        return "true" if value else "false"
    word = plain(value, notes)
    if word is None:
        if not isinstance(value, dict | list) and not (isinstance(value, str) and len(value) > limits.TEXT):
            return None
        word = ""
    word = word.lower()
    if word in _FALSE:
        return "false"
    if _OPTED_IN(word):
        notes.append('was read as "false": it must be "true" or "false"')
        return "false"
    if word not in _TRUE:
        notes.append('was read as "true", the cautious reading: it must be "true" or "false"')
    return "true"


def choice(*words: str) -> Rule:
    """A rule that takes one of the words, fixes case, spaces, hyphens and underscores, and suggests the nearest."""
    exact = {word: word for word in words}
    folded = {fold(word): word for word in words}
    lower, listed = tuple(word.lower() for word in words), f": it must be one of {', '.join(words)}"

    def rule(value: Any, notes: list[str]) -> str | None:
        try:
            return exact[value]
        except (KeyError, TypeError):
            return near(value, notes)

    def near(value: Any, notes: list[str]) -> str | None:
        value = plain(value, notes)
        if value is None:
            return None
        word = folded.get(fold(value))
        if word is not None:
            if word != value:
                notes.append(f"was read as {word}: write it exactly so")
            return word
        close = hints.nearest(value[:60].lower(), lower, 0.7)
        hint = f": did you mean {folded[fold(close)]}?" if close else listed
        notes.append(f"{quoted(value)} is not supported{hint}")
        return None

    return rule


def fold(word: str) -> str:
    """The word without case, spaces, hyphens and underscores, which people write differently."""
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")


def quoted(value: str) -> str:
    """The value in quotes for the sender who sent it, shortened to 40 characters; not if it could name a person."""
    value = value[: limits.QUOTED]  # an e-mail address that begins in what is quoted ends within it
    if holds_email(value) or sum(map(str.isdigit, value)) > 6:
        return "the value"
    return '"' + (value if len(value) <= 40 else value[:39] + "…") + '"'


def flag(value: Any, notes: list[str]) -> bool | None:
    """True or false, also as text."""
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    if isinstance(value, bool):
        return value
    notes.append("must be true or false; each value is looked at in any case")
    return None
