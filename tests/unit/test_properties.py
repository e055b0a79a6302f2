"""What holds for everything that a sender can post, on generated bodies, documents and conversions."""

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from local.roku_sandbox.rules import check_event
from pipeline.contract.destination import Invalid, Prepared
from pipeline.intake import body, repair
from pipeline.intake.access import Request
from pipeline.intake.body import BadRequest
from pipeline.intake.reception import receive
from pipeline.intake.senders import Sender
from pipeline.values import amounts
from pipeline.values.mailboxes import is_nobodys
from pipeline.values.pages import cleaned
from pipeline.values.personal import holds_email, safe_reason
from roku.destination import declared
from roku.event import prepare
from roku.normalise import Settings
from roku.settings import Settings as Roku
from roku.vocabulary import CURRENCIES, DELIVERY_CATEGORIES, EVENT_NAMES, EVENT_SOURCES, PURCHASE_TYPES
from tests.unit.conversions import GROUP, NOW, sha

SERVER = Sender(name="server", key="server-key")
BROWSER = Sender(name="browser", key="browser-key", browser=True)
SETTINGS = [
    Settings(),
    Settings(default_country="US"),
    Settings(phone_format="e164"),
    Settings(phone_format="e164", default_country="DE"),
]


def post(
    raw: bytes, sender: Sender = SERVER, settings: Settings = SETTINGS[0]
) -> list[Prepared | dict[str, Any]] | None:
    """For each conversion of the body its finished event or its failure; None if the body was refused."""
    headers = {"referer": "https://shop.example.com/"}
    request = Request("POST", "/v1/events", headers, {}, raw, "203.0.113.9", "Mozilla/5.0")
    try:
        roku = declared(Roku(settings))
        posting = body.read(request.body)
        reception = receive(request, sender, posting, [roku], default=GROUP, now=NOW)["roku"]
    except BadRequest:
        return None
    assert reception.events.keys() | reception.failed.keys() == set(range(reception.received))
    assert not reception.events.keys() & reception.failed.keys()
    assert all(entry["errors"] for entry in reception.failed.values())
    json.dumps([*reception.failed.values(), reception.warnings])
    return [reception.events.get(index) or reception.failed[index] for index in range(reception.received)]


# Every character that JSON can carry; halves of surrogate pairs have a test of their own.
CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXT = st.text(CHARACTERS, max_size=40)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), 10**20, NOW, NOW * 1000]),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)

DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
EMAILS = st.builds(
    "{}@{}.{}".format, *[st.text("abcdefXYZ019", min_size=1, max_size=8)] * 2, st.sampled_from(["com", "co.uk"])
)
PHONES = st.from_regex(r"\+?[1-9][0-9 ().-]{8,14}[0-9]", fullmatch=True)
ODD = st.sampled_from(
    [
        *("", " ", "null", "undefined", "n/a", "-no value-", "[Call:InboundCallId]", "{{x}}", "[]", "a\ufffeb\uffff"),
        *("anonymous", "266696687", "$25.00", "1.234,56 €", "25 30", "1e400", "-0", "٣", "2026-01-01T00:00:00", "\x00"),
        *(
            sha(""),
            sha("null"),
            sha("x").upper(),
            "0" * 32,
            "00000000-0000-0000-0000-000000000000",
            "@",
            "a@b",
            "a@b.co",
        ),
        *(
            "https://a@b.co/",
            "https://x.com/?email=a@b.co#fn=b",
            "https://[",
            "http://\uff0e/",
            "https://x.com/a@b.co@c.co",
        ),
        *("::", "1.2.3.4, 5.6.7.8", "1.2.3.4:5", "fe80::1%1", "::ffff:1.2.3.4", "true", "False", "USD", "purchase"),
    ]
)
ANYTHING = st.one_of(SCALARS, ODD, ODD, JSON)
URLS = st.builds(
    "https://{}.com/{}".format,
    st.text("abz-.@[]:%", min_size=1, max_size=6),
    st.lists(
        st.one_of(EMAILS, st.sampled_from([*"?&;#=/@%40".split(), *"?&;#=/@", "%40", "email=", "fn", "x" * 70])),
        max_size=8,
    ).map("".join),
)


