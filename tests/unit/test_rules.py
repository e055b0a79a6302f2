"""The rules for single fields: what they keep, fix, drop and say."""

from typing import Any

import pytest

from pipeline.values import addresses, amounts, hashing, rules, texts
from pipeline.values.rules import Rule, Warnings
from tests.unit.conversions import sha


def keep(rule: Rule, value: Any) -> tuple[Any, int]:
    """The value that is sent (None: dropped), and how many notes were made."""
    notes: list[str] = []
    return rule(value, notes), len(notes)


AMOUNTS = [
    (99.99, 99.99, 0),
    (100, 100, 0),
    (0, 0, 0),
    (1e-9, 1e-9, 0),
    ("25.00", 25.0, 0),
    ("25", 25, 0),
    (" 25.5 ", 25.5, 0),
    (".5", 0.5, 0),
    ("$25.00", 25.0, 1),
    ("$ 25.00", 25.0, 1),
    ("US$25.00", 25.0, 1),
    ("25.00 USD", 25.0, 1),
    ("USD 25.00", 25.0, 1),
    ("€25,00", 25.0, 1),
    ("25,00 €", 25.0, 1),
    ("$1,234.56", 1234.56, 1),
    ("1,234.5", 1234.5, 1),
    ("1.234,56 €", 1234.56, 1),
    ("1,234,567", 1234567, 1),
    ("1.234.567", 1234567, 1),
    ("1 234,56", 1234.56, 1),
    ("1\u00a0234,56\u00a0€", 1234.56, 1),
    ("1\u202f234\u202f567,8", 1234567.8, 1),
    ("1'234.50", 1234.5, 1),
    ("CHF 1’234.50", 1234.5, 1),
    ("¥1200", 1200, 1),
]


@pytest.mark.parametrize(("given", "number", "notes"), AMOUNTS)
def test_an_amount_is_read_from_a_number_or_from_text_with_one_reading(given: Any, number: float, notes: int) -> None:
    kept, said = keep(amounts.amount, given)
    assert (kept, type(kept), said) == (number, type(number), notes)


@pytest.mark.parametrize(
    "given",
    [
        *("1,234", "25 30", "12 5", "1 2345", "1234 567", "12 345 6", "1.2.3", "1,234,56"),  # ambiguous
        *("$", "USD", "free", "25 per month", "0x10", "9" * 41, "1" * 1_000_000),
        *(-0.01, "-5", -1, "-$5.00"),  # Roku has no refunds
        *(True, False, [25], {"amount": 25}, float("inf"), 1e15, 10**15, "1000000000000000", 10**400),
    ],
)
def test_what_is_no_amount_of_0_or_more_is_dropped_and_told(given: Any) -> None:
    assert keep(amounts.amount, given) == (None, 1)


@pytest.mark.parametrize("given", ["", " ", "null", "n/a"])
@pytest.mark.parametrize(
    "rule", [amounts.amount, amounts.integer, texts.text, addresses.url, addresses.ip_address, texts.clear]
)
def test_an_absent_value_is_dropped_in_silence(rule: Rule, given: str) -> None:
    assert keep(rule, given) == (None, 0)


@pytest.mark.parametrize(
    ("given", "number"), [(2, 2), ("2", 2), (" 2 ", 2), (2.0, 2), ("2.0", 2), ("2.", 2), (0, 0), ("007", 7)]
)
def test_a_whole_number_is_read_from_a_number_or_text(given: Any, number: int) -> None:
    kept, said = keep(amounts.integer, given)
    assert (kept, type(kept), said) == (number, int, 0)


@pytest.mark.parametrize("given", [2.5, "2.5", -1, "-1", "two", True, [2], float("inf"), 10**15, 10**400, "1" * 400])
def test_what_is_no_whole_number_is_dropped(given: Any) -> None:
    assert keep(amounts.integer, given) == (None, 1)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("order-1", "order-1"),
        ("  order-1\n", "order-1"),
        ("000001", "000001"),
        (42, "42"),
        (42.0, "42"),
        (4.5, "4.5"),
        (0, "0"),
        (10**30, "1" + "0" * 30),
        # Beyond 2**53 a double is written with an exponent, which a text of the same digits would lose when read again.
        (1.1211733167979094e16, "11211733167979094"),
        ("a\x00b", "a\x00b"),
        ("日本", "日本"),
        ("me@home", "me@home"),
    ],
)
def test_text_is_trimmed_and_a_number_becomes_text(given: Any, sent: str) -> None:
    assert keep(texts.text, given) == (sent, 0)


