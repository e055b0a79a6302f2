"""E-mail addresses, birth dates and gender words as people and systems write them: one person has one form."""

from datetime import date
from typing import Any

import pytest

from pipeline.values import births, persons
from pipeline.values.faults import Fault
from rokt import fields as rokt_fields
from rokt.settings import Settings as RoktSettings
from roku import fields as roku_fields
from roku.normalise import Settings
from tests.unit.conversions import conversion, finished, sha, warned

JANE = "jane@firma.example"


def emails(value: str) -> tuple[Any, Any, list[str]]:
    """What Roku and Rokt get of it, and what Roku's rule notes."""
    notes: list[str] = []
    roku = next(one for one in roku_fields.user(Settings(), None, 2026) if one.name == "em").kind
    rokt = next(one for one in rokt_fields.user(RoktSettings(), 2026, None) if one.name == "em").kind
    return roku.rule(value, notes), rokt.rule(value, []), notes


@pytest.mark.parametrize(
    "written",
    [
        *(JANE, "Jane@Firma.Example", f"mailto:{JANE}", f"MAILTO:{JANE}?subject=Hi", f"Jane Doe <{JANE}>"),
        *(f"{JANE} (Jane Doe)", f"E-Mail: {JANE}", f"smtp:{JANE}", f"[{JANE}](mailto:{JANE})", f"{JANE}?", f"`{JANE}`"),
        *("jane＠firma.example", "jane@firma。example", "jane%40firma.example", "jane @ firma.example", f"“{JANE}”"),
        *(f"Doe, Jane <{JANE}>", f'"Jane" <{JANE}>', f"<{JANE}>", f'"{JANE}"', f"{JANE}.", f"{JANE};"),
    ],
)
def test_an_address_has_one_form(written: str) -> None:
    assert emails(written) == (sha(JANE), sha(JANE), [])


@pytest.mark.parametrize(
    "written", [f"{JANE}; john@firma.example", f"{JANE}, john@x.example", f"A <{JANE}>, B <b@x.example>"]
)
def test_of_several_addresses_the_first_is_taken_and_it_is_told(written: str) -> None:
    roku, rokt, notes = emails(written)
    assert (roku, rokt) == (sha(JANE), sha(JANE))
    assert ["several addresses" in note for note in notes] == [True]


@pytest.mark.parametrize("written", ["jane@bücher.example", "JANE@BÜCHER.EXAMPLE", "jane@xn--bcher-kva.example"])
def test_a_domain_of_any_script_is_hashed_in_ascii(written: str) -> None:
    assert emails(written)[0] == sha("jane@xn--bcher-kva.example")


@pytest.mark.parametrize(
    "written",
    [
        *("noemail@noemail.com", "NoEmail@shop.example", "none@none.com", "test@test.com", "no-reply@shop.example"),
        *("a@a.com", "x@y.invalid", "noemail+1@shop.example"),
    ],
)
def test_an_address_that_many_share_is_nobodys(written: str) -> None:
    event = conversion(user_data={"em": written, "client_ip_address": "203.0.113.9"})
    assert "em" not in finished(event)["user_data"]
    assert "user_data.em" in warned(event)
    assert emails(written)[:2] == (None, None)


@pytest.mark.parametrize(
    "written", ["jane@example.com", "test@firma.example", "na@firma.example", "unknown@firma.example"]
)
def test_an_address_that_may_be_a_persons_stays(written: str) -> None:
    assert emails(written)[0] == sha(written)


@pytest.mark.parametrize("written", ["jane doe@firma.example", "jane@", "Jane <>", "mailto:", "jane@-.example-ü"])
def test_what_is_no_address_is_dropped(written: str) -> None:
    assert emails(written)[0] is None


@pytest.mark.parametrize(
    "written",
    [
        *("1990-01-25", "1990-1-25", "1990/01/25", "1990.1.25", "19900125", "1990-01-25T00:00:00Z", "25.01.1990"),
        *("25/1/1990", "01/25/1990", "January 25, 1990", "25 Jan 1990", "Jan 25th 1990", "25. Jan 1990", "25-Jan-1990"),
    ],
)
def test_a_birth_date_with_one_reading_is_read(written: str) -> None:
    assert births.born(written, 2026) == date(1990, 1, 25)


def test_a_day_that_is_its_own_month_has_one_reading() -> None:
    assert births.born("05/05/1990", 2026) == date(1990, 5, 5)


