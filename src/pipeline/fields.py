"""Rules for the fields of a conversion: each takes a value as received and gives the value to send, or None to drop it.

A rule never raises. What it drops or mends it says in `notes`: the fault and the cure; `apply` adds the field's name,
and «dropped: » where the rule gave None. A note quotes a value only where it is a word of a list, never where a person
could stand.
"""

import math
import re
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from pipeline import hints, limits
from pipeline.currencies import ISO_4217
from pipeline.digests import DIGEST_LENGTHS, DIGESTS_OF_NOTHING, as_digest, digest, is_other_digest
from pipeline.faults import Fault
from pipeline.pages import ORDINARY, cleaned, is_clean
from pipeline.personal import holds_email, holds_number, is_of_a_person
from pipeline.placeholders import is_ordinary, is_placeholder, is_tag

Rule = Callable[[Any, list[str]], Any]
Warnings = list[tuple[str, str]]

_ORDINARY_URL = re.compile(ORDINARY).fullmatch
_URL = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?:/[\w./~:,!$'()*=-]*)?(?:\?([\w.~:,!$'()*=&/-]*))?",
    re.ASCII,
).fullmatch
_URL = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE).fullmatch
_INTEGER = re.compile(r"[+-]?\d{1,18}(\.0*)?").fullmatch
# A currency's code or sign on either side. Other letters mean that this may be anything: SKU25 is no amount.
_CURRENCY = re.compile(
    r"^(US(?=\$)|[A-Z]{3})?\s?[$€£¥₹₩₽₺₪฿₫₴]?\s?([^A-Z]*?)\s?[$€£¥₹₩₽₺₪฿₫₴]?\s?([A-Z]{3})?$"
).fullmatch
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)").fullmatch
_COMMAS_THEN_POINT = re.compile(r"[+-]?\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,})").fullmatch  # 1,234.56 and 1,234,567
_POINTS_THEN_COMMA = re.compile(r"[+-]?\d{1,3}((\.\d{3})+,\d+|(\.\d{3}){2,})").fullmatch  # 1.234,56 and 1.234.567
_SPACED = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?:[.,]\d{1,2})?").fullmatch  # 1 234,56 and 1'234.56
_COMMA_ONLY = re.compile(r"[+-]?\d+,\d{1,2}").fullmatch  # 25,00
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_-]{1,39}").fullmatch
_TRUE, _FALSE = frozenset({"true", "1", "yes", "y"}), frozenset({"false", "0", "no", "n"})
_LONGEST_AMOUNT = 40  # characters
_LARGEST_AMOUNT = 1e15  # beyond it a double no longer holds cents
# No event has so many fields that nobody knows.
_MOST_UNKNOWN = 50
_LOST_LETTER = "\ufffd"  # what decoders put in the place of bytes that are not UTF-8
# SQS refuses a message that holds one of them, with all its other events.
_NOT_IN_SQS = {0xFFFE: _LOST_LETTER, 0xFFFF: _LOST_LETTER}


def apply(
    rules: Mapping[str, Rule], source: Mapping[str, Any], path: str, warnings: Warnings, aliases: Mapping[str, str]
) -> dict[str, Any]:
    """Return the fields of `source` that have a rule and pass it; what was dropped or mended goes to `warnings`."""
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


def plain(value: Any, notes: list[str], longest: int = limits.TEXT) -> str | None:
    """A scalar as trimmed text of at most `longest` characters; None where a placeholder stands for «absent»."""
    if type(value) is str:
        word = value.strip()
    elif type(value) is int:
        word = str(value)
    elif type(value) is float and math.isfinite(value):
        word = str(int(value)) if value.is_integer() and abs(value) < _LARGEST_AMOUNT else repr(value)
    else:
        notes.append("must be text")
        return None
    if len(word) > longest:
        notes.append(f"has {len(word)} characters: send at most {longest}")
        return None
    if not word.isascii():
        word = word.translate(_NOT_IN_SQS)
    elif is_ordinary(word):
        return word
    if is_placeholder(word):
        if is_tag(word):
            notes.append("is a template tag that the sender did not fill in")
        return None
    return word


def is_whole(word: str, notes: list[str]) -> bool:
    """Whether the text came with all its letters: those that could not be decoded on the way became U+FFFD."""
    if _LOST_LETTER in word:
        notes.append("lost letters on its way: send the body as UTF-8")
        return False
    return True


