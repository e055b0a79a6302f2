"""`relay hash`: what a value becomes before it is sent, and its digest. Offline."""

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from pipeline import phone
from pipeline.digests import as_digest, digest, is_other_digest
from pipeline.faults import Fault
from relay.printing import Out
from relay.trouble import Trouble
from relay.verbs import BAD, JsonOption, finish
from roku import normalise


class Kind(StrEnum):
    """The fields that are hashed, as Roku names them."""

    EM, PH, FN, LN, GE, DB = "em", "ph", "fn", "ln", "ge", "db"


_NAMES = {"em": "e-mail", "ph": "phone", "fn": "first name", "ln": "last name", "ge": "gender", "db": "birth date"}
_DATE = re.compile(r"(19|20)\d{2}([-/.]?)\d{2}\2\d{2}(?:[T ].*)?").fullmatch
_PHONE = re.compile(r"(?:tel:)?[+\d][\d\s().\-/]{5,}(?:\s*(?:x|ext).*)?", re.IGNORECASE).fullmatch


def hash_(
    value: Annotated[str, typer.Argument(help="The value; - reads it from stdin, so that no shell remembers it.")],
    kind: Annotated[Kind | None, typer.Option("--as", help="What it is; without it that is guessed.")] = None,
    country: Annotated[str | None, typer.Option(help="Country of a phone number without one, such as US.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a value as it is normalised and hashed, to compare with what another system sends. Asks nobody."""
    finish(lambda: _hash(Out(as_json), sys.stdin.readline() if value == "-" else value, kind, country))


def guess(text: str) -> Kind:
    """What the (trimmed) text probably is."""
    if "@" in text:
        return Kind.EM
    if text.lower() in normalise.GENDERS:
        return Kind.GE
    if _DATE(text):
        return Kind.DB
    return Kind.PH if _PHONE(text) else Kind.FN


def forms(text: str, kind: Kind, country: str | None) -> dict[str, str]:
    """The (trimmed) text normalised, by the name of its form: one, or one for each phone format. Raises Fault."""
    if kind is Kind.PH:
        made, faults = {}, []
        for form in ("digits", "e164"):
            try:
                made[form] = phone.normalise(text, form=form, country=country)
            except Fault as fault:
                faults.append(fault)
        if not made:
            raise faults[0]
        return made
    year = datetime.now(UTC).year
    rules: dict[Kind, Callable[[str], str]] = {
        Kind.EM: normalise.email,
        Kind.FN: normalise.name,
        Kind.LN: normalise.name,
        Kind.GE: normalise.gender,
        Kind.DB: lambda born: normalise.birth_date(born, year),
    }
    return {"": rules[kind](text)}


def _hash(out: Out, value: str, kind: Kind | None, country: str | None) -> int:
    text = value.strip()
    if not text:
        raise Trouble("there is no value: give one")
    if country is not None and not re.fullmatch("[A-Za-z]{2}", country):
        raise Trouble("--country is two letters, such as US")
    if (known := as_digest(text)) is not None:
        out.answer({"kind": "digest", "forms": [{"form": "", "normalised": None, "sha256": known}]})
        out.line(f"a SHA-256 digest already, sent as {known}")
        return 0
    if is_other_digest(text):
        out.aside("relay: that looks like another digest than SHA-256, which Roku cannot match")
        return BAD
    named = kind or guess(text)
    try:
        made = forms(text, named, country.upper() if country else None)
    except Fault as fault:
        out.aside(f"relay: as {_NAMES[named]} it {fault}")
        return BAD
    answer: list[dict[str, Any]] = [
        {"form": form, "normalised": normal, "sha256": digest(normal)} for form, normal in made.items()
    ]
    out.answer({"kind": named.value, "forms": answer})
    out.table(
        ["field", "normalised", "sha256"],
        [[" ".join(filter(None, [named.value, one["form"]])), one["normalised"], one["sha256"]] for one in answer],
    )
    if named is Kind.PH and "e164" not in made:
        out.aside("no e164 form: the number has no country code; name its country with --country")
    return 0