@st.composite
def near(draw: st.DrawFn, usual: st.SearchStrategy[Any]) -> Any:
    """Mostly what belongs there, at times anything at all."""
    return draw((usual, usual, usual, usual, usual, ODD, ODD, ANYTHING)[draw(st.integers(0, 7))])


def some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of the members, at times with one that nobody knows."""
    known = st.fixed_dictionaries({}, optional=members)
    return st.builds(
        lambda stranger, whole: stranger | whole, st.dictionaries(TEXT, ANYTHING, max_size=1) | st.just({}), known
    )


USER_DATA = some(
    em=near(EMAILS | DIGESTS),
    ph=near(PHONES | DIGESTS),
    fn=near(TEXT | DIGESTS),
    ln=near(TEXT),
    ge=near(st.sampled_from(["m", "Female", "unknown"])),
    db=near(st.dates().map(str)),
    ct=near(TEXT),
    st=near(TEXT),
    zp=near(st.integers(0, 99999)),
    country=near(st.sampled_from(["US", "de", "United Kingdom"])),
    external_id=near(TEXT),
    client_ip_address=near(st.ip_addresses().map(str)),
    client_user_agent=near(TEXT | EMAILS | st.just("Bot (@home)")),
    subscription_id=near(TEXT),
    aGA=near(st.uuids().map(str)),
    aID=near(st.uuids().map(str)),
    AID=near(st.uuids().map(str)),
    aDX=near(TEXT),
    aGI=near(TEXT),
    aRI=near(TEXT),
    aFC=near(TEXT),
    is_hashed=near(st.booleans()),
    data_processing_country=near(st.sampled_from(["US", "GB"])),
)
AMOUNTS = st.one_of(st.integers(0, 10**6), st.floats(0, 1e6), st.decimals(0, 10**6, places=2).map(str))
ITEMS = some(
    id=near(TEXT | st.integers()),
    quantity=near(st.integers(0, 9)),
    price=near(AMOUNTS),
    delivery_category=near(st.sampled_from(DELIVERY_CATEGORIES)),
)
CUSTOM_DATA = some(
    content_category=near(TEXT),
    content_ids=near(st.lists(TEXT | st.integers(), max_size=3)),
    content_name=near(TEXT),
    content_type=near(st.sampled_from(["product", "product_group"])),
    contents=near(st.lists(ITEMS | ANYTHING, max_size=3)),
    currency=near(st.sampled_from([*CURRENCIES, "usd", "XBT"])),
    num_items=near(st.integers(0, 9)),
    predicted_ltv=near(AMOUNTS),
    search_string=near(TEXT),
    status=near(TEXT),
    value=near(AMOUNTS),
    order_id=near(TEXT),
    purchase_type=near(st.sampled_from(PURCHASE_TYPES)),
    delivery_category=near(st.sampled_from(DELIVERY_CATEGORIES)),
    utm_source=near(TEXT),
    utm_term=near(TEXT | EMAILS),
)
NAMES, TIMES = st.sampled_from(EVENT_NAMES), st.integers(NOW - 10**7, NOW + 3600) | st.integers(0, 10**21)
OPTIONAL = some(
    event_id=near(TEXT | st.integers()),
    event_source=near(st.sampled_from(EVENT_SOURCES)),
    event_source_url=near(URLS),
    referrer_url=near(URLS),
    custom_data=near(CUSTOM_DATA),
    opt_out=near(st.booleans()),
    partner_name=near(TEXT),
    is_hashed=near(st.booleans()),
)


def whole(
    optional: st.SearchStrategy[Any],
    name: st.SearchStrategy[Any],
    time: st.SearchStrategy[Any],
    user: st.SearchStrategy[Any],
) -> st.SearchStrategy[dict[str, Any]]:
    """A conversion of its parts."""
    return st.builds(
        lambda optional, name, time, user: optional | {"event_name": name, "event_time": time, "user_data": user},
        optional,
        name,
        time,
        user,
    )


NAMES = st.sampled_from(EVENT_NAMES)
TIMES = st.builds(
    lambda seconds, unit: seconds * unit, st.integers(946_684_800, NOW + 3_600), st.sampled_from([1, 10**3, 10**6])
)
KNOWN = st.builds(
    lambda user, ip: user | {"client_ip_address": ip}, USER_DATA, st.ip_addresses(network="203.0.0.0/8").map(str)
)
# Near the real shape; and with required fields that are right, which always become events.
CONVERSIONS = whole(
    OPTIONAL | st.builds(lambda o, t: o | {"event_type": t}, OPTIONAL, ANYTHING),
    near(NAMES),
    near(TIMES),
    near(USER_DATA),
)
GOOD = whole(OPTIONAL, NAMES, TIMES, KNOWN)


def made_of(conversion: object, settings: Settings) -> Prepared:
    """The finished event of a conversion whose required fields are right: nothing else can refuse it."""
    made = prepare(conversion, group=GROUP, now=NOW, settings=settings, context={})
    assert isinstance(made, Prepared)
    return made


@given(st.binary(max_size=200), st.sampled_from([SERVER, BROWSER]))
def test_no_bytes_raise(raw: bytes, sender: Sender) -> None:
    post(raw, sender)


@given(JSON, st.sampled_from([SERVER, BROWSER]), st.sampled_from(SETTINGS))
def test_no_json_raises(data: object, sender: Sender, settings: Settings) -> None:
    post(json.dumps(data).encode(), sender, settings)
    post(json.dumps({"event_group_id": data, "events": data}).encode(), sender, settings)
    post(
        json.dumps({"is_hashed": data, "data_processing_country": data, "events": [data, {"user_data": data}]}).encode()
    )


@given(
    st.lists(
        st.sampled_from(['{"events":', "[[", "]]", "{", "}", '"', "\\", ":", ",", " ", "\n", "a", "1", "\\ud83d", "é"]),
        max_size=40,
    )
)
def test_nothing_that_is_almost_json_raises(pieces: list[str]) -> None:
    text = "".join(pieces)
    post(text.encode())
    for whole in (text, '{"events": [{"event_name": ' + text + "}]}"):
        post(whole.encode())
        try:
            data = json.loads(whole)
        except ValueError:
            continue
        assert json.loads(repair.quote_bare_values(whole)) == data or "[" in whole


@given(
    st.lists(CONVERSIONS | ANYTHING, min_size=1, max_size=4),
    st.sampled_from([SERVER, BROWSER]),
    st.sampled_from(SETTINGS),
)
def test_each_event_is_independent_of_its_neighbours(
    conversions: list[Any], sender: Sender, settings: Settings
) -> None:
    together = post(json.dumps({"events": conversions}).encode(), sender, settings)
    assume(together is not None and len(together) == len(conversions))
    assert together is not None
    for index, conversion in enumerate(conversions):
        alone = post(json.dumps({"events": [conversion]}).encode(), sender, settings)
        assume(alone is not None)  # a lone [] is not an event, a lone {} in an array is one
        assert alone is not None
        here, there = together[index], alone[0]
        if isinstance(here, dict) and isinstance(there, dict):
            assert here | {"index": 0} == there
        else:
            assert here == there


def without_hint(conversion: Any) -> Any:
    """The conversion without the hint at its country that is read and never sent."""
    hint, user = "data_processing_country", conversion["user_data"]
    whole = {name: value for name, value in conversion.items() if name != hint}
    return whole | {"user_data": {name: value for name, value in user.items() if name != hint}}


@given(GOOD, st.sampled_from(SETTINGS))
def test_a_finished_event_posted_again_is_the_same_event(conversion: object, settings: Settings) -> None:
    first = made_of(without_hint(conversion), settings)
    (again,) = post(b'{"events":[' + first.line + b"]}", SERVER, settings) or []
    assert isinstance(again, Prepared)
    assert json.loads(again.line) == json.loads(first.line)
    assert (again.event_id, again.partner_name) == (first.event_id, first.partner_name)
    # A text that lost letters is sent as it is, and told each time; so are a country or a state that nobody knows and
    # the agent of a program.
    told = ("lost letters", "looks like a code", "is not a country", "is a program's")
    assert [text for _, text in again.warnings if not any(part in text for part in told)] == []


@given(GOOD, st.sampled_from(SETTINGS))
def test_every_finished_event_is_one_that_the_sandbox_takes(conversion: object, settings: Settings) -> None:
    made = made_of(conversion, settings)
    event = json.loads(made.line)
    assert check_event(event, now=NOW) == {}
    assert (event["event_id"], event.get("partner_name")) == (made.event_id, made.partner_name)


@given(GOOD, st.sampled_from(SETTINGS))
def test_every_line_can_stand_in_a_message(conversion: object, settings: Settings) -> None:
    text = made_of(conversion, settings).line.decode()
    assert "\n" not in text
    # What SQS takes, of what JSON leaves unescaped: U+0020 to U+D7FF, U+E000 to U+FFFD, U+10000 to U+10FFFF.
    assert all(" " <= letter <= "\ud7ff" or "\ue000" <= letter <= "\ufffd" or letter >= "\U00010000" for letter in text)


LETTERS = "bcdfghjklmnpqrstvwxz"  # no word of Roku's, no hexadecimal digest of five letters
PERSONS = st.fixed_dictionaries(
    {
        "em": st.builds(
            "{}{}@example.{}".format,
            st.sampled_from(["", " "]),
            st.text(LETTERS + "XYZ.+", min_size=5, max_size=12),
            st.sampled_from(["com", "", "c om"]),
        ),
        "ph": st.builds(
            "{}5550{:07d}{}".format,
            st.sampled_from(["+1", "", "call "]),
            st.integers(0, 10**7 - 1),
            st.sampled_from(["", " x5", "?"]),
        ),
        "fn": st.text(LETTERS.upper(), min_size=6, max_size=12),
        "ln": st.text(LETTERS, min_size=6, max_size=12) | st.text("0123456789", min_size=9, max_size=9),
        "db": st.dates().map(lambda date: date.strftime("%Y-%m-%d")) | st.just("31 February 1990"),
    }
)


@given(PERSONS, st.sampled_from(["server", "browser", "is_hashed"]), st.sampled_from(SETTINGS))
def test_no_personal_value_stands_in_the_line_or_in_a_word_to_the_sender(
    person: dict[str, str], way: str, settings: Settings
) -> None:
    conversion = {"event_id": "e", "event_name": "LEAD", "event_time": NOW, "user_data": {"aGA": "device", **person}}
    raw = json.dumps({"event_group_id": GROUP, "is_hashed": way == "is_hashed", "events": [conversion]}).encode()
    (made,) = post(raw, BROWSER if way == "browser" else SERVER, settings) or []
    assert isinstance(made, Prepared)
    said = made.line.decode().lower() + json.dumps(made.warnings).lower()
    for value in person.values():
        assert value.strip().lower() not in said
    for name, value in json.loads(made.line)["user_data"].items():
        assert name not in person or len(value) == 64


@given(PERSONS)
def test_no_personal_value_stands_in_an_error(person: dict[str, str]) -> None:
    conversion = {
        "event_name": "LEAD",
        "event_time": "[tag]",
        "user_data": person,
        "custom_data": {"order_id": person["em"]},
    }
    made = prepare(conversion, group=GROUP, now=NOW, settings=Settings(), context={})
    assert isinstance(made, Invalid)
    said = (json.dumps(made.errors) + json.dumps(made.warnings)).lower()
    assert not any(value.strip().lower() in said for value in person.values())


@given(
    EMAILS,
    st.sampled_from(["{}", " {}\t", "{}\n"]),
    st.sampled_from([str.upper, str.lower, str.title]),
    st.sampled_from(["", "+", "+x+y"]),
)
def test_every_writing_of_an_email_address_is_one_person(email: str, frame: str, case: Any, alias: str) -> None:
    assume(not is_nobodys(email.lower()))
    local, _, domain = email.partition("@")
    written = frame.format(case(f"{local}{alias}@{domain}"))
    made = made_of({"event_name": "LEAD", "event_time": NOW, "user_data": {"em": written}}, Settings())
    assert json.loads(made.line)["user_data"]["em"] == sha256(email.lower().encode()).hexdigest()


@given(
    st.integers(2_000_000_000, 9_999_999_999).map(lambda number: f"1{number}"),
    st.lists(st.sampled_from(list(" -.()/")), max_size=6),
    st.sampled_from(["+", "00", "000", ""]),
)
def test_every_writing_of_a_phone_number_is_one_person(digits: str, separators: list[str], before: str) -> None:
    assume(digits != "17378742833" and len(set(digits[1:])) > 1)  # RESTRICTED on a keypad; nobody's
    written = digits
    for place, separator in enumerate(separators, 1):
        written = written[: place * 2] + separator + written[place * 2 :]
    assume("(0)" not in written)
    made = made_of({"event_name": "LEAD", "event_time": NOW, "user_data": {"ph": before + written}}, Settings())
    assert json.loads(made.line)["user_data"]["ph"] == sha256(digits.encode()).hexdigest()


@given(st.integers(946_684_800, NOW + 3_600), st.sampled_from([1, 10**3, 10**6, 10**9]), st.booleans())
def test_every_unit_of_time_is_one_second(seconds: int, unit: int, as_text: bool) -> None:
    value = seconds * unit + unit // 2
    made = made_of(
        {"event_name": "LEAD", "event_time": str(value) if as_text else value, "user_data": {"aGA": "d"}}, Settings()
    )
    assert json.loads(made.line)["event_time"] == seconds


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["{}", "${}", "{} USD", "€{}", " {} "]))
def test_an_amount_in_text_is_the_amount(number: Any, frame: str) -> None:
    notes: list[str] = []
    assert amounts.amount(frame.format(number), notes) == float(number)
    assert amounts.amount(frame.format(f"{number:,}"), notes) == float(number)


@given(URLS)
def test_a_page_holds_nobody_once_it_is_clean(url: str) -> None:
    clean, changed = cleaned(url)
    assert not holds_email(clean)
    assert changed == (clean != url)
    assert cleaned(clean) == (clean, False)


@given(TEXT, st.lists(TEXT, max_size=3))
def test_a_safe_reason_is_short_and_what_an_attribute_takes(text: str, values: list[str]) -> None:
    safe = safe_reason(text * 10, values)
    assert len(safe) <= 300
    assert all(letter >= " " and letter not in "\ufffe\uffff" for letter in safe)


@given(JSON)
def test_a_body_that_is_json_is_never_fixed(data: object) -> None:
    text = json.dumps(data)
    try:
        posting = body.read(text.encode())
    except BadRequest:
        return
    assert "body" not in [name for name, text in posting.warnings if "known field" not in text]


@pytest.mark.parametrize(
    "unit",
    [
        "1 ",
        "1 1",
        "a@",
        "a@a.",
        "a" * 64,
        "%40",
        "\\",
        " ",
        ".",
        "?a@",
        "[",
        "00:",
        "::",
        "0-",
        "$ ",
        "9",
        "\u202f1",
    ],
)
def test_a_hostile_text_in_any_field_gets_its_verdict(unit: str) -> None:
    # A rule that reads a text once takes milliseconds for it; one that reads it again from every position never ends.
    text = (unit * 100_000)[:100_000]
    user = dict.fromkeys(
        "em ph fn ln ge db ct client_ip_address client_user_agent aGA country is_hashed colour".split(), text
    )
    custom = dict.fromkeys("value num_items currency search_string contents content_ids content_type".split(), text)
    whole = dict.fromkeys("event_source opt_out event_type".split(), text) | {
        "event_source_url": "https://x.com/?" + text
    }
    conversion = {
        **whole,
        "event_name": text,
        "event_time": text,
        "event_id": text,
        "user_data": user,
        "custom_data": custom,
    }
    made = post(json.dumps({"events": [conversion]}, ensure_ascii=False).encode())
    assert made is not None
    assert isinstance(made[0], dict)
    assert len(json.dumps(made)) < 10_000
    assert len(safe_reason(text)) <= 300