def text(value: Any, notes: list[str], longest: int = limits.TEXT) -> str | None:
    """Free text; an e-mail address or a number of a person's has no business there, so the field is dropped."""
    word = agent(value, notes, longest)
    if word is not None and holds_number(word):
        notes.append("holds a phone or card number: only ph may carry one, where it is hashed")
        return None
    if word is not None and "://" in word:
        word, dropped = cleaned(word)
        if dropped:
            notes.append("carried personal data or a key, which was removed")
    return word


def agent(value: Any, notes: list[str], longest: int = limits.TEXT) -> str | None:
    """A user agent: free text, full of numbers that are versions."""
    word = plain(value, notes, longest)
    if word is not None and holds_email(word):
        notes.append("holds an e-mail address, which only em may carry, where it is hashed")
        return None
    if word is not None:
        is_whole(word, notes)  # what is left of it can still be read: it stays
    return word


def reference(value: Any, notes: list[str]) -> str | None:
    """An id: where it holds an e-mail address or a number of a person's, its digest, so that equal ones stay equal.

    Bare digits are nobody's number but the id's own.
    """
    word = plain(value, notes)
    if word is not None:
        is_whole(word, notes)
    return word if word is None else _impersonal(word, notes)


def _impersonal(word: str, notes: list[str]) -> str:
    if not is_of_a_person(word):
        return word
    notes.append("held an e-mail address or a phone number: its SHA-256 digest was sent in its place: use another id")
    return digest(word)


def event_id(value: Any, notes: list[str]) -> str | None:
    """The id of a conversion as text: 000001 keeps its zeros. One that is a person's is hashed, and so is a long one.

    One that lost letters is none: another that lost its own could be the same.
    """
    word = plain(value, notes, limits.BODY)
    if word is None or not is_whole(word, notes):
        return None
    if len(word) > limits.EVENT_ID:
        notes.append(f"has {len(word)} characters: its SHA-256 digest was sent in its place")
        return digest(word)
    return _impersonal(word, notes)


def opt_out(value: Any, notes: list[str]) -> str | None:
    """Whether the person opted out, as "true" or "false"; what cannot be read means yes."""
    if value is True or value is False:
        return "true" if value else "false"
    word = plain(value, notes)
    unreadable = isinstance(value, dict | list) or (isinstance(value, str) and len(value) > limits.TEXT)
    if word is None and not unreadable:
        return None
    if word is not None and word.lower() in _FALSE:
        return "false"
    if word is None or word.lower() not in _TRUE:
        notes.append('was read as "true", the cautious reading: it must be "true" or "false"')
    return "true"


def clear(value: Any, notes: list[str]) -> str | None:
    """Text that the destination wants unhashed: a SHA-256 digest in its place says nothing, nor do half its letters."""
    word = text(value, notes)
    if word is not None and not is_whole(word, []):  # `text` has told of it
        return None
    if word is not None and as_digest(word) is not None:
        notes.append("must not be hashed: send it as clear text")
        return None
    return word


def hashed(normalise: Callable[[str], str]) -> Rule:
    """A rule for personal data: a SHA-256 digest stays (in lower case), anything else is normalised, then hashed.

    A digest is recognised before any cleaning, whatever the sender's flag says: hashing it again is the commonest
    defect of such integrations. `normalise` takes the trimmed text and raises Fault.
    """

    def rule(value: Any, notes: list[str]) -> str | None:
        value = plain(value, notes)
        if value is None:
            return None
        if not is_whole(value, notes):
            return None
        known = as_digest(value) if len(value) in DIGEST_LENGTHS else None
        if known is None:
            if len(value) in DIGEST_LENGTHS and is_other_digest(value):
                notes.append("is a digest, but not SHA-256: send the SHA-256 digest or the clear value")
                return None
            try:
                return sha256(normalise(value).encode()).hexdigest()
            except Fault as fault:
                notes.append(str(fault))
                return None
        if known in DIGESTS_OF_NOTHING:
            notes.append("is the digest of an empty value: the sender hashed nothing, so leave the field out")
            return None
        return known

    return rule


def advertising_id(value: Any, notes: list[str]) -> str | None:
    """A device's advertising id; all zeros means that the person limited tracking."""
    word = text(value, notes)
    if word is not None and not word.strip("0-"):
        notes.append("is the all-zero id of a device that limits ad tracking, which identifies nobody")
        return None
    return word


