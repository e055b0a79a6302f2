"""The IAB's US Privacy string: version, notice, opted out of the sale, agreement of service providers. Pure.

Source: InteractiveAdvertisingBureau/USPrivacy, "CCPA/US Privacy String.md". Only the third character is the person's.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.consent.readings import Finding, Reading, Said, absent, finding, short
from pipeline.consent.settings import Consent
from pipeline.values.words import Word

SIGNAL = Word("us_privacy")

_FORM = re.compile("1([yn-])([yn])[yn-]").fullmatch
_LIKE_ONE = re.compile("[0-9][yn-]{3}").fullmatch
_WHAT = "four characters such as 1YNN"


def read(said: Sequence[Said], settings: Consent) -> Iterator[Finding]:
    """What each of the fields says."""
    for one in said:
        if absent(one.value) or (one.kind == "perhaps" and not looks_like_one(one.value)):
            continue
        yield finding(SIGNAL, decode(one.value, settings), one, _WHAT)


def looks_like_one(value: Any) -> bool:
    """Whether a field that may hold anything holds such a string."""
    return _LIKE_ONE(short(value) or "") is not None


def decode(value: Any, settings: Consent) -> Reading:
    """What the string says; whatever it cannot be is unreadable."""
    word = short(value)
    if word == "1---":
        return Reading.NOT_APPLICABLE
    form = _FORM(word or "")
    if form is None:
        return Reading.UNREADABLE
    if form[2] == "y" or (form[1] == "n" and "no_notice" in settings.also_limits):
        return Reading.REFUSED
    return Reading.ALLOWED