@pytest.mark.parametrize(
    "given", [True, False, [], ["a"], {}, {"a": 1}, float("inf"), "jane@example.com", "x jane%40example.com"]
)
def test_what_is_no_text_or_holds_an_email_address_is_dropped(given: Any) -> None:
    assert keep(texts.text, given) == (None, 1)


def test_a_character_that_sqs_refuses_is_replaced() -> None:
    # SQS takes U+0009, U+000A, U+000D and U+0020 to U+FFFD; JSON writes what lies below U+0020 as \u00XX.
    assert keep(texts.text, "a\ufffeb\uffff") == ("a\ufffdb\ufffd", 1)
    assert keep(addresses.url, "https://example.com/\uffff")[0] == "https://example.com/\ufffd"


# U+FFFD stands for letters that were lost before the post came: a decoder's replacement, or half a surrogate pair.
@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (texts.text, "Caf\ufffd 1"),
        (texts.clear, None),  # a place that nobody knows
        (texts.event_id, None),  # order "№1" and order "€1" would be one
        (hashing.hashed(str.lower), None),
    ],
)
def test_of_lost_letters_the_sender_is_told_and_no_id_and_no_place_is_made(rule: Rule, kept: str | None) -> None:
    notes: list[str] = []
    assert rule(" Caf\ufffd 1", notes) == kept
    assert notes == ["lost letters on its way: send the body as UTF-8"]


def test_an_address_with_lost_letters_is_no_event_id_either() -> None:
    assert keep(texts.event_id, "jan\ufffd@example.com") == (None, 1)


SOURCE = rules.choice("system-generated", "website", "phone_call")


@pytest.mark.parametrize("given", ["WEBSITE", " website ", "web site", "Web-Site"])
def test_a_word_is_fixed_in_case_spaces_hyphens_and_underscores(given: str) -> None:
    assert keep(SOURCE, given)[0] == "website"
    assert keep(SOURCE, "system_generated") == ("system-generated", 1)
    assert keep(SOURCE, "website") == ("website", 0)


@pytest.mark.parametrize("given", ["webiste", "shop", 7, True, ["website"], {"website": 1}, None.__class__.__name__])
def test_a_word_that_is_not_on_the_list_is_dropped(given: Any) -> None:
    assert keep(SOURCE, given) == (None, 1)


def test_a_misspelt_word_is_answered_with_the_one_that_was_meant() -> None:
    notes: list[str] = []
    SOURCE("webiste", notes)
    assert '"webiste"' in notes[0]
    assert "did you mean website?" in notes[0]


@pytest.mark.parametrize("person", ["jane.doe@example.com", "+1 555 010 0123"])
def test_a_note_quotes_no_person(person: str) -> None:
    notes: list[str] = []
    SOURCE(person, notes)
    assert person not in notes[0]


@pytest.mark.parametrize(
    "given",
    [
        "https://example.com",
        "http://example.com/a/b?c=d&e=f#g",
        "HTTPS://Example.com/",
        "https://example.com:8443/x;jsessionid=1?a=%20b;c",
        "https://bücher.example/ä?q=日本",
        "https://[2001:db8::1]/",
        "https://example.com/@jane",
    ],
)
def test_the_address_of_a_page_stays_as_it_is(given: str) -> None:
    assert keep(addresses.url, given) == (given, 0)


@pytest.mark.parametrize(
    "given",
    [
        "example.com/x",
        "/checkout",
        "ftp://example.com",
        "https://",
        "https:///x",
        "javascript:alert(1)",
        "https://a b.com",
        "android-app://com.example",
        "https://[2001:db8::1",
        "https://?a=b",
        7,
        True,
        ["https://example.com"],
    ],
)
def test_what_is_no_web_address_is_dropped(given: Any) -> None:
    assert keep(addresses.url, given) == (None, 1)


@pytest.mark.parametrize("given", ["203.0.113.9", "192.168.1.1", "2001:db8::1"])
def test_an_ip_address_stays_as_it_is(given: str) -> None:
    assert keep(addresses.ip_address, given) == (given, 0)


