"""Whatever is clean takes the fast reading: the samples of events/, and shapes made from the tables of fields.

Clean is that of which the answer says nothing.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import destinations
from handlers import api
from local import senders
from local.cases import Case, read_cases
from pipeline.contract.destination import Prepared, Shared
from pipeline.intake import body, reception
from pipeline.intake.access import Request
from pipeline.intake.body import BadRequest, Body
from pipeline.intake.senders import Sender
from pipeline.values import kinds, language
from pipeline.values.field import Kind
from rokt import fast as rokt_fast
from roku import fast, fields, vocabulary
from roku.normalise import Settings
from sources import registry
from tests.unit.test_fast_reading import PURCHASE, changed, check_roku, read

EVENTS = Path(__file__).parents[2] / "events"
SENDERS = {
    one.name: one
    for one in registry.senders(json.dumps(senders.senders(senders.SENDER_KEY, ["https://shop.example"])))[0]
}

# What nobody's answer says a word of, by the kind of field.
CLEAN: list[tuple[Kind, list[Any]]] = [
    (kinds.TEXT, ["Café au lait", "Тёплый плед", "日本茶", "Nike & Co", 7]),
    (kinds.REFERENCE, [7, "u-7", "nr 5", "α-12"]),
    (kinds.PLACE, ["São Paulo", "München", "大阪", "Nîmes", " Austin "]),
    (kinds.AMOUNT, ["99.50", "0", "1200", 12, 12.5]),
    (kinds.INTEGER, ["3", 3.0, 3]),
    (
        kinds.PAGE,
        [
            "https://shop.example/a%20b?utm_source=news&utm_campaign=summer%20sale",
            "https://shop.example/caf%C3%A9/?q=a+b#basket",
        ],
    ),
    (kinds.TIME, ["2026-05-01T12:00:00Z", "2026-05-01T12:00:00.123+02:00", "1777636800", 1777636800000]),
    (kinds.EVENT_ID, [7, "order 7", "заказ-7"]),
    (kinds.OPT_OUT, [True, False]),
    (kinds.IP_ADDRESS, ["2001:db8::1", "203.0.113.9"]),
    (kinds.DEVICE, ["5E2D9C1A-9E9C-4D5B-9C1A-9E9C4D5B9C1A"]),
]
PERSON: list[tuple[str, Any]] = [
    *(("fn", name) for name in ("Zoë", "Иван", "美咲", "Nan", " Mary  Ann ")),
    *(("ph", number) for number in ("212 555 0123", 12125550123, "+44 20 7946 0958", "(212) 555-0123")),
    *(("em", address) for address in (" Jane@Example.com ", "jörg@bücher.example", "JANE@EXAMPLE.COM")),
    *(("st", state) for state in ("TX", "NY", "Texas", "new york", "N. Carolina")),
    *(("country", country) for country in ("US", "usa", "United States", "DE")),
    *(("zp", code) for code in ("78701-1234", 78701, "SW1A 1AA")),
    *(("db", day) for day in ("1990-01-02", "19900102")),
    ("ge", "Female"),
    ("data_processing_country", "Germany"),
]


def shapes() -> Iterator[tuple[str, str, Any]]:
    """Where something is put into a purchase, and what."""
    for section, known in fields.TABLE.items():
        if "." in section:
            continue
        for one in known:
            if not one.needed:
                yield section, one.name, None
            yield from ((section, one.name, value) for kind, clean in CLEAN if kind is one.kind for value in clean)
        for name in sorted(language.elsewhere("roku", section)):
            yield section, name, "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a"
    yield from (("user_data", name, value) for name, value in PERSON)
    yield from (("custom_data", "contents", value) for value in ([{"id": 7, "quantity": 1, "price": "9.50"}],))
    yield from (("", name, value) for name, value in (("is_hashed", False), ("data_processing_country", "US")))


def test_a_clean_field_keeps_its_conversion_on_the_fast_reading() -> None:
    made = list(shapes())
    slow = [one for one in made if not _is_fast(*one)]
    assert slow == []
    assert len(made) > 100


def _is_fast(section: str, name: str, value: Any) -> bool:
    return check_roku(changed(PURCHASE, section, **{name: value}), Settings(), {})


def test_so_does_every_event_name() -> None:
    assert [name for name in vocabulary.EVENT_NAMES if read(PURCHASE | {"event_name": name}) is None] == []


@pytest.mark.parametrize("destination", ["roku", "rokt"])
def test_every_clean_sample_takes_the_fast_reading(destination: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slow: list[str] = []
    clean = 0
    module = fast if destination == "roku" else rokt_fast
    was_fast = _spied(module, monkeypatch)
    for case in read_cases(EVENTS):
        for conversion, made, fast_reading in _conversions(case, destination, was_fast):
            if isinstance(made, Prepared) and not made.warnings and "audience_name" not in conversion:
                clean += 1
                slow += [] if fast_reading else [f"{case.name}: {conversion}"]
    assert slow == []
    assert clean > 25


def _spied(module: Any, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the conversions that were read took the fast reading."""
    found: list[bool] = []
    original = module.read

    def spy(*args: Any, **named: Any) -> Any:
        facts = original(*args, **named)
        found.append(facts is not None)
        return facts

    monkeypatch.setattr(module, "read", spy)
    return found


def _conversions(case: Case, name: str, was_fast: list[bool]) -> list[tuple[Any, Any, bool]]:
    """The conversions of a sample that reached a destination, what it made of them, and whether that was fast."""
    request = _request(case)
    sender = SENDERS.get(case.key, SENDERS["local"])
    try:
        posting = _posting(request, sender)
    except BadRequest:
        return []
    destination, found = destinations.load(name), []

    def transform(conversion: object, shared: Shared) -> Any:
        was_fast.clear()
        made = destination.transform(conversion, shared)
        found.append((conversion, made, was_fast == [True]))
        return made

    told = replace(destination, transform=transform)
    reception.receive(request, sender, posting, [told], default="group", now=time.time())
    return found


def _request(case: Case) -> Request:
    parts = urlsplit(case.path)
    headers = {name.lower(): value for name, value in case.headers.items()}
    return Request("POST", parts.path, headers, dict(parse_qsl(parts.query)), case.body, "203.0.113.7", "Mozilla/5.0")


def _posting(request: Request, sender: Sender) -> Body:
    return body.read(request.body) if request.source is None else api.reader_of_source(request)(request, sender)