@pytest.mark.parametrize(
    "written", ["05/06/1990", "25/25/1990", "1990-13-01", "1890-01-25", "2090-01-25", "Ma 25 1990", "90-01-25"]
)
def test_a_birth_date_with_two_readings_or_none_is_dropped(written: str) -> None:
    with pytest.raises(Fault, match="yyyy-mm-dd"):
        births.born(written, 2026)


@pytest.mark.parametrize(
    ("word", "gender"),
    [
        *((word, "male") for word in ("Male", "M", "man", "Mann", "männlich", "homme")),
        *((word, "female") for word in ("FEMALE", "f", "Woman", "weiblich", "w", "Mrs")),
        *((word, "unknown") for word in ("unknown", "divers", "non-binary")),
    ],
)
def test_a_gender_has_one_word(word: str, gender: str) -> None:
    assert persons.gender(word) == gender


def test_no_word_of_gender_is_two() -> None:
    assert len(persons.GENDERS) == sum(1 + len(words.split()) for words in persons._GENDERS.values())


@pytest.mark.parametrize(("form", "taken"), [("digits", None), ("e164", sha("+15550100142"))])
def test_googles_digest_of_a_phone_number_is_taken_where_the_rule_is_the_same(form: Any, taken: str | None) -> None:
    user = {"sha256_phone_number": sha("+15550100142"), "client_ip_address": "203.0.113.9"}
    event = conversion(user_data=user)
    assert finished(event, phone_format=form)["user_data"].get("ph") == taken
    assert ("user_data.ph" in warned(event, phone_format=form)) is (taken is None)
    clear = finished(conversion(user_data=user | {"ph": "+15550100142"}), phone_format="digits")
    assert clear["user_data"]["ph"] == sha("15550100142")


@pytest.mark.parametrize("written", ["jane@firma..example", "jane@firma.e", "jane@-firma.example", "jane@firma.123"])
def test_what_cannot_be_an_address_is_not_hashed(written: str) -> None:
    assert emails(written)[0] is None


@pytest.mark.parametrize(
    "written", ["guest@shop.example", "walk-in@till.example", "user@domain.example", "xxx@xxx.example", "na@na.example"]
)
def test_further_addresses_that_many_share_are_nobodys(written: str) -> None:
    assert emails(written)[0] is None


@pytest.mark.parametrize(
    "written",
    [
        *("Unknown", "WIRELESS CALLER", "Out of Area", "First Name", "walk-in customer", "undefined undefined", "(fn)"),
        *("~FName~", "$firstName", "@@fn@@", "{!Lead.FirstName}", "%(fn)s", "#WERT!", "=B7", "function(){}", "Err:504"),
    ],
)
def test_a_word_or_a_tag_in_the_place_of_a_name_is_no_name(written: str) -> None:
    assert "fn" not in finished(conversion(user_data={"em": JANE, "fn": written}))["user_data"]


@pytest.mark.parametrize("written", ["Anna  Maria", "Anna\u00a0Maria", "anna\tmaria", "ANNA MARIA,", '"Anna Maria"'])
def test_a_name_has_one_form(written: str) -> None:
    assert finished(conversion(user_data={"em": JANE, "fn": written}))["user_data"]["fn"] == sha("anna maria")


@pytest.mark.parametrize(
    "written",
    [
        *("Thu Jan 25 1990", "Thu, 25 Jan 1990 00:00:00 GMT", "25 janvier 1990", "25. Januar 1990", "1990年1月25日"),
        *("25 de enero de 1990", "25-Jan-90", "25/1/90", "633225600", "633225600000", "/Date(633225600000)/"),
        "1990-Jan-25",
    ],
)
def test_a_birth_date_in_the_words_of_systems_and_languages(written: str) -> None:
    assert births.born(written, 2026) == date(1990, 1, 25)


def test_the_order_of_a_sender_counts_for_birth_dates() -> None:
    assert births.born("05/06/1990", 2026, "dmy") == date(1990, 6, 5)
    assert births.born("05/06/1990", 2026, "mdy") == date(1990, 5, 6)


@pytest.mark.parametrize("written", ["1900-01-01", "633225601", "0", "1990", "32875", "1990-05"])
def test_a_date_for_no_date_and_a_moment_within_a_day_are_dropped(written: str) -> None:
    with pytest.raises(Fault):
        births.born(written, 2026)


@pytest.mark.parametrize(
    ("word", "gender"),
    [("Mr.", "male"), ("Mme", "female"), ("女性", "female"), ("муж", "male"), ("Prefer not to say", "unknown")],
)
def test_words_of_gender_of_several_languages(word: str, gender: str) -> None:
    assert persons.gender(word) == gender
