"""Personal data before it is hashed: the rules of Roku's page, and the traps that senders' data sets."""

import base64
from hashlib import new, sha256
from typing import Any

import pytest

from tests.unit.conversions import DEVICE, conversion, errors, finished, outcome, sha, warned, with_user

HASHED = ("em", "ph", "fn", "ln", "ge", "db")
CLEAR = {
    "em": "jane@example.com",
    "ph": "+15550100123",
    "fn": "jane",
    "ln": "doe",
    "ge": "female",
    "db": "1990-01-02",
}
# What a template prints when it has nothing to print.
NOTHING = ("", "null", "undefined", "None", "none", "NULL", "NaN", "[object Object]", " ", "-no value-")


def sent(field: str, value: Any, **settings: Any) -> str | None:
    """The field as it leaves, or None if it was dropped."""
    user_data: dict[str, str] = finished(with_user(**{field: value}), **settings)["user_data"]
    return user_data.get(field)


@pytest.mark.parametrize(
    ("given", "normalised"),
    [
        ("jane@example.com", "jane@example.com"),
        ("  Jane.Doe@Example.COM\n", "jane.doe@example.com"),
        ("myname+alias@isp.com", "myname@isp.com"),  # the page's own example
        ("myname+one+two@isp.com", "myname@isp.com"),
        ("o'neil_%-7@mail.example.co.uk", "o'neil_%-7@mail.example.co.uk"),
        ("JÜRGEN@BÜCHER.example", "jürgen@xn--bcher-kva.example"),
    ],
)
def test_an_email_address_is_trimmed_lowered_and_loses_its_alias(given: str, normalised: str) -> None:
    assert sent("em", given) == sha(normalised)


@pytest.mark.parametrize(
    "given",
    [
        *(
            "jane",
            "jane@",
            "@example.com",
            "+alias@isp.com",
            "jane@example",
            "a@b@example.com",
            "jane@example.",
            "jane@.",
        ),
        "jane doe@example.com",
        *(42, True, ["jane@example.com"], {"em": "jane@example.com"}),
    ],
)
def test_what_is_no_email_address_is_dropped(given: Any) -> None:
    assert sent("em", given) is None
    assert warned(with_user(em=given)) == ["user_data.em"]


PHONES = [
    ("+1 (555) 010-0123", "15550100123"),
    ("1.555.010.0123", "15550100123"),
    ("p:+15550100123", "15550100123"),
    ("0044 20 7946 0018", "442079460018"),
    ("+44 (0)20 7946 0018", "442079460018"),
    ("0044 (0)20 7946 0018", "442079460018"),
    (15550100123, "15550100123"),
    (15550100123.0, "15550100123"),
    ("tel:+1-555-010-0123", "15550100123"),
    ("TEL: +1-555-010-0123", "15550100123"),
    ("+1 555 010 0123 ext. 45", "15550100123"),
    ("+1 555 010 0123 x45", "15550100123"),
    ("+1 555 010 0123;ext=45", "15550100123"),
    ("+1 555–010–0123", "15550100123"),  # dashes of a word processor
    ("＋１５５５０１００１２３", "15550100123"),
    ("١٥٥٥٠١٠٠١٢٣", "15550100123"),
]


@pytest.mark.parametrize(("given", "digits"), PHONES)
def test_a_phone_number_becomes_digits_without_leading_zeros(given: Any, digits: str) -> None:
    assert sent("ph", given) == sha(digits)


@pytest.mark.parametrize(
    ("given", "digits"), [(given, d) for given, d in PHONES if str(given)[:2] in ("+1", "00", "+4")]
)
def test_e164_puts_a_plus_before_the_digits(given: Any, digits: str) -> None:
    assert sent("ph", given, phone_format="e164") == sha("+" + digits)


def test_e164_needs_a_country_code_or_a_country() -> None:
    assert sent("ph", "212-555-0123", phone_format="e164") is None
    assert warned(with_user(ph="212-555-0123"), phone_format="e164") == ["user_data.ph"]


@pytest.mark.parametrize(
    ("given", "country", "number"),
    [
        ("(212) 555-0123", "US", "12125550123"),
        ("1 212 555 0123", "US", "12125550123"),
        ("020 7946 0018", "GB", "442079460018"),
        ("06 6982 1234", "IT", "390669821234"),  # Italy keeps its zero
        ("+44 20 7946 0018", "US", "442079460018"),
        ("0044 20 7946 0018", "US", "442079460018"),
        ("442079460018", "US", "442079460018"),  # too long for the United States, and whole with its code
    ],
)
def test_the_default_country_gives_a_national_number_its_code(given: str, country: str, number: str) -> None:
    assert sent("ph", given, default_country=country) == sha(number)
    assert sent("ph", given, default_country=country, phone_format="e164") == sha("+" + number)


def test_a_number_that_the_country_cannot_have_is_dropped() -> None:
    assert sent("ph", "12345678", default_country="US") is None


LONDON = "020 7946 0018"


