"""Rules for texts, in the form of `pipeline.values.rules`: what a text is at all, free text, ids, and clear text.
Pure."""

import math
from typing import Any

from pipeline.values import ids, limits
from pipeline.values.cleaning import clean
from pipeline.values.digests import as_digest, digest
from pipeline.values.pages import cleaned
from pipeline.values.personal import holds_email, holds_number, is_of_a_person
from pipeline.values.placeholders import is_ordinary, is_placeholder, is_tag
from pipeline.values.restoring import restored

_LOST_LETTER = "\ufffd"  # what decoders put in the place of bytes that are not UTF-8
# SQS refuses a message that holds one of them, with all its other events.
_NOT_IN_SQS = {0xFFFE: _LOST_LETTER, 0xFFFF: _LOST_LETTER}
_EXACT = 2**53  # a double holds each whole number below


def plain(value: Any, notes: list[str], longest: int = limits.TEXT) -> str | None:
    """A scalar as trimmed text of at most `longest` characters; None where a placeholder stands for "absent"."""
    if type(value) is str:
        word = clean(value)
    elif type(value) is int:
        word = str(value)
    elif type(value) is float and math.isfinite(value):
        word = str(int(value)) if value.is_integer() and abs(value) < _EXACT else clean(repr(value))
    else:
        notes.append("must be text")
        return None
    if len(word) > longest:
        notes.append(f"has {len(word)} characters: send at most {longest}")
        return None
    word = word if word.isascii() else word.translate(_NOT_IN_SQS)
    if is_ordinary(word):
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

    Bare digits are nobody's number but the id's own. What names nobody is none (`pipeline.values.ids`).
    """
    word = _id(value, notes, limits.TEXT)
    if word is not None:
        is_whole(word, notes)
    return word if word is None else _impersonal(word, notes)


def _id(value: Any, notes: list[str], longest: int) -> str | None:
    """The text of an id; None, with a note, if it names nobody."""
    word = plain(value, notes, longest)
    if word is not None and (fault := ids.fault(word)):
        notes.append(fault)
        return None
    return word


def _impersonal(word: str, notes: list[str]) -> str:
    if not is_of_a_person(word):
        return word
    notes.append("held an e-mail address or a phone number: its SHA-256 digest was sent in its place: use another id")
    return digest(word)


def event_id(value: Any, notes: list[str]) -> str | None:
    """The id of a conversion as text: 000001 keeps its zeros. One that is a person's is hashed, and so is a long one.

    One that lost letters is none: another that lost its own could be the same. Where there is none, one is derived from
    the conversion's content.
    """
    before = len(notes)
    word = _id(value, notes, limits.BODY)
    if word is None and len(notes) == before and isinstance(value, str) and clean(value):
        notes.append("is a word for nothing, and no id")
    if word is None or not is_whole(word, notes):
        return None
    if len(word) > limits.EVENT_ID:
        notes.append(f"has {len(word)} characters: its SHA-256 digest was sent in its place")
        return digest(word)
    return _impersonal(word, notes)


def clear(value: Any, notes: list[str]) -> str | None:
    """Text that the destination wants in clear: a SHA-256 digest or damaged text is dropped."""
    word = text(value, notes)
    if word is None or not is_whole(word, []):  # `text` has said so
        return None
    if as_digest(word) is not None:
        notes.append("must not be hashed: send it as clear text")
        return None
    whole = restored(word)
    return None if whole is not word and is_placeholder(whole) else whole


def advertising_id(value: Any, notes: list[str]) -> str | None:
    """A device's advertising id; all zeros means that the person limited tracking."""
    word = text(value, notes)
    if word is not None and not word.strip("0-"):
        notes.append("is the all-zero id of a device that limits ad tracking, which identifies nobody")
        return None
    return word
