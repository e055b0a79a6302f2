"""Our decoders of GPP and TC strings beside the IAB's own (npm: @iabgpp/cmpapi, @iabtcf/core), on random strings."""

import json
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.consent import gpp_in_force, tcf
from pipeline.consent.bits import Undecodable
from pipeline.consent.readings import Reading, Said
from pipeline.consent.settings import Consent
from tests.unit import consent_strings as strings

FOLDER = Path(__file__).parent / "npm_consent"
MANY = 10_000
VENDORS = (1, 71, 755)

pytestmark = [
    pytest.mark.thorough(reason="the IAB's decoders on Node.js"),
    pytest.mark.skipif(
        shutil.which("node") is None or not (FOLDER / "node_modules" / "@iabgpp").is_dir(),
        reason="`make thorough` installs the IAB's decoders; they need Node.js",
    ),
]


def decoded(kind: str, texts: list[str]) -> list[Any]:
    """What the IAB's library makes of each text, None where it refuses it."""
    lines = "".join(json.dumps([kind, text]) + "\n" for text in texts)
    run = subprocess.run(
        ["node", "decode.cjs"],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        cwd=FOLDER,
    )
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(found) == len(texts)
    return found


def by_the_rules(section: dict[str, Any]) -> Reading:
    """What a section's fields, as the library names them, mean by the published rules."""
    outs = {name: value for name, value in section.items() if name.endswith("OptOut")}
    notices = {name: value for name, value in section.items() if name.endswith("Notice") and "Sensitive" not in name}
    agreed = [section[name] for name in section if name.startswith("Mspa") and name != "MspaVersion"]
    provider = section.get("MspaServiceProviderMode") == 1 or section.get("MspaMode") == 2
    children = section.get("KnownChildSensitiveDataConsents", 0)
    known_child = any(children) if isinstance(children, list) else children != 0
    if section.get("Gpc") or 1 in outs.values() or provider or known_child:
        return Reading.REFUSED
    if 3 in (*outs.values(), *notices.values(), *agreed) or 2 in notices.values():
        return Reading.UNREADABLE
    pairs = [(section[f"{name}Notice"], value) for name, value in outs.items()]
    if set(pairs) == {(0, 0)}:
        return Reading.NOT_APPLICABLE
    return Reading.ALLOWED if set(pairs) <= {(1, 2), (0, 0)} else Reading.UNREADABLE


def random_section(rng: random.Random, number: int) -> str:
    """A section with random values, mostly such as consent tools write."""
    names = [name.partition("[")[0] for name in strings.SECTIONS[number].split()]
    calm = rng.random() < 0.5
    values = {
        name: 0 if calm and name in ("Child", "ServiceProviderMode", "Mode") else rng.randint(0, 2) for name in names
    }
    if calm:
        values |= strings.choices(number, 2)
    if rng.random() < 0.05:
        values = dict.fromkeys(names, 0)  # of nothing does it say anything
    if rng.random() < 0.1:
        values[rng.choice(names)] = 3
    gpc = rng.choice([None, False, True] if not calm else [None, False]) if number in strings.WITH_GPC else None
    version = rng.choice([1, 2]) if number == 7 else None
    return strings.us_section(number, gpc=gpc, version=version, **values)


def reading(text: str) -> Reading:
    """Ours."""
    findings = gpp_in_force.read([Said("string", "gpp", text)], Consent())
    return max((one.reading for one in findings), default=Reading.ABSENT)


def test_gpp_strings_say_what_the_iabs_decoder_finds_in_them() -> None:
    rng = random.Random()
    texts = []
    for _ in range(MANY):
        chosen = rng.sample(list(strings.SECTIONS), rng.choice([1, 1, 1, 2, 5]))
        texts.append(strings.gpp({number: random_section(rng, number) for number in chosen}))
    seen: Counter[Reading] = Counter()
    for text, found in zip(texts, decoded("gpp", texts), strict=True):
        assert found is not None, text
        expected = max(by_the_rules(section) for section in found.values())
        assert reading(text) == expected, (text, found)
        seen[expected] += 1
    assert len(seen) == 4


def test_a_damaged_gpp_string_is_never_permission() -> None:
    rng = random.Random()
    texts = []
    for _ in range(MANY):
        text = strings.gpp({7: random_section(rng, 7), rng.choice([8, 12, 24]): random_section(rng, 8)})
        at = rng.randrange(len(text))
        texts.append(rng.choice([text[:at], text[:at] + rng.choice("~. ?") + text[at + 1 :], text[at:]]))
    refused = [text for text, found in zip(texts, decoded("gpp", texts), strict=True) if found is None]
    assert len(refused) > MANY / 10
    for text in refused:
        assert text == "" or reading(text) >= Reading.UNREADABLE, text


def test_tc_strings_hold_the_purposes_and_vendors_that_the_iabs_decoder_finds_in_them() -> None:
    rng = random.Random()
    texts = []
    for _ in range(MANY):
        purposes = rng.sample(range(1, 25), rng.randint(0, 24))
        vendors = rng.sample(range(1, 1_200), rng.randint(0, 60)) + ([71] if rng.random() < 0.5 else [])
        texts.append(strings.tc_string(rng, purposes, vendors, runs=rng.random() < 0.5))
    for text, found in zip(texts, decoded("tcf", texts), strict=True):
        assert found is not None, text
        ours = tcf.parse(text)
        assert (ours.purposes, [one for one in range(1, 1_201) if ours.allows(one)]) == (
            frozenset(found["purposes"]),
            sorted(found["vendors"]),
        ), text


def test_a_tc_string_that_the_iabs_encoder_would_not_write_raises_nothing_else() -> None:
    rng = random.Random()
    for _ in range(MANY):
        text = strings.tc_string(rng, [1, 3], [71], runs=rng.random() < 0.5)[: rng.randrange(60)]
        try:
            tcf.parse(text)
        except Undecodable:
            continue
