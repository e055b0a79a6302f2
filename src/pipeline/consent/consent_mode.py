"""Google's consent mode: what a page, a tag or a server container says of ad_storage and ad_user_data. Pure.

Sources: Google's "Consent mode" and "Measurement Protocol"; for `gcs` and `gcd`, which Google does not document, the
public templates stape-io/facebook-tag and analytics-debugger/gtm-template-server-side-google-consent-parser. Consent to
analytics is not looked at.
"""

import re
import string
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.consent import europe
from pipeline.consent.readings import (
    Finding,
    Reading,
    Said,
    absent,
    folded,
    given,
    listed,
    of_kinds,
    short,
    truth,
    why_not,
)
from pipeline.consent.settings import Consent
from pipeline.values.words import Word

SIGNAL = Word("consent_mode")

STORAGE, USER_DATA, PERSONALISATION = "ad_storage", "ad_user_data", "ad_personalization"
_STATES = (STORAGE, USER_DATA, PERSONALISATION)
_GRANTED = frozenset("granted consentgranted allowed allow accepted accept given optin optedin agreed".split())
_DENIED = frozenset(
    "denied consentdenied deny disallowed rejected reject declined refused revoked withdrawn optout optedout".split()
)
_NOT_SET = frozenset({"unspecified", "consentstatusunspecified", "notset", "unset"})
_GCS = re.compile("g1([01-])[01-]{1,2}").fullmatch
# A version, then a digit and a letter for each state: storage, analytics, user data, personalisation.
_GCD = re.compile(r"\d(?:\d[0-9A-Za-z_-]){4}[0-9A-Za-z_-]{0,11}").fullmatch
_LETTERS = string.digits + string.ascii_lowercase + string.ascii_uppercase + "-_"
_LETTERS_AT = {STORAGE: 2, USER_DATA: 6, PERSONALISATION: 8}


def read(said: Sequence[Said], settings: Consent) -> Iterator[Finding]:
    """What all fields of one conversion say together: an update replaces a default, and a refusal counts."""
    found = _states(said)
    if STORAGE in settings.does_not_limit:
        found = [one for one in found if one[1] != STORAGE or one[2] is Reading.ALLOWED]
    european = any(_is_european(one) for one in said)
    for name, kind, reading, warning in found:
        # Cookies may be allowed while nobody said anything of the use of data.
        if reading is not Reading.ALLOWED or kind in (USER_DATA, "gcs"):
            yield Finding(SIGNAL, reading, name, warning, european)


def _states(said: Sequence[Said]) -> list[tuple[str, str, Reading, str]]:
    """Name, kind, reading and warning of each state that is said."""
    states = of_kinds(said, *_STATES)
    updated = {one.kind for one in states if not one.default}
    found = [state for one in states if not one.default or one.kind not in updated for state in _of_field(one)]
    found += [state for one in of_kinds(given(said), "gcs") for state in _of_gcs(one)]
    return found + [state for one in of_kinds(given(said), "gcd") for state in _of_gcd(one)]


def state(value: Any) -> Reading:
    """What one word says, in any of Google's spellings; what is not set says nothing."""
    word = folded(value)
    if absent(value) or word in _NOT_SET:
        return Reading.ABSENT
    granted = word in _GRANTED or (None if word in _DENIED else truth(value))
    if granted is None and word not in _DENIED:
        return Reading.UNREADABLE
    return Reading.ALLOWED if granted else Reading.REFUSED


def _of_field(one: Said) -> Iterator[tuple[str, str, Reading, str]]:
    reading = state(one.value)
    if reading is not Reading.ABSENT:
        warning = why_not(one.value, "granted or denied") if reading is Reading.UNREADABLE else ""
        yield one.name, one.kind, reading, warning


def _of_gcs(one: Said) -> Iterator[tuple[str, str, Reading, str]]:
    form = _GCS(short(one.value) or "")
    if form is None:
        yield one.name, "gcs", Reading.UNREADABLE, why_not(one.value, "a text such as G111")
    elif form[1] != "-":
        granted = form[1] == "1"
        # A refusal of cookies alone is one of storage.
        kind, reading = ("gcs", Reading.ALLOWED) if granted else (STORAGE, Reading.REFUSED)
        yield one.name, kind, reading, ""


def _of_gcd(one: Said) -> Iterator[tuple[str, str, Reading, str]]:
    text = one.value.strip() if isinstance(one.value, str) and len(one.value) <= 100 else ""
    if not _GCD(text):
        yield one.name, "gcd", Reading.UNREADABLE, why_not(one.value, "the text as Google's tag wrote it")
        return
    for kind, at in _LETTERS_AT.items():
        number = _LETTERS.index(text[at])
        effective = number & 3 if number & 3 > 1 else number >> 2 & 3  # the update if there is one, else the default
        if effective > 1:
            yield one.name, kind, Reading.REFUSED if effective == 2 else Reading.ALLOWED, ""


def _is_european(one: Said) -> bool:
    """Whether the field says that the choice is one of a person in Europe: a region, or Google's mark for its law."""
    if one.kind == "dma":
        return truth(one.value) is True
    if one.kind != "region":
        return False
    regions = listed(one.value) or []
    return bool(regions) and all(map(europe.is_in, regions))
