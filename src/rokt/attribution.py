"""Which event of a request an error of Rokt's answer means, and what may be told about it. Pure, and never raises."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from pipeline.answers import refusal_words, refusals
from pipeline.values.json_objects import json_object
from rokt.reading import Reading
from rokt.readings import READINGS
from rokt.settings import Api

# What a message quotes is what was wrong: a person's data perhaps. Paths are names, and kept.
_QUOTED = re.compile(r"(Path '[^']*')|\"(?:[^\"\\]|\\.)*(?:\"|\\?\Z)|'[^']*(?:'|\Z)", re.DOTALL)

UNSAID = "refused without a reason"


class Blame(NamedTuple):
    """One error: the events that it means (none if that cannot be told), the reason, and whether its code passes.

    `said` is the error's own text, which may hold personal data.
    """

    indexes: Sequence[int]
    reason: str
    may_pass: bool
    said: str = ""


def blames(errors: Sequence[Any], lines: Sequence[str], api: Api) -> list[Blame]:
    """Attribute each error; of an event that is alone in its request nothing is in doubt."""
    longest, reading = refusals.allowance(len(errors)), READINGS[api]
    meant = [[0]] * len(errors) if len(lines) == 1 else reading.meant(errors, lines)
    return [_blame(indexes, error, lines, reading, longest) for indexes, error in zip(meant, errors, strict=True)]


def _blame(indexes: Sequence[int], error: object, lines: Sequence[str], reading: Reading, longest: int) -> Blame:
    said = reading.detail(error)
    code = said.get("code") if isinstance(said, dict) else None
    parts = [code, said.get("message")] if isinstance(said, dict) else [said]
    text = ": ".join(part[: refusals.LONGEST] for part in parts if isinstance(part, str) and part)[: refusals.LONGEST]
    may_pass = isinstance(code, str | int) and refusal_words.passes(str(code)[: refusals.LONGEST])
    reason = ""
    if indexes:
        # Values first: cut at quotes, one that holds a quote itself would no longer be found.
        values = [value for value in reading.values(json_object(lines[indexes[0]]) or {}) if isinstance(value, str)]
        reason = refusals.without_persons(text, values, longest, _without_quotations) or UNSAID
    return Blame(indexes, reason, may_pass, text[:longest])


def _without_quotations(text: str) -> str:
    return _QUOTED.sub(lambda found: found[1] or "…", text)