def test_of_a_forwarding_chain_the_first_is_the_visitor() -> None:
    assert keep(addresses.ip_address, "203.0.113.9, 10.0.0.1, 10.0.0.2") == ("203.0.113.9", 1)


@pytest.mark.parametrize(
    "given",
    [
        "203.0.113",
        "203.0.113.256",
        "203.0.113.09",
        "localhost",
        "1::2::3",
        "fe80::1%eth0",
        "٢.٣.٤.٥",
        "0.0.0.0",
        "::",
        3405803785,
        True,
        ["203.0.113.9"],
    ],
)
def test_what_is_no_ip_address_is_dropped(given: Any) -> None:
    assert keep(addresses.ip_address, given) == (None, 1)


def test_an_unknown_field_is_dropped_with_the_name_that_was_meant() -> None:
    known: dict[str, Rule] = {"em": texts.text, "search_string": texts.text}
    warnings: Warnings = []
    source = {"E-Mail": "x", "serach_string": "shoes", "search_string": "boots", "colour": "red"}
    assert rules.apply(known, source, "user_data.", warnings, {"email": "em"}) == {"search_string": "boots"}
    said = dict(warnings)
    assert set(said) == {"user_data.E-Mail", "user_data.serach_string", "user_data.colour"}
    assert "did you mean em?" in said["user_data.E-Mail"]
    assert "did you mean search_string?" in said["user_data.serach_string"]
    assert "did you mean" not in said["user_data.colour"]


def test_many_unknown_fields_are_all_counted() -> None:
    warnings: Warnings = []
    source: dict[str, Any] = {f"field{number}": 1 for number in range(1_000)} | {"x" * 500: 1}
    assert rules.apply({}, source, "custom_data.", warnings, {}) == {}
    named = [name for name, _ in warnings if name != "custom_data"]
    (rest,) = [text for name, text in warnings if name == "custom_data"]
    assert f"{1_001 - len(named)} further fields" in rest
    assert len(named) < 100


def test_a_null_is_an_absent_field() -> None:
    warnings: Warnings = []
    assert rules.apply({"value": amounts.amount}, {"value": None}, "", warnings, {}) == {}
    assert warnings == []


def test_what_is_fixed_is_told_but_not_called_dropped() -> None:
    warnings: Warnings = []
    assert rules.apply({"value": amounts.amount}, {"value": "$25"}, "", warnings, {}) == {"value": 25}
    assert rules.apply({"value": amounts.amount}, {"value": "free"}, "", warnings, {}) == {}
    assert [text.startswith("dropped: ") for _, text in warnings] == [False, True]


# Length.


@pytest.mark.parametrize("rule", [texts.text, texts.clear, rules.choice("A"), hashing.hashed(str), amounts.amount])
def test_a_text_that_is_too_long_is_dropped_with_its_length_and_the_limit(rule: Rule) -> None:
    notes: list[str] = []
    assert rule("x y" * 2_000, notes) is None
    assert notes == ["has 6000 characters: send at most 4096"]
    assert texts.text(" " + "x" * 4_096 + " ", []) == "x" * 4_096


def test_an_address_may_be_longer_than_a_text() -> None:
    longest = "https://example.com/?q=" + "a" * (16_384 - 23)
    notes: list[str] = []
    assert addresses.url(longest, notes) == longest
    assert addresses.url(longest + "a", notes) is None
    assert notes == ["has 16385 characters: send at most 16384"]


def test_an_event_id_that_is_too_long_is_sent_as_its_digest() -> None:
    notes: list[str] = []
    assert texts.event_id("9" * 1_000, notes) == "9" * 1_000
    assert texts.event_id("9" * 1_001, notes) == sha("9" * 1_001)
    assert texts.event_id(" " + "{" * 100_000, notes) == sha("{" * 100_000)
    assert len(notes) == 2


def test_an_opt_out_that_is_too_long_means_yes() -> None:
    assert keep(rules.opt_out, "false" * 1_000) == ("true", 2)


def test_a_value_is_quoted_only_if_its_beginning_holds_nobody() -> None:
    assert rules.quoted("x" * 100_000) == '"' + "x" * 39 + '…"'
    assert rules.quoted("jane@" + ".".join(["e" * 60] * 5) + ".com") == "the value"
