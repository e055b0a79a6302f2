"""Phone numbers: one person has one number, however it is written; what is not possible is not a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.faults import Fault
from pipeline.values.phone import normalise
from pipeline.values.phone_texts import WITHHELD
from tests.unit.conversions import finished, outcome, sha, with_user

# Numbers that the regulators keep free for fiction (Ofcom, ACMA, ARCEP, FCC) or that libphonenumber gives as examples.
WAYS = [
    ("US", "12125550143", ["(212) 555-0143", "212.555.0143", "1-212-555-0143", "+1 212 555 0143", "0012125550143"]),
    ("US", "442079460321", ["011 44 20 7946 0321", "+44 020 7946 0321", "+44 (0)20 7946 0321", "0044 20 7946 0321"]),
    ("GB", "447700900321", ["07700 900321", "+44 07700 900321", "0044 (0) 7700 900321", "7700900321", "447700900321"]),
    ("GB", "12125550143", ["+1 212 555 0143", "001 212 555 0143", "011 1 212 555 0143"]),
    ("DE", "4915123456789", ["0151 23456789", "+49 (0)151 23456789", "+49 0151 23456789", "0049151 23456789"]),
    ("FR", "33639980123", ["06 39 98 01 23", "+33 06 39 98 01 23", "+33 (0)6 39 98 01 23", "06.39.98.01.23"]),
    ("IT", "390669821234", ["06 6982 1234", "+39 06 6982 1234", "0039 06 69821234"]),
    ("AU", "61491570156", ["0491 570 156", "+61 0491 570 156", "+61 491 570 156"]),
    ("BD", "8801812345678", ["01812-345678", "+880 01812-345678", "+8801812345678"]),
    ("RU", "79123456789", ["8 912 345-67-89", "+7 912 345-67-89"]),
    ("BR", "5511961234567", ["(11) 96123-4567", "+55 011 96123-4567", "+55 11 96123 4567"]),
    ("JP", "819012345678", ["090-1234-5678", "+81 090-1234-5678", "+81 90 1234 5678"]),
    (
        None,
        "12125550143",
        ["12125550143", "1 (212) 555-0143", "+12125550143", "p:+12125550143", "tel: +1-212-555-0143"],
    ),
]


@pytest.mark.parametrize(
    ("country", "number", "written"), [(country, number, way) for country, number, ways in WAYS for way in ways]
)
def test_one_number_has_one_form(country: str | None, number: str, written: str) -> None:
    assert normalise(written, form="digits", country=country) == number
    assert normalise(written if ":" in written else f"p:{written}", form="e164", country=country) == "+" + number
    assert normalise(f"{written} ext. 12", form="digits", country=country) == number


@pytest.mark.parametrize(
    ("written", "country"),
    [
        ("2125550143", None),
        ("020 7946 0321", None),
        ("5550143", "US"),
        ("12345678", "US"),
        ("+1 212 555", "US"),
        ("+999 123456789", None),
        ("123", "GB"),
        ("0000", "GB"),
        ("212-555-CALL", "US"),
    ],
)
def test_what_is_no_possible_number_is_refused_with_the_fix(written: str, country: str | None) -> None:
    with pytest.raises(Fault, match=r"\+15550100123"):
        normalise(written, form="digits", country=country)


def test_an_operator_may_have_numbers_without_a_country_as_they_stand() -> None:
    assert normalise("(212) 555-0143", form="digits", country=None, as_it_stands=True) == "2125550143"
    assert normalise("020 7946 0321", form="digits", country=None, as_it_stands=True) == "2079460321"
    assert normalise("+44 020 7946 0321", form="digits", country=None, as_it_stands=True) == "442079460321"
    with pytest.raises(Fault):
        normalise("(212) 555-0143", form="e164", country=None, as_it_stands=True)


# ITU-T E.161: which letters are on which key.
KEYS = {"2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz"}
SPELLED = sorted(
    "".join(key for letter in word.replace(" ", "") for key, letters in KEYS.items() if letter in letters)
    for word in WITHHELD
)


@pytest.mark.parametrize("digits", SPELLED)
@pytest.mark.parametrize("before", ["", "+", "1", "+1", "001", "+44"])
@pytest.mark.parametrize("country", [None, "US", "GB"])
def test_a_withheld_number_is_nobodys_with_and_without_a_country_code(
    digits: str, before: str, country: str | None
) -> None:
    with pytest.raises(Fault):
        normalise(before + digits, form="digits", country=country, as_it_stands=len(before) < 1)


@pytest.mark.parametrize("word", sorted(WITHHELD))
def test_a_word_for_a_withheld_number_is_nobodys(word: str) -> None:
    with pytest.raises(Fault, match="withheld"):
        normalise(word.upper(), form="digits", country="US")


@pytest.mark.parametrize("digit", "123456789")
def test_one_digit_repeated_is_nobodys_number(digit: str) -> None:
    for written in (digit * 10, "+1" + digit * 10, "1" + digit * 10, f"({digit * 3}) {digit * 3}-{digit * 4}"):
        with pytest.raises(Fault):
            normalise(written, form="digits", country="US")


@given(st.text("0123456789+ ()-.x", max_size=40), st.sampled_from([None, "US", "GB", "IT", "ZZ"]))
def test_any_text_gives_an_international_number_or_a_fault(text: str, country: str | None) -> None:
    try:
        number = normalise(text, form="e164", country=country)
    except Fault:
        return
    assert number[0] == "+"
    assert 7 <= len(number) - 1 <= 15
    assert normalise(number, form="e164", country=None) == number


@pytest.mark.parametrize(
    "text",
    [
        *("+15550100144,,31", "+15550100144 ext 31", "1.5550100144E+10", "+15550100144 (mobile)", "C: 555-010-0144"),
        *(
            "sip:+15550100144@pbx.example",
            "sms:+15550100144",
            "++1 555 010 0144",
            "+1 +1 555 010 0144",
            "+001 5550100144",
        ),
        *("[555] 010-0144", "US +1 555 010 0144", "US: 555 010 0144", "\U0001f1fa\U0001f1f8 +1 555 010 0144"),
        *(
            "555_010_0144",
            "5,550,100,144",
            "+1 555 010 0144 \u260e",
            "(+1) 555 010 0144",
            "+15550100144#",
        ),
    ],
)
def test_what_people_and_programs_write_around_a_number_goes(text: str) -> None:
    assert sent_phone(text) == sha("15550100144")


@pytest.mark.parametrize(
    "text", ["+1 555 010 0144 / +1 555 010 0145", "5550100144, 5550100145", "5550100144 or 5550100145"]
)
def test_of_several_numbers_the_first_is_taken_and_it_is_told(text: str) -> None:
    assert sent_phone(text) == sha("15550100144")
    assert ["several numbers" in said for _, said in outcome(with_user(ph=text), default_country="US").warnings] == [
        True
    ]


@pytest.mark.parametrize("text", ["+52 1 55 1234 5678", "+52 55 1234 5678", "0052 1 55 1234 5678"])
def test_the_mobile_prefix_that_mexico_gave_up_is_no_part_of_a_number(text: str) -> None:
    assert sent_phone(text) == sha("525512345678")


@pytest.mark.parametrize("text", ["1234567890", "+1 123 456 7890", "(012) 345-6789"])
def test_an_area_code_that_north_america_does_not_have_is_nobodys(text: str) -> None:
    assert sent_phone(text) is None


def sent_phone(text: str) -> str | None:
    found: str | None = finished(with_user(ph=text), default_country="US")["user_data"].get("ph")
    return found
