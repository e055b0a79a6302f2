"""`relay hash`: what a value becomes before it is sent to each destination, and its digest. Offline.

Roku's rules and Rokt's differ, and so do the digests: of an e-mail address with a tag, a name with spaces, a phone.
"""

import re
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from destinations import NAMES
from pipeline.values.digests import as_digest, digest, is_other_digest
from pipeline.values.faults import Fault
from pipeline.values.persons import GENDERS
from relay.destinations import shown
from relay.errors import Misuse
from relay.printing import Out
from relay.verbs import BAD, JsonOption, finish


class Kind(StrEnum):
    """The fields that one of the destinations hashes, as they are posted."""

    EM, PH, FN, LN, GE, DB, ZP = "em", "ph", "fn", "ln", "ge", "db", "zp"


_NAMES = {
    "em": "e-mail",
    "ph": "phone",
    "fn": "first name",
    "ln": "last name",
    "ge": "gender",
    "db": "birth date",
    "zp": "zip code",
}
_DATE = re.compile(r"(19|20)\d{2}([-/.]?)\d{2}\2\d{2}(?:[T ].*)?").fullmatch
_PHONE = re.compile(r"(?:tel:)?[+(\d][\d\s().\-/]{5,}(?:(?:x|ext).*)?", re.IGNORECASE).fullmatch
_ZIP = re.compile(r"\d{5}(?:-\d{4})?").fullmatch


def hash_(
    value: Annotated[str, typer.Argument(help="The value; - reads it from stdin, so that no shell remembers it.")],
    kind: Annotated[Kind | None, typer.Option("--as", help="What it is; without it that is guessed.")] = None,
    country: Annotated[str, typer.Option(help="Country of a phone number without one.")] = "US",
    as_json: JsonOption = False,
) -> None:
    """Show a value as it is normalised and hashed for each destination, to compare with what another system sends.

    Asks nobody.
    """
    out = Out(as_json)
    finish(lambda: _hash(out, sys.stdin.readline() if value == "-" else value, kind, country), out)


def guess(text: str) -> Kind:
    """What the (trimmed) text probably is."""
    if "@" in text:
        return Kind.EM
    if text.lower() in GENDERS:
        return Kind.GE
    if _DATE(text):
        return Kind.DB
    if _ZIP(text):
        return Kind.ZP
    return Kind.PH if _PHONE(text) else Kind.FN


def _hash(out: Out, value: str, kind: Kind | None, country: str) -> int:
    text = value.strip()
    if not text:
        raise Misuse("there is no value: give one")
    if not re.fullmatch("[A-Za-z]{2}", country):
        raise Misuse("--country is two letters, such as US")
    if (known := as_digest(text)) is not None:
        out.answer({"kind": "digest", "forms": [{"form": "", "normalised": None, "sha256": known}]})
        out.line(f"a SHA-256 digest already, sent as {known}")
        out.aside("it matches only where it was made by that destination's rules: Roku's and Rokt's differ")
        return 0
    if is_other_digest(text):
        out.fault("that looks like another digest than SHA-256, which nobody can match", BAD)
        return BAD
    named = kind or guess(text)
    return _show(out, text, named, country.upper())


def _show(out: Out, text: str, kind: Kind, country: str) -> int:
    made: list[tuple[str, str, str]] = []  # destination, form, normalised
    faults: dict[str, Fault] = {}
    for destination in NAMES:
        if (forms := shown(destination).forms) is None:
            continue
        try:
            made += [(destination, form, normal) for form, normal in forms(text, kind.value, country).items()]
        except Fault as error:
            faults[destination] = error
    if not made:
        out.fault(f"as {_NAMES[kind]} it {next(iter(faults.values()))}; --as says what else it is", BAD)
        return BAD
    _tell(out, kind, made, faults)
    for destination, fault in faults.items():
        out.aside(f"not sent to {destination}: as {_NAMES[kind]} it {fault}")
    return 0


def _tell(out: Out, kind: Kind, made: list[tuple[str, str, str]], faults: dict[str, Fault]) -> None:
    answer: list[dict[str, Any]] = [
        {
            "destination": destination,
            "form": form,
            "normalised": normal,
            "sha256": None if kind in shown(destination).clear else digest(normal),
        }
        for destination, form, normal in made
    ]
    told = {"faults": {name: str(fault) for name, fault in faults.items()}} if faults else {}
    out.answer({"kind": kind.value, "forms": answer} | told)
    out.table(
        ["for", "field", "normalised", "sha256"],
        [
            [
                one["destination"],
                " ".join(filter(None, [kind.value, one["form"]])),
                one["normalised"],
                one["sha256"] or shown(one["destination"]).clear[kind],
            ]
            for one in answer
        ],
    )
