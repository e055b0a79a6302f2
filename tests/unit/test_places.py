"""Countries, states and postal codes: whatever people and systems write, one form."""

from pathlib import Path
from typing import Any

import phonenumbers
import pycountry
import pytest

from pipeline.values import places, postal_codes
from pipeline.values.state_names import STATES
from tests.programs import program

ROOT = Path(__file__).parents[2]
COUNTRIES: dict[str, list[Any]] = {
    "US": [
        *("US", "us", " USA ", "U.S.", "U.S.A.", "United States", "UNITED STATES OF AMERICA", "the United States"),
        *("United States (US)", "US - United States", "United States (+1)", "840", 840, "America", "Estados Unidos"),
    ],
    "GB": ["GB", "GBR", "UK", "U.K.", "United Kingdom", "United Kingdom (UK)", "Great Britain", "England", "Scotland"],
    "DE": ["DE", "deu", "Germany", "Deutschland", "Federal Republic of Germany", "Germany (Deutschland)"],
    "CI": ["Côte d'Ivoire", "Cote D’Ivoire", "Ivory Coast", "CIV"],
    "KR": ["South Korea", "Korea, Republic of", "Republic of Korea", "KOR"],
    "CZ": ["Czechia", "Czech Republic", "Česko"],
    "NL": ["The Netherlands", "Netherlands", "Holland"],
    "TR": ["Turkey", "Türkiye", "TURKIYE"],
    "BA": ["Bosnia and Herzegovina", "Bosnia & Herzegovina"],
    "JP": ["日本", "Japan", "jpn"],
    "GW": ["Guinea-Bissau"],
    "ES": ["Espagne", "Spanien", "Spagna", "スペイン", "Испания", "\U0001f1ea\U0001f1f8"],
    "CH": ["Suiza", "Zwitserland", "スイス", "Switzerland (Schweiz)"],
    "XK": ["Kosovo", "XK"],
}


@pytest.mark.parametrize(("code", "written"), [(code, way) for code, ways in COUNTRIES.items() for way in ways])
def test_a_country_has_one_form(code: str, written: Any) -> None:
    assert places.country(written) == code


@pytest.mark.parametrize(
    "written", ["", "X", "XX", "en-US", "San Jose, CA", "Atlantis", "US, CA", None, True, ["US"], "+1", 7]
)
def test_what_is_no_country_is_none(written: Any) -> None:
    assert places.country(written) is None


def test_every_country_of_iso_and_every_region_with_phone_numbers_is_known() -> None:
    known: Any = pycountry.countries
    for one in known:
        assert places.country(one.alpha_3) == places.country(one.name) == places.country(one.alpha_2) == one.alpha_2
    # Ascension and Tristan da Cunha have numbers, but no code of ISO's.
    assert {code for code in phonenumbers.SUPPORTED_REGIONS if code not in places.CODES} == {"AC", "TA"}


@pytest.mark.parametrize(
    ("text", "stated", "default", "name"),
    [
        ("AZ", "US", None, "Arizona"),
        ("az", None, "US", "Arizona"),
        ("D.C.", "US", None, "District of Columbia"),
        ("US-AZ", None, None, "Arizona"),
        ("ARIZONA", "US", None, "Arizona"),
        ("new york", None, "US", "New York"),
        ("ON", "CA", "US", "Ontario"),
        ("NSW", "AU", "US", "New South Wales"),
        ("NSW", None, "US", "New South Wales"),
        ("WA", "AU", "US", "Western Australia"),
        ("WA", None, "US", "Washington"),
        ("CA", None, "US", "California"),
        ("CA-ON", "CA", "US", "Ontario"),
        ("AP", "US", None, "Armed Forces Pacific"),
        ("SP", "BR", "US", "São Paulo"),
        ("ENG", "GB", "US", "England"),
        ("Calif.", None, "US", "California"),
        ("Penna.", "US", None, "Pennsylvania"),
        ("TX, USA", None, "US", "Texas"),
        ("Texas (TX)", "US", None, "Texas"),
        ("State of Texas", "US", None, "Texas"),
        ("Washington, D.C.", "US", None, "District of Columbia"),
        ("Québec", "CA", None, "Quebec"),
        ("13", "JP", None, "Tokyo"),
        ("ZH", "CH", None, "Zürich"),
        ("D", "IE", None, "Dublin"),
        ("WA", None, None, None),
        ("AZ", "GB", "US", None),
        ("Bavaria", "DE", None, None),
        ("US-AZ", "GB", None, None),
    ],
)
def test_a_state_has_its_complete_name(text: str, stated: str | None, default: str | None, name: str | None) -> None:
    assert places.state(text, stated, default) == name


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("2116", "US", "02116"),
        ("501", "US", "00501"),
        ("2116-1234", "US", "02116-1234"),
        ("02116", "US", "02116"),
        ("02116-1234", "US", "02116-1234"),
        ("1067", "DE", "01067"),
        ("800", "AU", "0800"),
        ("600000", "JP", "060-0000"),
        ("2116", None, "2116"),
        ("2116", "DK", "2116"),
        ("21", "US", "21"),
        ("2116-", "US", "02116"),
        ("2116-12", "US", "2116-12"),
        ("SW1A 1AA", "GB", "SW1A 1AA"),
        ("K1A 0B1", "CA", "K1A 0B1"),
        ("k1a0b1", "CA", "K1A 0B1"),
        ("sw1a1aa", "GB", "SW1A 1AA"),
        ("1012ab", "NL", "1012 AB"),
        ("1000001", "JP", "100-0001"),
        ("1310100", "BR", "01310-100"),
        ("021161234", "US", "02116-1234"),
        ("02116-0000", "US", "02116"),
        ("D-10115", "DE", "10115"),
    ],
)
def test_a_postal_code_keeps_its_zeros(text: str, country: str | None, code: str) -> None:
    assert postal_codes.postal_code(text, country) == code


def test_the_table_is_what_make_places_writes() -> None:
    for file, made in program("places").FILES.items():
        assert (ROOT / "src" / "pipeline" / "values" / file).read_text(encoding="utf-8") == made()
    assert all(len(entry.partition("=")[0]) <= 3 for table in STATES.values() for entry in table.split(";"))
