"""Consent by category, as consent tools keep it: preferences by name, or a list of what was allowed. Pure.

Sources: Segment's "Consent in Unify" and its OneTrust wrapper, Tealium's "Consent manager" and "Consent integrations",
OneTrust's active groups and its cookie. Names may be the customer's own: a sender's entry says which one counts. Until
then the usual names count, and a refusal of a name that nobody knows limits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

from pipeline.consent.consent_mode import state
from pipeline.consent.readings import (
    LONGEST,
    Finding,
    Reading,
    Said,
    fold_name,
    folded,
    given,
    listed,
    of_kinds,
    of_others,
    truth,
    unreadable,
    unwrapped,
    why_not,
)
from pipeline.consent.settings import Consent
from pipeline.values.words import Word

SIGNAL, GPC = Word("consent_category"), Word("global_privacy_control")

ADVERTISING = frozenset(
    "c0004 advertising ads ad targeting targetedadvertising marketing sale sell datasale datasharing saleofdata"
    " displayads".split()
)
# Usual names of what is not advertising.
OTHERS = frozenset(
    "c0001 c0002 c0003 c0005 necessary strictlynecessary essential required performance functional functionality"
    " preferences personalization personalisation analytics statistics measurement social socialmedia security"
    " sms push newsletter phone mail affiliates search email bigdata misc cookiematch cdp mobile engagement monitoring"
    " crm analyticsstorage functionalitystorage personalizationstorage securitystorage".split()
)
_HOW = "name the advertising category in the sender's entry: consent.categories"
_MOST = 50  # categories that are looked at; a consent tool has a dozen


def read(said: Sequence[Said], settings: Consent) -> Iterator[Finding]:
    """What all fields of one conversion say."""
    policies = {folded(one.value) for one in of_kinds(said, "policy")}
    told = of_others(given(said), "policy")
    if of_kinds(told, "approved"):
        told = of_others(told, "approved_in_part")
    for one in told:
        if one.kind == "cookie":
            yield from _cookie(one, settings)
        elif one.kind in ("preferences", "european_preferences"):
            yield from _preferences(one, settings)
        elif one.kind == "tealium":
            yield from _tealium(one, policies, settings)
        else:
            yield _approved(one, settings)


def _preferences(one: Said, settings: Consent) -> Iterator[Finding]:
    """An object of category -> whether it is allowed; without any it says nothing."""
    given = unwrapped(one.value)
    european = one.kind == "european_preferences"
    if not isinstance(given, dict):
        yield unreadable(SIGNAL, one, "an object of category to true or false")
        return
    words = {fold_name(name[:100]): _choice(value) for name, value in list(given.items())[:_MOST]}
    if len(given) > _MOST:
        yield Finding(SIGNAL, Reading.UNREADABLE, one.name, f"has more than {_MOST} categories")
    reading, warning = _chosen(words, settings)
    if reading is not Reading.ABSENT:
        yield Finding(SIGNAL, reading, one.name, warning, european)


def _choice(value: Any) -> Reading:
    if isinstance(value, dict):  # mParticle: {"consented": true}
        value = value.get("consented")
    return state(value)


def _chosen(words: Mapping[str, Reading], settings: Consent) -> tuple[Reading, str]:
    """What the choices mean: those of advertising count; of names that nobody knows any refusal does."""
    own, wanted = settings.categories, _wanted(settings)
    counting = [reading for name, reading in words.items() if name in wanted]
    reading = max(counting, default=Reading.ABSENT)
    if reading is Reading.UNREADABLE:
        return reading, "the advertising category is neither true nor false"
    if own and words and reading is Reading.ABSENT:
        return Reading.UNREADABLE, f"has none of the sender's categories: {_HOW}"
    return (reading, "") if own else _with_strangers(reading, words)


def _with_strangers(reading: Reading, words: Mapping[str, Reading]) -> tuple[Reading, str]:
    """What the choices mean beside those of categories that nobody knows."""
    strangers = [one for name, one in words.items() if name not in ADVERTISING | OTHERS]
    if reading is not Reading.REFUSED and Reading.REFUSED in strangers:
        return Reading.UNREADABLE, f"refuses a category of the sender's own: {_HOW}"
    return max(reading, Reading.ALLOWED if Reading.ALLOWED in strangers else Reading.ABSENT), ""


def _approved(one: Said, settings: Consent) -> Finding:
    """A list of what was allowed: what is not in it was refused."""
    names = listed(one.value)
    if names is None:
        return unreadable(SIGNAL, one, "the list of the allowed categories")
    allowed = {fold_name(name[:100]) for name in names[:_MOST]}
    if allowed & _wanted(settings):
        return Finding(SIGNAL, Reading.ALLOWED, one.name)
    if settings.categories or allowed & OTHERS:
        return Finding(SIGNAL, Reading.REFUSED, one.name)
    return Finding(SIGNAL, Reading.UNREADABLE, one.name, f"lists no category that is known: {_HOW}")


def _tealium(one: Said, policies: set[str], settings: Consent) -> Iterator[Finding]:
    """Tealium's consent manager: with the policy `ccpa` full consent has an empty list, and the list says nothing."""
    if "gdpr" not in policies and "ccpa" in policies:
        return
    european = "gdpr" in policies
    names = listed(one.value)
    found = _approved(one, settings)
    if european and names is not None and found.reading is not Reading.ALLOWED:
        found = Finding(SIGNAL, Reading.REFUSED, one.name)
    elif names == []:
        why = "is empty, and without a policy nobody knows what that means: send policy too"
        found = Finding(SIGNAL, Reading.UNREADABLE, one.name, why)
    yield replace(found, european=european)


def _wanted(settings: Consent) -> frozenset[str]:
    """The categories that count: the sender's own, or else those of advertising."""
    return frozenset(map(fold_name, settings.categories)) or ADVERTISING


def _cookie(one: Said, settings: Consent) -> Iterator[Finding]:
    """OneTrust's cookie: isGpcEnabled=0&...&groups=C0001:1,C0002:0, encoded for an address or not."""
    text = one.value if isinstance(one.value, str) and len(one.value) <= LONGEST else ""
    fields = dict(parse_qsl(text if "=" in text else unquote(text)))
    if truth(fields.get("isGpcEnabled")) is True:
        yield Finding(GPC, Reading.REFUSED, one.name)
    groups = [entry.partition(":") for entry in fields.get("groups", "").split(",")[:_MOST]]
    words = {fold_name(name): _choice(value) for name, colon, value in groups if colon}
    reading, warning = _chosen(words, settings)
    if not words:
        reading, warning = Reading.UNREADABLE, why_not(one.value, "OneTrust's cookie OptanonConsent, unchanged")
    if reading is not Reading.ABSENT:
        yield Finding(SIGNAL, reading, one.name, warning)
