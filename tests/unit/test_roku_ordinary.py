"""What passes as ordinary comes out as if it had been read with care; and the usual conversions do pass."""

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.destination import Refused
from roku import careful, ordinary
from roku import vocabulary as words
from roku.normalise import Settings

NOW = 1_790_000_000.0
DIGEST = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"  # the vendor page's example
NOTHING = "74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b"  # SHA-256 of the text null
SETTINGS = [Settings(), Settings("e164"), Settings("digits", "US"), Settings("e164", "GB")]

# Near everything that careful treats in a way of its own: placeholders, tags, digests, addresses, blanks.
TRICKY = st.sampled_from(
    [
        *"null none None NaN nan n/a N/A undefined Undefined -no value- (not set) [tag] [[tag]] {{tag}}".split(),
        *"[object Object] nanna nancy no none-left undefined1 unsigned O'Neil Mary-Jane Zoë".split(),
        *"× x@y.com x%40y.com 100% a&b Jane jane@example.com Jane.Doe+roku@Example.COM".split(),
        *"+15550100123 15550100123 5550100123".split(),
        *"+44(0)2079460958 anonymous 266696687 +266696687 1990-01-02 2090-01-02 1990-13-41 0000-00-00".split(),
        *"male M unknown f 203.0.113.9 0.0.0.0 10.0.0.256 010.1.1.1 1e5 007 0".split(),
        *"00000000-0000-0000-0000-000000000000 5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a".split(),
        *"https://a.example/x?y=1 https://a.example/x?email=1 https://a.example?EM=2 http://a..example".split(),
        *"https://-a.example https://a.example:80/ https://a.example/x?y=%20 d41d8cd98f00b204e9800998ecf8427e".split(),
        *("\ufffd", "Caf\ufffd", "order-\ufffd1"),
        *(DIGEST, NOTHING, DIGEST.upper(), "", " ", " x", "x ", "a b", "9Gaqqi7BIdG64SigVLuKYbFfWtRNXv3E4cklqJm45Eo="),
    ]
)
TEXTS = TRICKY | st.text("nNuUlLoOeEaAdDfFiI/-0199@%&[]{}() +.:", max_size=12) | st.text(max_size=6)
VALUES: st.SearchStrategy[Any] = (
    TEXTS | st.integers(-2, 10**16) | st.floats() | st.booleans() | st.none() | st.just([]) | st.just({})
)
WORDS = st.sampled_from([*words.CURRENCIES[:2], *words.EVENT_NAMES[:2], *words.DELIVERY_CATEGORIES, "true", "product"])


def _some(names: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names.split(), values))


USER = _some(
    "is_hashed em ph fn ln ge db ct st zp country external_id client_ip_address client_user_agent subscription_id aGA"
    " aID aDX aGI aRI aFC data_processing_country",
    VALUES,
)
ITEM = st.fixed_dictionaries({"id": VALUES, "quantity": VALUES, "price": VALUES}, optional={"delivery_category": WORDS})
CUSTOM = _some(
    "content_category content_name content_type currency num_items predicted_ltv search_string status value order_id"
    " purchase_type delivery_category utm_source utm_term",
    VALUES | WORDS,
)
CONTENTS = _some("contents content_ids", st.lists(ITEM | VALUES, max_size=2) | VALUES)
EVENTS = st.builds(
    lambda required, optional, user, custom, contents: (
        required
        | optional
        | ({"user_data": user} if user else {})
        | ({"custom_data": custom | contents} if custom or contents else {})
    ),
    st.fixed_dictionaries({"event_name": st.sampled_from(words.EVENT_NAMES), "event_time": st.just(1_780_000_000)}),
    _some(
        "event_id event_source event_source_url referrer_url opt_out partner_name event_type is_hashed", VALUES | WORDS
    ),
    # One or two fields at a time: with more, something is always unusual, and nothing would pass.
    st.builds(lambda user: dict(list(user.items())[:2]) | {"aGI": "5e2d9c1a"}, USER),
    st.builds(lambda custom: dict(list(custom.items())[:1]), CUSTOM),
    st.builds(lambda contents: dict(list(contents.items())[:1]), CONTENTS),
)
PURCHASE: dict[str, Any] = {
    "event_id": "order-1",
    "event_name": "PURCHASE",
    "event_time": 1_780_000_000,
    "event_source": "website",
    "event_source_url": "https://shop.example/thanks?order=1&utm_source=roku",
    "referrer_url": "https://shop.example/cart",
    "user_data": {
        "em": "Jane.Doe+roku@Example.com",
        "ph": "+1 (555) 010-0123",
        "fn": "Jane",
        "ln": "O'Neil",
        "ge": "f",
        "db": "1990-01-02",
        "ct": "Austin",
        "client_ip_address": "203.0.113.9",
        "client_user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
    },
    "custom_data": {
        "value": 99.99,
        "currency": "USD",
        "contents": [{"id": "sku-1", "quantity": 2, "price": 49.5}, {"id": 7, "quantity": "1", "price": 1}],
    },
}


