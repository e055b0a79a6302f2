"""Personal data that leaves as its SHA-256 digest: read with care, and of the usual shape. Pure."""

from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Any

from pipeline.values.digests import DIGEST_LENGTHS, DIGESTS_OF_NOTHING, as_digest, is_other_digest
from pipeline.values.faults import Fault
from pipeline.values.placeholders import is_placeholder
from pipeline.values.restoring import restored
from pipeline.values.rules import Rule
from pipeline.values.texts import is_whole, plain


def as_it_is(text: str, notes: list[str]) -> str:  # noqa: ARG001 - the form of what unwraps
    """Nothing is around the value."""
    return text


def hashed(
    normalise: Callable[[str], str],
    unwrap: Callable[[str, list[str]], str] = as_it_is,
    among: Collection[str] = (),
) -> Rule:
    """A rule for personal data: a SHA-256 digest stays (in lower case), anything else is normalised, then hashed.

    A digest is recognised before any cleaning, whatever the sender's flag says: hashing it again is the commonest
    fault of such integrations. `normalise` takes the trimmed text and raises Fault; before it `unwrap` takes off what
    is around the value, and may note something. `among` are all digests that there can be, where these are few.
    """

    def rule(value: Any, notes: list[str]) -> str | None:
        value = plain(value, notes)
        if value is None:
            return None
        if not is_whole(value, notes):
            return None
        if (whole := restored(value)) is not value:
            if is_placeholder(whole):
                return None
            value = whole
        known = as_digest(value) if len(value) in DIGEST_LENGTHS else None
        if known is None:
            if len(value) in DIGEST_LENGTHS and is_other_digest(value):
                notes.append("is a digest, but not SHA-256: send the SHA-256 digest or the clear value")
                return None
            try:
                return sha256(normalise(unwrap(value, notes)).encode()).hexdigest()
            except Fault as fault:
                notes.append(str(fault))
                return None
        return _known(known, among, notes)

    return rule


def _known(digest: str, among: Collection[str], notes: list[str]) -> str | None:
    if digest in DIGESTS_OF_NOTHING:
        notes.append("is the digest of an empty value: the sender hashed nothing, so leave the field out")
        return None
    if among and digest not in among:
        notes.append("is the digest of a text that the destination does not list: send the clear value")
        return None
    return digest


def finished(normalise: Callable[[str], str]) -> Callable[[str], str]:
    """The same for text of a usual shape; raises ValueError where the rule would say something."""

    def finish(text: str) -> str:
        if len(text) == 64 and is_digest(text):
            return text
        return sha256(normalise(text).encode()).hexdigest()

    return finish


def is_digest(text: str) -> bool:
    """Whether a text of a usual shape is a digest. Raises ValueError if it is one of nothing."""
    if len(text) != 64 or "@" in text:  # an address may be as long as a digest
        return False
    if text in DIGESTS_OF_NOTHING:
        raise ValueError
    return True
