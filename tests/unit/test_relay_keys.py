"""`relay keys add`: what its options make of an entry."""

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from relay import mapping
from relay.errors import Misuse, Trouble
from relay.senders.key_meaning import faults
from relay.senders.key_settings import consent_settings, source_settings
from relay.senders.keys import _sources
from sources import registry
from sources.mapped import ready


def test_settings_of_consent_are_words_and_lists_of_words() -> None:
    given = ["categories=Werbung, Partner Ads", "law=eu", "also_limits=no_signal"]
    assert consent_settings(given) == {
        "categories": ["Werbung", "Partner Ads"],
        "law": "eu",
        "also_limits": ["no_signal"],
    }


def test_a_setting_without_a_value_is_told() -> None:
    with pytest.raises(Trouble, match="SETTING=value"):
        consent_settings(["law"])


def test_a_setting_that_is_given_twice_is_told_for_the_second_would_take_the_firsts_place() -> None:
    with pytest.raises(Misuse, match=r"shopify\.only\.tag was given before: give it once, of several values as a list"):
        source_settings(["shopify.only.tag=vip", "shopify.only.channel=web", "shopify.only.tag=new"])
    with pytest.raises(Misuse, match="categories was given before: give it once, of several values with commas"):
        consent_settings(["categories=Ads", "law=eu", "categories=Partners"])
    with pytest.raises(Misuse, match=r"--map and --source webhook\.map"):
        _sources(["webhook.map=stripe"], "woocommerce")
    with pytest.raises(Misuse, match=r"csv\.currency was given before"):
        source_settings(["csv.currency=USD", "csv.currency=EUR"])
    listed = source_settings(['shopify.only.tag=["vip", "new"]', "shopify.without.tag=vip", "csv.currency=USD"])
    assert listed == {
        "shopify": {"only": {"tag": ["vip", "new"]}, "without": {"tag": "vip"}},
        "csv": {"currency": "USD"},
    }


WEBHOOK = {"webhook": {"map": {"set": {"event_name": {"path": "a", "map": {"x": "PURCHSE"}}}}}}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"sources": {"ringbaa": {}}}, "ringbaa is not a source: did you mean ringba?"),
        ({"sources": {"callrail": {"minimum_duraton": 5}}}, "did you mean minimum_duration?"),
        ({"sources": {"webhook/own": {"mapp": {}}}}, "did you mean map?"),
        ({"consent": {"categorys": ["x"]}}, "did you mean categories?"),
        ({"event_names": ["PURCHSE"]}, "did you mean PURCHASE?"),
        ({"event_names": ["WON_DEAL"]}, "not an event that Roku takes"),
        ({"sources": {"csv": {"event_names": {"sale": "PURCHASES"}}}}, "csv.event_names: PURCHASES is not an event"),
        ({"sources": WEBHOOK}, "webhook.map: PURCHSE is not an event"),
        ({"browser": True}, "no page could use"),
    ],
)
def test_an_entry_of_the_right_form_and_no_meaning_is_told_with_its_fix(entry: dict[str, Any], told: str) -> None:
    (fault,) = faults(entry, destinations=("roku",), allowed_origins="")
    assert told in fault


@pytest.mark.parametrize(
    ("entry", "destinations", "origins"),
    [
        ({"event_names": ["*"], "sources": {"webhook/stripe": {"url": "https://x/y"}}}, ("roku",), ""),
        ({"event_names": ["purchase", "PAGE-VIEW"]}, ("roku",), ""),
        ({"event_names": ["WON_DEAL"]}, ("roku", "rokt"), ""),  # Rokt takes names of one's own
        ({"browser": True}, ("roku",), "https://www.example.com"),
        ({"browser": True, "origins": ["https://www.example.com"]}, ("roku",), ""),
        ({"sources": {"callrail": {"event_names": {"missed": None}}}}, ("roku",), ""),
    ],
)
def test_an_entry_with_a_meaning_is_taken(entry: dict[str, Any], destinations: tuple[str, ...], origins: str) -> None:
    assert list(faults(entry, destinations=destinations, allowed_origins=origins)) == []


def test_the_option_map_takes_a_file_or_a_ready_made_name(tmp_path: Path) -> None:
    file = tmp_path / "map.json"
    file.write_text('{"set": {}}', encoding="utf-8")
    assert mapping.given_map(str(file)) == {"set": {}}
    assert mapping.given_map("stripe") == "stripe"
    file.write_text("{", encoding="utf-8")
    for wrong, told in ((str(file), "is not JSON"), ("strpe", "did you mean stripe")):
        with pytest.raises(Misuse, match=told):
            mapping.given_map(wrong)


def test_every_ready_made_mapping_gives_events_that_roku_takes() -> None:
    names = ready.names()
    entries = [{"sources": {"webhook": {"map": ready.ready(name)}}} for name in names]
    assert [list(faults(one, destinations=("roku",), allowed_origins="")) for one in entries] == [[]] * len(names)


PAGES = sorted((Path(__file__).parents[2] / "docs" / "senders").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_the_commands_of_a_page_write_entries_that_are_used(page: Path) -> None:
    commands = re.findall(r"^\$ relay keys add (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert commands or page.stem == "browser"
    for command in map(shlex.split, commands):
        settings = [value for option, value in pairwise(command) if option == "--source"]
        sources = source_settings(settings)
        if "--map" in command and (named := command[command.index("--map") + 1]) in ready.names():
            sources.setdefault("webhook", {})["map"] = named
        entry = {"key": "a-long-key", "sources": sources}
        assert list(faults(entry, destinations=("roku",), allowed_origins="")) == []
        assert registry.senders(json.dumps({"one": entry}))[1] == []