posts = given(EVENTS, st.sampled_from(SETTINGS), st.sampled_from([{}, {"is_hashed": True}, {"is_hashed": False}]))


@settings(max_examples=1_000)
@posts
@example(PURCHASE, SETTINGS[0], {})
def test_what_passes_comes_out_as_if_read_with_care(event: Any, choice: Settings, context: dict[str, Any]) -> None:
    _check(event, choice, context)


@pytest.mark.thorough(reason="properties with many more examples")
@settings(max_examples=20_000)
@posts
def test_of_many_more_it_holds_too(event: Any, choice: Settings, context: dict[str, Any]) -> None:
    _check(event, choice, context)


def _check(event: Any, choice: Settings, context: dict[str, Any]) -> None:
    quick = ordinary.read(event, now=NOW, settings=choice, context=context)
    if quick is None:
        return
    slow = careful.read(event, now=NOW, settings=choice, context=context)
    assert not isinstance(slow, Refused)
    fields, warnings = slow
    assert warnings == []
    assert quick == {name: value for name, value in fields.items() if value is not None}


def test_an_address_as_long_as_a_digest_is_hashed() -> None:
    address = "a" * 52 + "@example.com"
    assert len(address) == 64
    event = ordinary.read(
        {"event_name": "LEAD", "event_time": 1_780_000_000, "user_data": {"em": address}},
        now=NOW,
        settings=Settings(),
        context={},
    )
    assert event is not None
    assert event["user_data"]["em"] == sha256(address.encode()).hexdigest()


@pytest.mark.parametrize("name", "fn ct external_id client_user_agent aFC order_id search_string event_id".split())
@pytest.mark.parametrize("value", "x@y.com x%40y.com null None n/a NaN undefined [tag]".split())
def test_no_address_and_no_placeholder_is_ordinary(name: str, value: str) -> None:
    place = "event" if name == "event_id" else "custom_data" if name in ("order_id", "search_string") else "user_data"
    event = PURCHASE | ({name: value} if place == "event" else {place: PURCHASE[place] | {name: value}})
    assert ordinary.read(event, now=NOW, settings=Settings(), context={}) is None


@pytest.mark.parametrize("choice", SETTINGS)
def test_the_usual_purchase_is_ordinary(choice: Settings) -> None:
    assert ordinary.read(PURCHASE, now=NOW, settings=choice, context={}) is not None


@pytest.mark.parametrize("name", ["em", "ph", "fn", "ln", "ge", "db"])
def test_a_digest_is_ordinary_and_stays_and_one_of_nothing_is_not(name: str) -> None:
    def read(value: str) -> Any:
        event = PURCHASE | {"user_data": {"aGI": "5e2d9c1a", name: value}}
        return ordinary.read(event, now=NOW, settings=Settings(), context={"is_hashed": True})

    assert read(DIGEST)["user_data"][name] == DIGEST
    assert read(NOTHING) is None
    assert read(DIGEST.upper()) is None


@pytest.mark.parametrize("conversion", [None, 1, "x", [], {}, {"event_name": "LEAD"}, PURCHASE | {"unknown": 1}])
def test_anything_else_is_not_ordinary(conversion: object) -> None:
    assert ordinary.read(conversion, now=NOW, settings=Settings(), context={}) is None


def test_reading_changes_nothing_of_what_was_received() -> None:
    before = repr(PURCHASE)
    ordinary.read(PURCHASE, now=NOW, settings=Settings(), context={})
    assert repr(PURCHASE) == before