@pytest.mark.parametrize(
    ("given", "context"),
    [
        (with_user(ph=LONDON, data_processing_country="gb"), {}),
        (with_user(ph=LONDON, country=" GB "), {}),
        (with_user(ph=LONDON, data_processing_country="GB", country="US"), {"data_processing_country": "US"}),
        (conversion(user_data={"ph": LONDON}, data_processing_country="GB"), {"data_processing_country": "US"}),
        (with_user(ph=LONDON), {"data_processing_country": "GB"}),
        (with_user(ph=LONDON, country="United Kingdom"), {"data_processing_country": "GB"}),
    ],
)
def test_what_an_event_says_of_its_country_outweighs_the_stack(given: Any, context: dict[str, Any]) -> None:
    event = finished(given, default_country="US", context=context)
    assert event["user_data"]["ph"] == sha("442079460018")
    assert "data_processing_country" not in event
    assert "data_processing_country" not in event["user_data"]


def test_without_a_default_country_the_events_own_decides() -> None:
    assert finished(with_user(ph=LONDON, country="GB"))["user_data"]["ph"] == sha("442079460018")


def test_a_number_without_any_country_is_dropped_unless_the_operator_wants_it_as_it_stands() -> None:
    assert sent("ph", LONDON) is None
    assert warned(with_user(ph=LONDON)) == ["user_data.ph"]
    assert sent("ph", LONDON, phone_without_country="as_it_stands") == sha("2079460018")
    assert sent("ph", LONDON, phone_without_country="as_it_stands", phone_format="e164") is None


WITHHELD_WORDS = ("anonymous", "Anonymous", "RESTRICTED", "unknown", "private", "blocked", "unavailable")


@pytest.mark.parametrize("given", [*WITHHELD_WORDS, "266696687", "+7378742833", "2562533", "+8656696", "86282452253"])
@pytest.mark.parametrize("country", [None, "US"])
def test_a_withheld_number_identifies_nobody(given: str, country: str | None) -> None:
    assert sent("ph", given, default_country=country) is None


def test_a_withheld_number_is_recognised_before_a_country_code_stands_in_front_of_it() -> None:
    # RESTRICTED on a keypad: a possible number of the United States, had nobody looked first.
    assert sent("ph", "7378742833", default_country="US") is None


@pytest.mark.parametrize(
    "given",
    ["call me", "555-CALL-NOW", "123456", "1234567890123456", "+", "0000000000", "jane@example.com", True, [1]],
)
def test_what_is_no_phone_number_is_dropped(given: Any) -> None:
    assert sent("ph", given) is None
    assert warned(with_user(ph=given)) == ["user_data.ph"]


def test_a_text_that_is_too_long_for_a_phone_number_is_not_even_searched() -> None:
    assert sent("ph", "1" + " " * 1_000_000 + "1") is None


@pytest.mark.parametrize("field", ["fn", "ln"])
@pytest.mark.parametrize(
    ("given", "normalised"),
    [
        ("Jane", "jane"),
        ("  MARY ANN ", "mary ann"),
        ("José", "josé"),
        ("O'Neil", "o'neil"),
        ("李", "李"),
        ("Smith 3rd", "smith 3rd"),
    ],
)
def test_a_name_is_trimmed_and_lowered(field: str, given: str, normalised: str) -> None:
    assert sent(field, given) == sha(normalised)


@pytest.mark.parametrize("given", ["123", "-", "jane@example.com", "555-010-0144", 5, False])
def test_what_is_no_name_is_dropped(given: Any) -> None:
    assert sent("fn", given) is None


@pytest.mark.parametrize(
    ("given", "normalised"),
    [("m", "male"), ("F", "female"), ("Male", "male"), (" FEMALE ", "female"), ("Unknown", "unknown")],
)
def test_a_gender_is_one_of_three_words(given: str, normalised: str) -> None:
    assert sent("ge", given) == sha(normalised)


@pytest.mark.parametrize("given", ["x", "u", "womn", 1, True])
def test_another_gender_is_dropped(given: Any) -> None:
    assert sent("ge", given) is None


@pytest.mark.parametrize(
    "given", ["1990-01-02", " 1990-01-02 ", "19900102", 19900102, "1990/01/02", "1990.01.02", "1990-01-02T00:00:00Z"]
)
def test_a_birth_date_is_written_with_hyphens(given: Any) -> None:
    assert sent("db", given) == sha("1990-01-02")


@pytest.mark.parametrize("given", ["29 February", "2023-02-29", "02/01/1990", "1899-12-31", "2999-01-01", "1990-01/02"])
def test_what_is_no_real_date_is_dropped(given: str) -> None:
    assert sent("db", given) is None
    assert sent("db", "2024-02-29") == sha("2024-02-29")


@pytest.mark.parametrize("field", HASHED)
@pytest.mark.parametrize("flag", [{}, {"is_hashed": True}, {"is_hashed": False}, {"is_hashed": "false"}])
@pytest.mark.parametrize("notation", [str.lower, str.upper, lambda text: f"  {text}\n"])
def test_a_digest_is_never_hashed_again_whatever_the_flag_says(field: str, flag: dict[str, Any], notation: Any) -> None:
    digest = sha(CLEAR[field])
    event = finished(with_user(**{field: notation(digest)}, **flag))
    assert event["user_data"] == {"is_hashed": True, "aGA": DEVICE, field: digest}


