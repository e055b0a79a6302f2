"""Whoever refused, in whatever words, at whatever place of whatever door, is limited; whoever did not is not."""

import json
import random
from collections import Counter
from functools import cache

import pytest

import destinations
from pipeline.intake.access import Request
from pipeline.intake.received import Received
from pipeline.intake.reception import receive
from pipeline.intake.senders import Sender
from tests.unit.consent_doors import DOORS, FLAT, Door, Post
from tests.unit.consent_signals import MAKERS, Make, Signal, signal, unreadable
from tests.unit.conversions import NOW

SERVER = Sender(name="shop", default_event_group="g")
PAGE = Sender(name="page", default_event_group="g", browser=True)
ROKU, ROKT = destinations.load("roku"), destinations.load("rokt")
# A page's address can refuse in the words of tags alone.
OF_TAGS = ("us_privacy", "gpp", "tcf", "opt_out", "gpc", "gcs")
EACH, MANY = 3_000, 100_000


def outcomes(door: Door, post: Post) -> tuple[Received, Received]:
    """What a post becomes for Roku and for Rokt, as the API's function does it."""
    sender = PAGE if door.browser else SERVER
    request = Request("POST", "/", dict(post.headers), dict(post.query), post.body, "203.0.113.9", "Mozilla/5.0")
    posting = door.read(request, sender)
    received = receive(request, sender, posting, [ROKU, ROKT], default="g", now=NOW)
    return received["roku"], received["rokt"]


def check(door: Door, place: str, given: Signal) -> None:
    """The promise, for one conversion."""
    meaning = "silent" if place == "page" and given.meaning == "allowed" else given.meaning
    roku, rokt = outcomes(door, door.places[place](given.fields))
    told = f"{door.name}, {place}: {given}"
    if meaning == "european":
        assert not roku.events, told
        assert not rokt.events, told
        assert "tcf" in roku.refusals[0] or "consent_mode" in roku.refusals[0], told
        return
    assert list(roku.events) == [0], f"{told}: {roku.failed} {roku.withheld} {roku.ignored}"
    limited = json.loads(roku.events[0].line).get("opt_out") == "true"
    assert limited == (meaning == "refused"), told
    assert bool(roku.limited()) == limited, told
    assert list(rokt.events) == ([0] if goes_to_rokt(door.name) and not limited else []), told
    for warning in roku.warnings if meaning != "refused" else ():
        assert "not a known field" not in warning["warning"] or warning["field"] in NOT_OF_CONSENT, (told, warning)


@cache
def goes_to_rokt(name: str) -> bool:
    """Whether Rokt takes the plain conversion of this door: it has no use for a phone number."""
    door = next(door for door in DOORS if door.name == name)
    return list(outcomes(door, next(iter(door.places.values()))({}))[1].events) == [0]


# Objects in which the tests put signals, and what is beside them there.
NOT_OF_CONSENT = frozenset("context properties device custom custom_fields region policy".split())


def run(rng: random.Random, many: int) -> Counter[str]:
    """So many conversions, each signal in each place of each door in turn."""
    rounds = [(door, place, make) for door in DOORS for place in door.places for make in (*MAKERS, None)]
    seen: Counter[str] = Counter()
    while seen.total() < many:
        for door, place, make in rounds:
            given = _signal(rng, make, place)
            if given is not None:
                check(door, place, given)
                seen[given.meaning] += 1
    return seen


def _signal(rng: random.Random, make: Make | None, place: str) -> Signal | None:
    """A signal that fits the place, None if this maker has none."""
    if place == "page" and (make is None or make.__name__.removeprefix("_") not in OF_TAGS):
        return None
    given = unreadable(rng) if make is None else signal(rng, make)
    return None if place in FLAT and not given.flat else given


def test_no_refusal_is_lost_at_any_place_of_any_door_and_no_permission_is_taken_for_one() -> None:
    seen = run(random.Random(14), EACH)
    assert min(seen.values()) > EACH / 40


@pytest.mark.thorough(reason="100,000 conversions with signals of consent")
def test_no_refusal_of_100_000_is_lost() -> None:
    run(random.Random(), MANY)