def ip_address(value: Any, notes: list[str]) -> str | None:
    """An IPv4 or IPv6 address; of a forwarding chain the first, the visitor's."""
    address = plain(value, notes)
    if address is None:
        return None
    if "," in address:
        address = address.split(",", 1)[0].strip()
        notes.append("is a list of addresses: the first was taken")
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    except (OSError, ValueError):  # ValueError: an embedded NUL, or a text that is not ASCII
        notes.append("is not an IP address: send IPv4 or IPv6 such as 203.0.113.9")
        return None
    if address in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        notes.append("is the unspecified address, which identifies nobody")
        return None
    return address


def url(value: Any, notes: list[str]) -> str | None:
    """A page's http or https address, without what holds personal data or a key."""
    address = plain(value, notes, limits.URL)
    if address is None:
        return None
    if _ORDINARY_URL(address) and is_clean(address):
        return address
    if not _URL(address):
        notes.append("is not a web address: it must begin with https:// or http://")
        return None
    address, dropped = cleaned(address)
    if dropped:
        notes.append("carried personal data or a key, which was removed")
    try:
        host = urlsplit(address).hostname
    except ValueError:  # for one, an IPv6 host without its closing bracket
        host = None
    if not host:
        notes.append("is not a web address: it names no host")
        return None
    return address


def amount(value: Any, notes: list[str]) -> int | float | None:
    """An amount of money; text such as $25.00 or 1.234,56 is read if only one reading is possible."""
    if (type(value) is float or type(value) is int) and 0 <= value < _LARGEST_AMOUNT:
        return value
    if type(value) is str:
        value = plain(value, notes)
        if value is None:
            return None
        number = _amount_in(value)
        if number is None:
            notes.append("is not an amount: send a number such as 99.99")
            return None
        if not _DECIMAL(value):
            notes.append(f"is text and was read as {number}: send it as a number")
        value = number
    if type(value) not in (int, float) or not abs(value) < _LARGEST_AMOUNT:  # so written, NaN is out too
        notes.append("is not an amount: send a number such as 99.99")
        return None
    if value < 0:
        notes.append("is negative: a refund is no conversion, so an amount is 0 or more")
        return None
    return value  # type: ignore[no-any-return]


def _amount_in(text: str) -> int | float | None:
    if len(text) > _LONGEST_AMOUNT:
        return None
    if text.isascii() and _DECIMAL(text):
        return float(text) if "." in text else int(text)
    framed = _CURRENCY(text)
    if framed is None or any(code not in ISO_4217 for code in (framed[1], framed[3]) if code not in (None, "US")):
        return None
    bare = framed[2]
    if _SPACED(bare):
        bare = re.sub(r"[ \u00a0\u202f'’]", "", bare)
    if _COMMAS_THEN_POINT(bare):
        bare = bare.replace(",", "")
    elif _POINTS_THEN_COMMA(bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif _COMMA_ONLY(bare):
        bare = bare.replace(",", ".")
    if not bare.isascii() or not _DECIMAL(bare):
        return None
    return float(bare) if "." in bare else int(bare)


def integer(value: Any, notes: list[str]) -> int | None:
    """A whole number, 0 or more."""
    if type(value) is int and 0 <= value < _LARGEST_AMOUNT:
        return value
    if type(value) is str:
        value = plain(value, notes)
        if value is None:
            return None
        value = int(float(value)) if _INTEGER(value) else None
    if type(value) is float and value.is_integer() and abs(value) < _LARGEST_AMOUNT:
        value = int(value)
    if type(value) is not int or not 0 <= value < _LARGEST_AMOUNT:
        notes.append("is not a whole number of 0 or more")
        return None
    return value


def choice(*words: str) -> Rule:
    """A rule that takes one of the words, mends case, spaces, hyphens and underscores, and suggests the nearest."""
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
    """The value in quotes for the sender who sent it, shortened to 40 characters; not if a person could stand in it."""
    value = value[: limits.QUOTED]  # an e-mail address that begins in what is quoted ends within it
    if holds_email(value) or sum(map(str.isdigit, value)) > 6:
        return "the value"
    return '"' + (value if len(value) <= 40 else value[:39] + "…") + '"'