@pytest.mark.parametrize("field", HASHED)
def test_a_digest_in_base64_is_written_as_hex(field: str) -> None:
    raw = sha256(CLEAR[field].encode()).digest()
    assert sent(field, base64.b64encode(raw).decode()) == raw.hex()


@pytest.mark.parametrize("field", HASHED)
@pytest.mark.parametrize("name", ["md5", "sha1", "sha224", "sha384", "sha512"])
def test_a_digest_of_another_function_is_dropped_not_hashed(field: str, name: str) -> None:
    given = with_user(**{field: new(name, CLEAR[field].encode()).hexdigest()})
    assert field not in finished(given)["user_data"]
    assert any("SHA-256" in text for name, text in outcome(given).warnings if name == f"user_data.{field}")


@pytest.mark.parametrize("field", HASHED)
@pytest.mark.parametrize("nothing", NOTHING)
def test_the_digest_of_nothing_is_no_identifier(field: str, nothing: str) -> None:
    raw = sha256(nothing.encode()).digest()
    for given in (raw.hex(), raw.hex().upper(), base64.b64encode(raw).decode()):
        assert sent(field, given) is None
        assert warned(with_user(**{field: given})) == [f"user_data.{field}"]


def test_an_event_whose_only_identifier_is_the_digest_of_nothing_is_refused() -> None:
    said = errors(conversion(user_data={"em": sha("undefined")}))
    assert set(said) == {"user_data", "user_data.em"}


@pytest.mark.parametrize("nothing", ["", "  ", "-no value-", "null", "NULL", "undefined", "None", "n/a", "N/A"])
@pytest.mark.parametrize("field", [*HASHED, "ct", "external_id", "client_ip_address", "aID", "aFC"])
def test_a_placeholder_means_that_there_is_no_value(field: str, nothing: str) -> None:
    given = with_user(**{field: nothing})
    assert finished(given)["user_data"] == {"is_hashed": True, "aGA": DEVICE}
    assert warned(given) == []


@pytest.mark.parametrize("tag", ["[Call:InboundPhoneNumber]", "[tag:JS:epoch]", "[[caller]]", "{{customer.email}}"])
@pytest.mark.parametrize("field", [*HASHED, "ct", "client_ip_address", "aGI"])
def test_a_tag_that_was_not_filled_in_is_dropped_and_told(field: str, tag: str) -> None:
    assert sent(field, tag) is None
    assert warned(with_user(**{field: tag})) == [f"user_data.{field}"]


def test_mixed_input_leaves_all_hashed_and_says_so() -> None:
    given = conversion(user_data={"is_hashed": True, "em": sha("jane@example.com"), "ph": "+15550100123"})
    assert finished(given)["user_data"] == {
        "is_hashed": True,
        "em": sha("jane@example.com"),
        "ph": sha("15550100123"),
    }
    assert warned(given) == ["user_data.ph"]


@pytest.mark.parametrize("context", [{"is_hashed": True}, {"is_hashed": False}, {}])
def test_the_flag_beside_the_events_is_understood_and_sent_in_user_data(context: dict[str, Any]) -> None:
    event = finished(conversion(user_data={"ph": "+15550100123"}), context=context)
    assert event["user_data"] == {"is_hashed": True, "ph": sha("15550100123")}
    assert "is_hashed" not in event


NEVER_HASHED = {
    "ct": "New York",
    "st": "New York",
    "zp": "01234",
    "country": "US",
    "external_id": "user-7",
    "client_ip_address": "192.168.1.1",
    "client_user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
    "subscription_id": "sub-1",
    "aID": DEVICE,
    "aDX": DEVICE,
    "aGI": DEVICE,
    "aRI": DEVICE,
    "aFC": "fp.1.2",
}


def test_what_roku_wants_clear_stays_as_it_is() -> None:
    assert finished(conversion(user_data=NEVER_HASHED))["user_data"] == {"is_hashed": True} | NEVER_HASHED


@pytest.mark.parametrize("field", ["ct", "st", "zp", "country"])
def test_a_place_that_was_hashed_says_nothing_and_is_dropped(field: str) -> None:
    assert sent(field, sha("austin")) is None
    assert warned(with_user(**{field: sha("austin")})) == [f"user_data.{field}"]


def test_an_external_id_may_be_a_digest() -> None:
    assert sent("external_id", sha("user-7")) == sha("user-7")


@pytest.mark.parametrize("field", ["aGA", "aID", "aDX", "aGI", "aRI"])
@pytest.mark.parametrize("zeros", ["00000000-0000-0000-0000-000000000000", "0" * 32])
def test_the_id_of_a_device_that_limits_tracking_identifies_nobody(field: str, zeros: str) -> None:
    assert set(errors(conversion(user_data={field: zeros}))) == {"user_data", f"user_data.{field}"}


def test_the_spelling_of_the_pages_sentence_is_taken_for_that_of_its_table() -> None:
    assert finished(conversion(user_data={"AID": DEVICE}))["user_data"] == {"is_hashed": True, "aID": DEVICE}
