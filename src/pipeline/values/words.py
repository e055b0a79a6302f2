"""What a log line may hold: closed words, ids, senders' names and numbers. Each has a type, and plain text has none.

A field's name may be chosen by whoever posts, and an error's text may quote a person. So neither is a word; what they
mean is one. Pure.
"""

import re
from collections.abc import Iterable, Mapping

_ID = re.compile(r"[A-Za-z0-9:._=-]{1,64}").fullmatch
_NAME = re.compile(r"[\w .@-]{1,64}").fullmatch  # what `senders` takes for a name
# Of a list so many words are told: with them a line stays far below what CloudWatch takes for one event, 256 kB.
MOST_LISTED = 30


class Word(str):
    """A text of our own. Made of a literal, everywhere but in this file (tests/unit/test_words.py)."""

    __slots__ = ()


class Phrase(str):
    """A text that we put together of our own words and numbers alone; the test lists each place that makes one."""

    __slots__ = ()


class Id(str):
    """An id that AWS or we made, of a request or an event's digest: anything longer or stranger is left out."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Id":
        return super().__new__(cls, text if _ID(text) else "strange")


class SenderName(str):
    """The name that the operator gave a sender."""

    __slots__ = ()

    def __new__(cls, text: str) -> "SenderName":
        return super().__new__(cls, text if _NAME(text) else "strange")


Told = Word | Phrase | Id | SenderName | int
TOLD = (Word, Phrase, Id, SenderName, int)

UNKNOWN_FIELD, CUSTOM, OTHER = Word("unknown_field"), Word("custom"), Word("other")

# Names besides those of fields and destinations under which an event or a row can be refused.
_PLACES = frozenset("body header events event line product_ids event_group_id".split())
_FATES: Mapping[str, Word] = {
    word: word
    for word in (
        Word("accepted"),
        Word("not queued"),
        Word("invalid"),
        Word("delivered"),
        Word("repeated"),
        Word("rejected"),
        Word("retried"),
        Word("unreadable"),
    )
}


def field(name: str) -> Word:
    """The field's name if it is one of ours, else "unknown_field"; "line 7" of a file is "line"."""
    from pipeline.values import language  # needed of refused events only

    known = name.partition(" ")[0]
    ours = known in _PLACES or known in language.names() or known in language.destinations()
    return Word(known) if ours else UNKNOWN_FIELD


def fate(outcome: str) -> Word:
    """What became of an event, in the word of the log."""
    return _FATES.get(outcome, OTHER)


def listed(words: Iterable[Word], between: str = ", ") -> Word:
    """Each word once, in order, at most 30 of them and how many more there are."""
    ordered = sorted(set(words))
    further = [f"{len(ordered) - MOST_LISTED} more"] if len(ordered) > MOST_LISTED else []
    return Word(between.join([*ordered[:MOST_LISTED], *further]))


def tallied(found: Mapping[tuple[Word, ...], int]) -> Word:
    """The commonest 30 groups of words with their numbers, as `a: b: c: 7; ...`, and how many more there are."""
    ordered = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    told = [": ".join([*group, str(number)]) for group, number in ordered[:MOST_LISTED]]
    further = sum(number for _, number in ordered[MOST_LISTED:])
    return Word("; ".join([*told, *([f"{further} more"] if further else [])]))


def among(text: str, known: Iterable[str], otherwise: Word = OTHER) -> Word:
    """The text if it is one of the `known` ones, which are ours."""
    return Word(text) if text in known else otherwise
