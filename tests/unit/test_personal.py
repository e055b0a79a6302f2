"""Personal data where it does not belong: pages' addresses, and what a remote API says."""

import pytest

from pipeline.personal import REDACTED, holds_email, safe_reason, without_personal_parameters
from tests.unit.conversions import sha


@pytest.mark.parametrize(
    "text",
    [
        "jane@example.com",
        "contact: jane.doe+x@mail.example.co.uk!",
        "jane%40example.com",
        "<j@e.io>",
        "日本@例え.jp",
        "a" * 200 + "@example.com",
        "jane@example.com" * 3,
        "mailto:jane@example.com",
        "%40jane@example.com",
    ],
)
def test_an_email_address_is_seen_in_any_text(text: str) -> None:
    assert holds_email(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jane",
        "@example.com",
        "me@home",
        "a @ b.com",
        "Mozilla/5.0 (@home)",
        "50%40off",
        "@media (max.width)",
        "a@",
        "a@.com",
        "a" * 1000000 + "@",
        "a@" * 500000,
        "a@a" * 300000,
        "a%40" * 200000,
    ],
)
def test_a_lone_at_sign_is_no_email_address(text: str) -> None:
    assert not holds_email(text)


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("https://example.com/?email=jane%40example.com", "https://example.com/"),
        ("https://example.com/?a=1&email=jane@example.com&b=2", "https://example.com/?a=1&b=2"),
        ("https://example.com/?EMAIL=x&b=2", "https://example.com/?b=2"),
        (
            "https://example.com/?first_name=Jane&last+name=Doe&phone=5550100123&order=7",
            "https://example.com/?last+name=Doe&order=7",
        ),
        ("https://example.com/?to=jane%40example.com&order=7", "https://example.com/?order=7"),
        ("https://example.com/?next=https%3A%2F%2Fx.com%3Fu%3Djane%2540example.com", "https://example.com/"),
        ("https://example.com/?email=jane@example.com#top", "https://example.com/#top"),
        ("https://example.com/?a=1#name=Jane&b=2", "https://example.com/?a=1#b=2"),
        ("https://example.com/#/thanks?email=jane@example.com", "https://example.com/#/thanks"),
        ("https://example.com/?a=1;phone=5550100123;b=2", "https://example.com/?a=1;b=2"),
        ("https://example.com/?a=1&amp;dob=1990-01-02&amp;b=2", "https://example.com/?a=1&amp&amp;b=2"),
        ("https://jane@example.com/x", "https://example.com/x"),
        ("https://jane:secret@example.com:8443/x?a=1", "https://example.com:8443/x?a=1"),
        ("https://example.com/u/jane@example.com/orders", "https://example.com/u///orders"),
        ("https://example.com/?email", "https://example.com/"),
    ],
)
def test_a_page_loses_what_names_a_person(given: str, clean: str) -> None:
    assert without_personal_parameters(given) == (clean, True)
    assert without_personal_parameters(clean) == (clean, False)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://example.com/?utm_source=roku&order=7#top",
        "https://example.com/?&&a==b?c#",
        "https://x.com/#?;&",
        "https://example.com/@jane?handle=@jane",
        "https://example.com/?discount=50%40",
    ],
)
def test_a_page_that_names_nobody_stays_as_it_is(url: str) -> None:
    assert without_personal_parameters(url) == (url, False)


def test_what_stands_around_a_removed_address_cannot_become_another() -> None:
    # Only 64 characters before the @ belong to an address: what is left before them must not meet the second @.
    clean, _ = without_personal_parameters("https://example.com/" + "x" * 70 + "@b.co@c.co")
    assert not holds_email(clean)


@pytest.mark.parametrize(
    ("said", "safe"),
    [
        ("Invalid email jane@example.com given", f"Invalid email {REDACTED} given"),
        ("phone +1 (555) 010-0123 is wrong", f"phone {REDACTED} is wrong"),
        ("client 203.0.113.9", f"client {REDACTED}"),
        ("client 2001:db8:0:0:0:0:0:1", f"client {REDACTED}"),
        (f"em {sha('jane@example.com')}", f"em {REDACTED}"),
        ("two\n\tlines\x00here", "two lines here"),
        ("event_name is required", "event_name is required"),
        ("at most 1000 events", "at most 1000 events"),
    ],
)
def test_a_reason_keeps_its_words_and_loses_the_person(said: str, safe: str) -> None:
    assert safe_reason(said) == safe


def test_a_reason_loses_the_values_of_the_event_the_longest_first() -> None:
    assert (
        safe_reason("no such city: New York City", ["New York", "New York City", "no"]) == f"no such city: {REDACTED}"
    )


def test_a_reason_has_at_most_its_limit_and_only_what_an_attribute_of_sqs_takes() -> None:
    assert safe_reason("x" * 400) == "x" * 299 + "…"
    assert safe_reason("x" * 300) == "x" * 300
    assert safe_reason("a\ufffe\uffff\x1bb", limit=10) == "a b"
