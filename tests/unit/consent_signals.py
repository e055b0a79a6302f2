"""Signals of consent as senders write them, at random, each with what it means: the tests' own, no part of the reader.

A signal is some fields, and a meaning: `refused`, `european` (refused under European law), `allowed`, `silent`.
"""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.unit import consent_strings as strings

MEANINGS = ("refused", "european", "allowed", "silent")


class Signal(NamedTuple):
    """Fields that are put beside each other somewhere, and what they mean. `flat`: each of them is one word."""

    fields: dict[str, Any]
    meaning: str
    flat: bool = True


Make = Callable[[random.Random, bool], Signal]


def _spelled(rng: random.Random, name: str) -> str:
    """The name in one of the spellings that are about."""
    parts = name.split("_")
    camel = parts[0] + "".join(part.title() for part in parts[1:])
    return rng.choice([name, name, name.upper(), camel, name.replace("_", "-")])


def _us_privacy(rng: random.Random, refused: bool) -> Signal:
    value = "1" + rng.choice("YN-") + ("Y" if refused else "N") + rng.choice("YN-")
    if rng.random() < 0.2:
        value = value.lower()
    name = rng.choice([_spelled(rng, "us_privacy"), "usprivacy", "IABUSPrivacy_String", "usp_string", "ccpa"])
    return Signal({name: value}, "refused" if refused else "allowed")


def _gpp(rng: random.Random, refused: bool) -> Signal:
    chosen = rng.sample(list(strings.SECTIONS), rng.randint(1, 4))
    sections = {}
    loud = rng.choice(chosen) if refused else None
    for one in chosen:
        values = strings.choices(one, 2)
        gpc = rng.choice([None, False]) if one in strings.WITH_GPC else None
        if one == loud:
            outs = [name for name in values if name.endswith("OptOut")]
            if one in strings.WITH_GPC and rng.random() < 0.3:
                gpc = True
            else:
                values[rng.choice(outs)] = 1
        sections[one] = strings.us_section(one, gpc=gpc, **values, Covered=rng.choice([1, 2]))
    fields: dict[str, Any] = {_spelled(rng, "gpp"): strings.gpp(sections)}
    if rng.random() < 0.5:
        joined = rng.choice([",", "_"]).join(map(str, sorted(chosen)))
        fields[_spelled(rng, "gpp_sid")] = joined
    return Signal(fields, "refused" if refused else "allowed")


def _tcf(rng: random.Random, refused: bool) -> Signal:
    needed = {1, 3, 4, 7}
    more = set(rng.sample(range(1, 25), 8))
    missing = set(rng.sample(sorted(needed), rng.randint(1, 4))) if refused else set()
    vendors = {71, *rng.sample(range(1, 900), rng.randint(0, 40))}
    text = strings.tc_string(rng, (more | needed) - missing, vendors, runs=rng.random() < 0.5)
    fields: dict[str, Any] = {rng.choice(["gdpr_consent", "tcString", "tc_string", "IABTCF_TCString"]): text}
    if rng.random() < 0.6:
        fields[rng.choice(["gdpr", "gdprApplies", "gdpr_applies"])] = rng.choice([1, "1", True, "true"])
    return Signal(fields, "european" if refused else "allowed")


def _opt_out(rng: random.Random, refused: bool) -> Signal:
    name = rng.choice([_spelled(rng, "do_not_sell"), "optOut", "opted_out", "ccpa_opt_out", "sale_opt_out"])
    yes, no = [True, "true", 1, "1", "YES", "y"], [False, "false", 0, "0", "No", "n"]
    return Signal({name: rng.choice(yes if refused else no)}, "refused" if refused else "allowed")


def _gpc(rng: random.Random, refused: bool) -> Signal:
    name = rng.choice(["gpc", "globalPrivacyControl", "global_privacy_control", "global_privacy_control_opt_out"])
    return Signal({name: rng.choice([True, 1, "1", "true"] if refused else [False, 0, "0", "false"])},
                  "refused" if refused else "silent")  # fmt: skip


def _consent_mode(rng: random.Random, refused: bool) -> Signal:
    words = rng.choice([("granted", "denied"), ("GRANTED", "DENIED"), ("CONSENT_GRANTED", "CONSENT_DENIED")])
    names = rng.choice([("ad_user_data", "ad_personalization"), ("adUserData", "adPersonalization")])
    states = {names[0]: words[0], names[1]: words[0], "analytics_storage": rng.choice(["granted", "denied"])}
    if refused:
        states[rng.choice(names)] = words[1]
    region = {"region": rng.choice([["DE"], ["FR-75", "IT"], ["NO"]])} if rng.random() < 0.3 else {}
    meaning = ("european" if region else "refused") if refused else "allowed"
    return Signal({rng.choice(["consent", "consentMode"]): states | region}, meaning, flat=False)


