"""Whatever a glance lets pass, the whole rule finds clean: a glance only spares work."""

import re
from unittest.mock import patch

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pipeline.values import pages, personal, shapes
from pipeline.values.glances import glance
from pipeline.values.personal_names import is_personal_or_secret, names_at_a_glance
from tests.unit.test_personal_names import NOBODYS, OPEN, PERSONAL, SECRET

# What numbers are made of, and what stands around them.
_DIGITS = (
    "0 1 7 01 00 06 12 49 030 123 212 555 0100 0142 4111 1234 010020 5550100142 15550100142 4111111111111111".split()
)
_BETWEEN = [*" .-+()/:#_=&?;,", "\x1c", "\n", "tel", "call", "me ", "Phone", " at ", "no.", "x", "A"]
NUMBERS = st.lists(st.sampled_from(_DIGITS) | st.sampled_from(_DIGITS) | st.sampled_from(_BETWEEN), max_size=12).map(
    "".join
)
_ESCAPES = "%20 %2B %2b %2F %28 %3a %30 %C3%A4 %EF%BC%8B %E2%80%91 %26 %00".split()
_NAMES = st.sampled_from([*PERSONAL, *NOBODYS, *OPEN, *SECRET])
_VALUES = st.lists(st.sampled_from([*_DIGITS, *".-()/:+_", *_ESCAPES, "call", "me"]), max_size=9).map("".join)
ADDRESSES = st.builds(
    "https://shop.example/{}?{}".format,
    st.lists(_VALUES, max_size=3).map("/".join),
    st.lists(st.builds("{}={}".format, _NAMES | _VALUES, _VALUES) | _VALUES, max_size=3).map("&".join),
)
_is_ordinary = re.compile(pages.ORDINARY).fullmatch
_has_no_number = glance(shapes.NO_NUMBER)
_has_telling_name = glance(names_at_a_glance())


def _holds_number(text: str) -> bool:
    """Whether one of the whole rules finds a number, without their glance."""
    with patch.object(personal, "may_hold_number", lambda _: True):
        return personal.holds_number(text) or personal.holds_phone(text) or personal.is_of_a_person(text)


def _check_number(text: str) -> None:
    if not personal.may_hold_number(text):
        assert not any(map(_holds_number, [text, *re.split("[/?&=#;]", text)]))
    if _has_no_number(text):
        assert "://" not in text
        assert not _holds_number(text.replace("@", ""))


def _check_page(url: str) -> None:
    assume(_is_ordinary(url))
    if pages.is_clean(url):
        with patch.object(personal, "may_hold_number", lambda _: True), patch.object(pages, "is_clean", None):
            assert pages.cleaned(url) == (url, False)


@settings(max_examples=400)
@given(NUMBERS)
def test_where_a_glance_sees_no_number_there_is_none(text: str) -> None:
    _check_number(text)


@settings(max_examples=400)
@given(ADDRESSES)
@example("https://shop.example/06.12.34.56.78")
@example("https://shop.example/?q=phone=5550100142")
@example("https://shop.example/?q=%2B15550100142")
@example("https://shop.example/?q=+15550100142")
@example("https://shop.example/%20612-345-6789")
@example("https://shop.example/?call+me+5550100142")
def test_a_page_that_is_clean_at_a_glance_is_clean(url: str) -> None:
    _check_page(url)


@pytest.mark.thorough(reason="properties with many more examples")
@settings(max_examples=10_000)
@given(NUMBERS, ADDRESSES)
def test_of_many_more_it_holds_too(text: str, url: str) -> None:
    _check_number(text)
    _check_page(url)


_WORDS = st.sampled_from(
    "em EM Em iP ips GE cc key Key name Name no first customer pin tax social x T 1 _ . card".split()
)


@settings(max_examples=400)
@given(st.lists(_WORDS, max_size=6).map("".join) | _NAMES | st.text("aeimpsEIMPS_.", max_size=8))
@example("x" * 150 + "em" + "y" * 98)
@example("userEMs")
def test_a_name_that_a_glance_passes_says_nothing(name: str) -> None:
    assume(name.isascii() and "%" not in name and not set("&=") & set(name))
    for query in (f"?{name}=1", f"?{name}", f"?a=b&{name}&c=d"):
        if not _has_telling_name(query):
            assert not is_personal_or_secret(name)


@pytest.mark.parametrize(
    "text", ["order-00000123", "sku-1234", "120210000000000", "Blue shirt, 42", "iPhone 15 Pro, 256 GB", "v1.2.3"]
)
def test_the_usual_ids_and_names_are_passed_at_a_glance(text: str) -> None:
    assert not personal.may_hold_number(text)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.shop.example/checkout/order-received/00012345",
        "https://shop.example/?utm_source=roku&utm_medium=ctv&utm_campaign=spring%20sale+2026&gclid=EAIaIQob_4111",
        "https://shop.example/?order=12345678&step=3&ref=home&page=2",
        "https://shop.example/caf%C3%A9?q=blue%2Fgreen",
    ],
)
def test_the_usual_pages_are_clean_at_a_glance(url: str) -> None:
    assert _is_ordinary(url)
    assert pages.is_clean(url)


def test_of_more_parameters_than_are_read_nothing_is_said() -> None:
    assert pages.is_clean("https://shop.example/?" + "&" * 199)
    assert not pages.is_clean("https://shop.example/?" + "&" * 200)
