"""How people, forms, programs and spreadsheets write one value. Imports nothing of the relay."""

import html
import unicodedata
from urllib.parse import quote

from bench.matching.people import Person

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
_FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
_SPANISH = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()


def groups(digits: str, between: str = " ") -> str:
    """The digits in groups as people read them out: 55 5010 0123."""
    head, rest = digits[: len(digits) % 4 or 4], digits[len(digits) % 4 or 4 :]
    return between.join([head, *(rest[place : place + 4] for place in range(0, len(rest), 4))])


def national(person: Person) -> str:
    """The number as at home: (212) 555-0123, 020 7946 0958."""
    if person.country.calling == "1":
        return f"({person.number[:3]}) {person.number[3:6]}-{person.number[6:]}"
    return groups(person.country.trunk + person.number)


def with_trunk(person: Person) -> str:
    """+44 (0)20 7946 0958."""
    trunk = f"({person.country.trunk})" if person.country.trunk == "0" else ""
    return f"+{person.country.calling} {trunk}{groups(person.number)}"


def bare_trunk(person: Person) -> str:
    """+44 020 7946 0958."""
    trunk = person.country.trunk if person.country.trunk == "0" else ""
    return f"+{person.country.calling} {trunk}{groups(person.number)}"


def dialled(person: Person, prefix: str) -> str:
    """0044 20 7946 0958, or from North America 011 44 ..."""
    return f"{prefix}{person.country.calling} {groups(person.number)}"


def scientific(digits: str) -> str:
    """1.5550100123E+10, as spreadsheets and data frames write a long number; as it is if its last zeros would go."""
    return digits if digits.endswith("0") else f"{digits[0]}.{digits[1:]}E+{len(digits) - 1}"


def wide(text: str) -> str:
    """The width of East Asian keyboards."""
    return text.translate(_WIDE)


def decomposed(text: str) -> str:
    """NFD, as macOS writes file names and some phones their contacts."""
    return unicodedata.normalize("NFD", text)


def entities(text: str) -> str:
    """As a page writes it: O&#039;Brien, Jos&eacute;."""
    escaped = html.escape(text).replace("&#x27;", "&#039;")
    return escaped.encode("ascii", "xmlcharrefreplace").decode()


def slashed(text: str) -> str:
    """With the backslashes of PHP's addslashes."""
    return text.replace("'", "\\'")


def misread(text: str) -> str:
    """UTF-8 that a program read as Windows-1252 (as Latin-1 where that has no letter)."""
    read = []
    for byte in text.encode():
        try:
            read.append(bytes([byte]).decode("cp1252"))
        except UnicodeDecodeError:
            read.append(chr(byte))
    return "".join(read)


def encoded(text: str) -> str:
    """As it is in the address of a page."""
    return quote(text, safe="")


def pasted(text: str) -> str:
    """Copied from a chat: with marks of direction around it, and a space that nobody sees within."""
    return f"\u202a{text[:1]}\u200b{text[1:]}\u202c\u00a0"


def spaced(text: str) -> str:
    """Typed with the space bar that stuck."""
    return "  " + text.replace(" ", "  ") + "\t"


def armoured(text: str) -> str:
    """With what keeps a spreadsheet's cell a text."""
    return f'="{text}"'


def without_zeros(text: str) -> str:
    """What is left of a code that a spreadsheet took for a number."""
    return text.lstrip("0") if text.isdigit() else text


def in_words(person: Person, language: str) -> str:
    """The birth date in German, French or Spanish."""
    born = person.born
    if language == "de":
        return f"{born.day}. {_GERMAN[born.month - 1]} {born.year}"
    if language == "fr":
        return f"{born.day} {_FRENCH[born.month - 1]} {born.year}"
    return f"{born.day} de {_SPANISH[born.month - 1]} de {born.year}"


def milliseconds(person: Person) -> int:
    """The birth date in epoch milliseconds at midnight in UTC, as HubSpot's date properties are."""
    return (person.born.toordinal() - 719_163) * 86_400_000
