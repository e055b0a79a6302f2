"""What the log line says of a post: how it ended, what persons can be found by, what was dropped or changed. Pure.

A warning's field may be a sender's own word, and its text may quote one. So the log gets the field if it is one of
ours, what became of it, and the class of the reason. The whole text is in the answer, which a webhook's sender never
reads.
"""

from collections import Counter
from collections.abc import Collection
from typing import get_args

from pipeline.contract.matching import counted, tallied
from pipeline.intake.body import IgnoredCode
from pipeline.intake.received import Received
from pipeline.values import words
from pipeline.values.words import Word

DROPPED, CHANGED, MISSING = Word("dropped"), Word("changed"), Word("missing")
_DROPPED = "dropped: "

# Why, by a part of our own texts; the first that fits counts.
_WHY = (
    ("has no country code", Word("no country code")),
    ("not a possible number", Word("not a possible number")),
    ("is not a phone number", Word("not a phone number")),
    ("a withheld number", Word("withheld number")),
    ("one digit repeated", Word("withheld number")),
    ("neither an e-mail", Word("not an e-mail address")),
    ("a domain that cannot be", Word("not an e-mail address")),
    ("is a placeholder, not a person's", Word("nobody's")),
    ("identifies nobody", Word("nobody's")),
    ("address of no visitor", Word("nobody's")),
    ("a program's, not", Word("a program's")),
    ("not an IP address", Word("not an IP address")),
    ("Google's digest", Word("another network's digest")),
    ("does not list", Word("another network's digest")),
    ("but not SHA-256", Word("another digest")),
    ("digest of an empty value", Word("digest of nothing")),
    ("must not be hashed", Word("hashed where clear text is needed")),
    ("it was hashed here", Word("clear text")),
    ("template tag", Word("unfilled template")),
    ("word for nothing", Word("word for nothing")),
    ("send the id itself", Word("not an id")),
    ("scientific notation", Word("not an id")),
    ("lost letters", Word("not UTF-8")),
    ("phone or card number", Word("personal data in another field")),
    ("personal data or a key", Word("personal data in another field")),
    ("e-mail address or a phone number", Word("personal data in another field")),
    ("holds an e-mail address", Word("personal data in another field")),
    ("own phone number", Word("personal data in another field")),
    ("not a known field", Word("unknown field")),
    ("not known", Word("unknown value")),
    ("country that is known", Word("unknown value")),
    ("not supported", Word("unknown value")),
    ("not a currency", Word("unknown currency")),
    ("another currency", Word("two currencies")),
    ("not an amount", Word("not an amount")),
    ("is negative", Word("not an amount")),
    ("no time zone", Word("no time zone")),
    ("several addresses", Word("several values")),
    ("several numbers", Word("several values")),
    ("list of addresses", Word("several values")),
    ("one event_id", Word("repeated id")),
    ("are equal", Word("repeated id")),
    ("too long", Word("too long")),
    (" characters", Word("too long")),
    ("was read as", Word("written otherwise")),
    ("refund", Word("refund")),
)
_NOT_USABLE, _OTHERWISE = Word("not usable"), Word("read with care")


def told(received: Received, known: Collection[str]) -> dict[str, Word | int]:
    """All of it for one destination; `known` are the names of events that are not a sender's own."""
    return {**ends(received), **kinds(received), **names(received, known)}


def ends(received: Received) -> dict[str, Word]:
    """Why conversions ended at the door, and what was changed of the others; {} for a post without any fault."""
    if not any((received.failed, received.ignored, received.withheld, received.refusals, received.warnings)):
        return {}
    said = {
        "invalid": words.listed(words.field(name) for failed in received.failed.values() for name in failed["errors"]),
        "ignored": words.listed(words.among(one.code, get_args(IgnoredCode)) for one in received.ignored.values()),
        "withheld": words.listed(received.withheld.values(), "; "),
        "refused_by": words.listed(signal for signals in received.refusals.values() for signal in signals),
        "warned": warned(received),
    }
    return {name: word for name, word in said.items() if word}


def kinds(received: Received) -> dict[str, int]:
    """How many of the accepted conversions have each kind of data, by its name in the log."""
    return counted([event.kinds for event in received.accepted()])


def names(received: Received, known: Collection[str]) -> dict[str, Word | int]:
    """The event names of the accepted conversions, of several also how many have each; a sender's own is "custom"."""
    found: dict[Word, int] = {}
    for name, number in tallied([event.posted_name or event.event_name for event in received.accepted()]).items():
        word = words.among(name, known, words.CUSTOM)
        found[word] = found.get(word, 0) + number
    if not found:
        return {}
    if len(found) == 1:  # then it is the count of accepted ones
        return {"event_names": words.listed(found)}
    return {"event_names": words.listed(found), **{f"of_{name}": number for name, number in found.items()}}


def warned(received: Received) -> Word:
    """What was dropped or changed, by field and reason, with how often: empty if nothing was."""
    found: Counter[tuple[Word, ...]] = Counter()
    for one in received.warnings:
        found[words.field(one["field"]), *_class_of(one["warning"])] += one["count"]
    return words.tallied(found)


def _class_of(text: str) -> tuple[Word, Word]:
    """What became of the field, and why; none of the text itself is in the result."""
    if text.startswith("is missing"):
        return MISSING, MISSING
    fate = DROPPED if text.startswith(_DROPPED) else CHANGED
    otherwise = _NOT_USABLE if fate is DROPPED else _OTHERWISE
    return fate, next((word for part, word in _WHY if part in text), otherwise)
