"""What the most usual values look like in compact JSON, as expressions of Rust for `pipeline.values.sight`. Pure.

Each is of values that the field's rule passes without a word, once they are finished. No text of theirs needs a
backslash in JSON, so that each ends at its next quote.
"""

from collections.abc import Iterable

from pydantic_core import CoreSchema

from pipeline.values import shapes

FLAG = "(?:true|false)"
WHOLE, POSITIVE = "(?:0|[1-9][0-9]{0,14})", "[1-9][0-9]{0,14}"
NUMBER = rf"{WHOLE}(?:\.[0-9]{{1,17}})?"
# As text one number whatever the currency (`pipeline.values.amounts.PLAIN`).
PRICE = r'"(?:0|[1-9][0-9]{0,13})(?:\.[0-9]{2})?"'
SCALAR = r'(?:[0-9.eE+-]+|"[^"\\]*")'


def text(pattern: str) -> str:
    """A text of this expression."""
    return f'"(?:{pattern})"'


def of(shape: CoreSchema) -> str:
    """The texts of a shape that is one expression without quotes and backslashes (`shapes.like`)."""
    pattern: str = shape["pattern"]
    return text(pattern.removeprefix("^").removesuffix("$"))


def words(these: Iterable[str]) -> str:
    """One of these words of letters, digits, - and _."""
    return text("|".join(these))


def objects(parts: Iterable[str]) -> str:
    """An object with these parts, each `"name":value`: in what is JSON, commas are between them alone."""
    return rf"\{{(?:(?:{'|'.join(parts)}),?)*\}}"


def arrays(item: str) -> str:
    """An array of at least one item."""
    return rf"\[(?:{item},?)+\]"


# Free text without the marks of links and entities, and with six digits at most.
_LOST = '@%;+:"\\\\'
_BETWEEN, _AT_END = (f"[[{these}]--[{_LOST}()0-9]]" for these in (" -~", "!-~"))
TEXT = text(
    shapes.something(shapes.FIRST, " -~", "!-~", but=f"{_LOST}0-9", numbers=False)
    + f"|[A-MO-SV-Za-mo-sv-z](?:{_BETWEEN}*[0-9]){{1,6}}(?:{_BETWEEN}*{_AT_END})?"
)
AGENT = text(shapes.something(shapes.FIRST, " -~", "!-~", but='@%&"\\\\'))
# Words with one blank between them. The first is none of those for "absent" (`shapes.something`), which are short.
_WORD = "[A-Za-z][A-Za-z.-]{0,29}"
PLACE = text(
    rf"(?:[A-MO-SV-Za-mo-sv-z][A-Za-z.-]{{0,29}}|(?:New|North|The|[NTUntu](?:[A-Za-z]{{4,7}}|[A-Za-z]{{9,29}})))"
    rf"(?: {_WORD})*"
)
# One run of digits, or a UUID (RFC 9562), whose version is no zero: no number of a person's has the form of either.
_RUN = "(?:[A-MO-TV-Za-mo-tv-z][A-Za-z]*)"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
ID = text(rf"(?:{_RUN}(?:[-_]{_RUN})*[-_]?)?0{{0,12}}[1-9][0-9]{{0,14}}(?:[-_]?{_RUN})?|{UUID}")
DEVICE = text("[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[1-8][0-9A-Fa-f]{3}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")
