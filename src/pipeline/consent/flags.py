"""Fields that are one flag: opt-outs, Global Privacy Control, limited data use, and what devices say. Pure.

Sources: W3C "Global Privacy Control"; Meta's "Data Processing Options", Snap's, Pinterest's, TikTok's, Reddit's and
Amazon's conversion APIs as their senders fill them (segmentio/action-destinations); Apple's "App Tracking
Transparency"; OpenRTB 2.6 for `lmt` and `dnt`; mParticle's schema for `data_sale_opt_out`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.consent import consent_mode, us_privacy
from pipeline.consent.readings import Finding, Reading, Said, absent, finding, folded, listed, short, truth, unwrapped
from pipeline.consent.settings import Consent
from pipeline.values.words import Word

OPT_OUT = Word("opt_out")
GPC = Word("global_privacy_control")
LIMITED = Word("limited_data_use")
TRACKING = Word("tracking_permission")
LIMIT_TRACKING = Word("limit_ad_tracking")
DO_NOT_TRACK = Word("do_not_track")
ALLOWANCE = Word("consent")

_OUT = frozenset({"optedout", "optout", "denied", "refused", "withdrawn"})
_IN = frozenset({"optedin", "optin", "granted"})
_LIMITING = frozenset({"ldu", "ldp", "limiteddatause", "limiteddataprocessing"})
# Apple's numbers and the names that others give them.
_NOT_ASKED = frozenset({"0", "notdetermined"})
_TRACKING = {
    **dict.fromkeys(("1", "2", "restricted", "denied"), Reading.REFUSED),
    **dict.fromkeys(("3", "authorized", "authorised"), Reading.ALLOWED),
    "notapplicable": Reading.NOT_APPLICABLE,
}

Read = Callable[[Any, Consent], Reading]


def opted_out(value: Any, settings: Consent) -> Reading:
    """A flag that is true for whoever opted out; a US Privacy string in its place means what it means."""
    if us_privacy.looks_like_one(value):
        return us_privacy.decode(value, settings)
    word = folded(value)
    if word in _OUT | _IN:
        return Reading.REFUSED if word in _OUT else Reading.ALLOWED
    return _flag(value, Reading.REFUSED, Reading.ALLOWED)


def _sold(value: Any, settings: Consent) -> Reading:
    """ "Do not sell", which Tealium's web library has as a list of tags."""
    entries = listed(value) if truth(value) is None else None
    if entries is not None and opted_out(value, settings) is Reading.UNREADABLE:
        if all(entry.isdecimal() for entry in entries):
            return Reading.REFUSED if entries else Reading.NOT_APPLICABLE
        return Reading.UNREADABLE
    return opted_out(value, settings)


def _control(value: Any, _: Consent) -> Reading:
    """Global Privacy Control in a field: without it nobody said anything."""
    return _flag(value, Reading.REFUSED, Reading.NOT_APPLICABLE)


def _header(value: Any, _: Consent) -> Reading:
    """Its header: exactly 1, of several headers any of them; everything else must be ignored."""
    words = value[:100].split(",") if isinstance(value, str) else []
    return Reading.REFUSED if any(word.strip() == "1" for word in words) else Reading.ABSENT


def _limited(value: Any, settings: Consent) -> Reading:
    """Limited data use in any network's form: a flag, a word, a list of words, or an object that holds them."""
    value = unwrapped(value)
    if isinstance(value, dict):
        inner = [value[name] for name in ("modes", "options") if name in value]
        return max((_limited(one, settings) for one in inner), default=Reading.UNREADABLE if value else _EMPTY)
    if value == []:
        return _EMPTY
    words = listed(value) or []
    if any(folded(word) in _LIMITING for word in words):
        return Reading.REFUSED
    return _flag(value, Reading.REFUSED, Reading.NOT_APPLICABLE)


_EMPTY = Reading.NOT_APPLICABLE  # Meta's form for "not limited" is an empty list


def _permission(value: Any, settings: Consent) -> Reading:
    """Apple's status of the question whether an app may track."""
    if isinstance(value, bool) or short(value) in ("true", "false"):
        return _allowed(value, settings)
    if folded(value) in _NOT_ASKED:
        return Reading.NOT_APPLICABLE if "not_asked" in settings.does_not_limit else Reading.REFUSED
    return _TRACKING.get(folded(value), Reading.UNREADABLE)


def _allowed(value: Any, _: Consent) -> Reading:
    """A flag that is true for whoever allows; consent mode's words mean the same."""
    reading = consent_mode.state(value)
    return Reading.UNREADABLE if reading is Reading.ABSENT else reading


def _processed(value: Any, _: Consent) -> Reading:
    """Consent to be processed at all: without it nothing may be; with it nothing is said of advertising."""
    return _flag(value, Reading.NOT_APPLICABLE, Reading.REFUSED)


def _flag(value: Any, yes: Reading, no: Reading) -> Reading:
    said = truth(value)
    return Reading.UNREADABLE if said is None else yes if said else no


# The kind of a field -> its signal, how it is read, and what it should be.
KINDS: Mapping[str, tuple[Word, Read, str]] = {
    "opt_out": (OPT_OUT, opted_out, "true or false"),
    "do_not_sell": (OPT_OUT, _sold, "true or false"),
    "gpc": (GPC, _control, "true or false"),
    "gpc_header": (GPC, _header, "1"),
    "limited": (LIMITED, _limited, "the network's documented word, such as LDU, or an empty list"),
    "tracking": (TRACKING, _permission, "Apple's number 0 to 3, or its name"),
    "may_track": (TRACKING, _allowed, "1 or 0"),
    "limit_tracking": (LIMIT_TRACKING, _control, "1 or 0"),
    "do_not_track": (DO_NOT_TRACK, _control, "1 or 0"),
    "allowed": (ALLOWANCE, _allowed, "granted or denied"),
    "processed": (ALLOWANCE, _processed, "true or false"),
}
# Of names that mean something else too: only a flag is a signal, anything else is that other thing.
PERHAPS = {"perhaps_sold": "do_not_sell", "perhaps_limit": "limit_tracking", "perhaps_tracking": "tracking"}


def read(said: Sequence[Said], settings: Consent) -> Iterator[Finding]:
    """What each of the fields says."""
    for one in said:
        kind = PERHAPS.get(one.kind, one.kind)
        signal, meaning, what = KINDS[kind]
        if absent(one.value):
            continue
        reading = meaning(one.value, settings)
        if one.kind in PERHAPS and (reading is Reading.UNREADABLE or isinstance(one.value, list | dict)):
            continue
        if reading is not Reading.ABSENT:
            yield finding(signal, reading, one, what)
