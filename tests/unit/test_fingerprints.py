"""Whether two events of one id are of one person, and whether they are one conversion."""

import base64
import hashlib
import hmac

import pytest

from pipeline.contract.fingerprints import are_plainly_two, make, money_of, share_an_identifier

KEY = b"k" * 32


def made(**values: str) -> str:
    """The fingerprint of these."""
    return make(values, KEY)


@pytest.mark.parametrize("size", [1, 32, 43, 64, 65, 200])  # SHA-256 works on blocks of 64
def test_a_fingerprint_is_64_bits_of_a_keyed_digest_for_each_kind(size: int) -> None:
    key = b"k" * size
    mac = hmac.new(key, b"em:digest", hashlib.sha256).digest()[:8]
    assert make({"em": "digest", "ph": ""}, key) == "em:" + base64.b64encode(mac).decode().rstrip("=")


def test_without_the_key_and_the_kind_a_value_is_not_found_again() -> None:
    assert make({"em": "x"}, KEY) != make({"em": "x"}, b"other")
    assert made(em="x").split(":")[1] != made(ph="x").split(":")[1]


@pytest.mark.parametrize(
    ("one", "other", "share", "two"),
    [
        ({"em": "a", "value": "1"}, {"em": "a", "value": "2"}, True, False),  # the same person
        ({"em": "a", "value": "1"}, {"em": "b", "value": "2"}, False, True),
        ({"em": "a", "value": "1"}, {"em": "b", "value": "1"}, False, False),  # the same amount
        ({"em": "a", "value": "1"}, {"em": "b"}, False, False),  # no amount to compare
        ({"em": "a"}, {"em": "b"}, False, False),
        ({"em": "a", "value": "1"}, {"ph": "b", "value": "2"}, False, False),  # nothing in common to compare
        ({"em": "a", "ph": "p", "value": "1"}, {"em": "b", "ph": "p", "value": "2"}, True, False),
        ({"em": "a", "ph": "p", "value": "1"}, {"em": "b", "ph": "q", "value": "2"}, False, True),
        ({"value": "1"}, {"value": "1"}, False, False),  # an amount is nobody's
        ({}, {}, False, False),
    ],
)
def test_persons_and_conversions_are_told_apart(
    one: dict[str, str], other: dict[str, str], share: bool, two: bool
) -> None:
    first, second = made(**one), made(**other)
    assert (share_an_identifier(first, second), are_plainly_two(first, second)) == (share, two)
    assert (share_an_identifier(second, first), are_plainly_two(second, first)) == (share, two)


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        ({"em": "a", "value": "1"}, {"em": "b", "value": "1"}, False),  # one amount in two currencies is one amount
        ({"em": "a", "value": "1"}, {"em": "b", "value": "2"}, True),
        ({"em": "a"}, {"em": "b"}, False),
    ],
)
def test_a_currency_tells_nobody_apart(one: dict[str, str], other: dict[str, str], two: bool) -> None:
    dollars, euros = made(**one, currency="USD"), made(**other, currency="EUR")
    assert are_plainly_two(dollars, euros) is two
    assert are_plainly_two(made(**one, currency="USD"), made(**other, currency="USD")) is two
    assert not share_an_identifier(made(currency="USD"), made(currency="USD"))


def test_the_amounts_digest_and_the_currency_are_read_back() -> None:
    assert money_of(made(em="a", value="25.0", currency="USD")) == (made(value="25.0").partition(":")[2], "USD")
    assert money_of(made(em="a")) == ("", "")