def _gcs(rng: random.Random, refused: bool) -> Signal:
    value = f"G1{0 if refused else 1}{rng.choice('01')}"
    return Signal({rng.choice(["gcs", "x-ga-gcs"]): value}, "refused" if refused else "allowed")


def _limited(rng: random.Random, refused: bool) -> Signal:
    word = "refused" if refused else "silent"
    name, flag = rng.choice(["limited_data_use", "rdp", "npa", "non_personalized_ads"]), rng.choice([True, 1, "true"])
    forms: list[dict[str, Any]] = [
        {name: flag if refused else rng.choice([False, 0, "false"])},
        {"opt_out_type": "LDP" if refused else ""},
        {"data_processing_options": rng.choice(["LDU", "ldu"]) if refused else ""},
    ]
    return Signal(rng.choice(forms), word)


def _limited_objects(rng: random.Random, refused: bool) -> Signal:
    options: list[Any] = [["LDU"], {"modes": ["LDU"], "country": "US"}, {"options": "LIMITED_DATA_USE"}]
    value = rng.choice(options) if refused else []
    place = {"data_processing_options_country": 1, "data_processing_options_state": 1000}
    fields = {rng.choice(["data_processing_options", "dataProcessingOptions"]): value}
    return Signal(fields | (place if rng.random() < 0.5 else {}), "refused" if refused else "silent", flat=False)


def _categories(rng: random.Random, refused: bool) -> Signal:
    name = rng.choice(["Advertising", "C0004", "targeting", "Sale of Data"])
    preferences = {name: not refused, "Analytics": rng.random() < 0.5, "C0001": True}
    fields = {"consent": {"categoryPreferences": preferences}}
    return Signal(fields, "refused" if refused else "allowed", flat=False)


def _groups(rng: random.Random, refused: bool) -> Signal:
    groups = ["C0001", *(["C0002"] if rng.random() < 0.5 else []), *([] if refused else ["C0004"])]
    forms: list[dict[str, Any]] = [
        {rng.choice(["OnetrustActiveGroups", "OptanonActiveGroups"]): f",{','.join(groups)},"},
        {"tci.purposes_with_consent_all": ",".join(groups)},
        {"OptanonConsent": f"isGpcEnabled=0&groups=C0001%3A1%2CC0004%3A{int(not refused)}"},
    ]
    return Signal(rng.choice(forms), "refused" if refused else "allowed")


def _device(rng: random.Random, refused: bool) -> Signal:
    forms: list[tuple[dict[str, Any], str]] = [
        ({"att_status": rng.choice([0, 1, 2, "denied"]) if refused else 3}, "allowed"),
        ({"limit_ad_tracking": int(refused)}, "silent"),
        ({"lmt": int(refused)}, "silent"),
        ({"advertiser_tracking_enabled": int(not refused)}, "allowed"),
        ({"adTrackingEnabled": not refused}, "allowed"),
    ]
    fields, otherwise = rng.choice(forms)
    return Signal(fields, "refused" if refused else otherwise)


def _sold(rng: random.Random, refused: bool) -> Signal:
    forms: list[dict[str, Any]] = [
        {"ccpa": {"data_sale_opt_out": {"consented": refused}}},
        {"customerPrivacy": {"saleOfDataAllowed": not refused, "analyticsProcessingAllowed": rng.random() < 0.5}},
        {"visitorConsent": {"saleOfData": rng.choice(["no", False]) if refused else "yes"}},
    ]
    return Signal(rng.choice(forms), "refused" if refused else "allowed", flat=False)


def _mail(rng: random.Random, _: bool) -> Signal:
    names = ("buyer_accepts_marketing", "accepts_marketing", "email_opt_out", "hs_email_optout")
    return Signal({rng.choice(names): rng.random() < 0.5}, "silent")


MAKERS: tuple[Make, ...] = (
    _us_privacy, _gpp, _tcf, _opt_out, _gpc, _consent_mode, _gcs, _limited, _limited_objects, _categories, _groups,
    _device, _sold, _mail,
)  # fmt: skip


def signal(rng: random.Random, make: Make) -> Signal:
    """One signal of this maker, refused or not."""
    return make(rng, rng.random() < 0.5)


def unreadable(rng: random.Random) -> Signal:
    """A signal that somebody meant to send, and that nobody can decode: it limits."""
    forms: list[dict[str, Any]] = [
        {"us_privacy": rng.choice(["${US_PRIVACY}", "1Y-N", "yes", "2YNN"])},
        {"gpp": rng.choice(["DBABLA", "DBABLA~BVV", "dbabla~x", "{{gpp}}", "D" * 9_000])},
        {"opt_out": rng.choice(["perhaps", "{{opt_out}}"])},
        {"gcs": "granted"},
        {"lmt": "unknown"},
    ]
    return Signal(rng.choice(forms), "refused")
