"""Personal data where it does not belong: pages' addresses, and what a remote API says."""

import pytest

from pipeline.values.pages import cleaned
from pipeline.values.personal import (
    LONGEST_SAID,
    REDACTED,
    holds_email,
    holds_number,
    holds_phone,
    is_of_a_person,
    safe_reason,
    storable,
)
from tests.unit.conversions import sha


@pytest.mark.parametrize(
    "text",
    [
        "jane@example.com",
        "contact: jane.doe+x@mail.example.co.uk!",
        "jane%40example.com",
        "jane\uff20example\uff0ecom",
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
            "https://example.com/?order=7",
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
    assert cleaned(given) == (clean, True)
    assert cleaned(clean) == (clean, False)


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
    assert cleaned(url) == (url, False)


def test_what_stands_around_a_removed_address_cannot_become_another() -> None:
    # Only 64 characters before the @ belong to an address: what is left before them must not meet the second @.
    clean, _ = cleaned("https://example.com/" + "x" * 70 + "@b.co@c.co")
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


# --- numbers of persons by their look ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "+15550100199", "+1 555 010 0142", "+1 (555) 010-0142", "(555) 010-0142", "555-010-0142", "555.010.0142",
        "1-555-010-0142", "order +15550100142", "order-+15550100142", "+49 30 901820", "(030) 901820", "06 12 34 56 78",
        "020 7946 0958", "0049 30 901820", "0412 345 678", "+44 (0)20 7946 0958", "0171-1234567", "06.12.34.56.78",
        "\uff0b15550100142", "+1\u2011555\u2011010\u20110142", "+1 555 010 0142-2", "x@y +15550100142",
    ],
)  # fmt: skip
def test_a_phone_number_is_seen_by_its_plus_or_its_punctuation(text: str) -> None:
    assert holds_phone(text)
    assert holds_number(text)
    assert is_of_a_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "5550100142", "15550100142", "0015550100142", "2026-01-05", "2026-01-05 10:00:00", "05-01-2026 10:30",
        "05.01.2026-06.01.2026", "123-4567890-1234567", "order-2026-0001", "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a",
        "12345678-1234-1234-1234-123456789012", "203.0.113.9", "192.168.100.200", "fb.1.1609459200000.1234567890",
        "1234567890.1609459200", "02134-1234", "0001-00012345", "9780306406157", "978-0-306-40615-7", "1.234.567",
        "GMT+0100", "2026-01-05T10:00:00+01:00", "x=3+4445556667", "10 x 20 x 30", "12-345-678", "SKU-100-2000",
        "4111111111111112", "1234567890123456", "120210000000000000", "phone-1234567890", "phone case 1234567890",
        "iPhone 15 Pro", "4006381333931", "recall 2024", "1609459200000", "a4111111111111111", "",
    ],
)  # fmt: skip
def test_dates_ids_versions_and_articles_are_no_numbers_of_persons(text: str) -> None:
    assert not holds_phone(text)
    assert not holds_number(text)
    assert not is_of_a_person(text)


# Published test numbers of the card networks; Luhn: ISO/IEC 7812-1, annex B.
@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111", "5555555555554444", "2223003122003222", "378282246310005", "6011111111111117",
        "30569309025904", "3530111333300000", "6200000000000005", "card: 4111111111111111.",
    ],
)  # fmt: skip
def test_a_payment_card_is_seen_in_text_and_bare_digits_stay_an_ids_own(text: str) -> None:
    assert holds_number(text)
    assert not is_of_a_person(text)


@pytest.mark.parametrize("text", ["4111 1111 1111 1111", "4111-1111-1111-1111", "3782 822463 10005"])
def test_a_card_that_is_written_as_one_is_a_persons_in_an_id_too(text: str) -> None:
    assert holds_number(text)
    assert is_of_a_person(text)


@pytest.mark.parametrize("text", ["call me 5550100142", "Tel: 5550100142", "tel:5550100142", "phone no. 5550100142"])
def test_bare_digits_after_a_word_for_calling_are_a_number_in_text_and_none_in_an_id(text: str) -> None:
    assert holds_number(text)
    assert not is_of_a_person(text)


@pytest.mark.parametrize("piece", ["+1 ", "1", "1 - ", "(1) ", "0 1 ", "call me ", "4111 ", "1.", "+(", "01/"])
def test_no_text_makes_the_search_for_numbers_long(piece: str) -> None:
    # Each place is looked at a bounded number of times, so this ends at once, whether it finds one or not.
    assert holds_number(piece * (256_000 // len(piece))) in (True, False)


def test_of_what_a_remote_api_says_no_more_is_read_than_the_longest() -> None:
    assert safe_reason(" " * LONGEST_SAID + "jane@example.com") == ""
    assert storable(" " * LONGEST_SAID + "x") == ""
    # What would be cut in the middle is left out: half an address is not an address to any expression.
    assert safe_reason(" " * (LONGEST_SAID - 12) + "jane@exa" + "mple.com no") == ""
    assert safe_reason(" " * (LONGEST_SAID - 12) + "ok jane@example.com") == "ok"
    assert len(safe_reason("jane@example.com " * 500_000, limit=10**9)) <= LONGEST_SAID
