"""The door for every text: what tools put around a text goes, the text itself stays to the letter."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.cleaning import clean


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("jane@example.org\u200d", "jane@example.org"),
        ("\ufeffjane", "jane"),
        ("\u2068+1 (555) 010-0144\u2069", "+1 (555) 010-0144"),
        ("ma\u00adry", "mary"),
        ("1\ufe0f2\ufe0f", "12"),
        ("\U000e0041x", "x"),
        ("\u2003jane\u3000", "jane"),
        ("\x00jane\x07", "jane"),
        ("\u3164jane\u2800", "jane"),
        ("Zoe\u0308", "Zoë"),
        ("A\u030angstro\u0308m", "Ångström"),
        ("'02116", "02116"),
        ("'+15550100144", "+15550100144"),
        ("'=1+1", "=1+1"),
        ('="02116"', "02116"),
        ('="+15550100144"', "+15550100144"),
        ("15550100144.0", "15550100144"),
        ("2500.00", "2500"),
        ("'1001.0", "1001"),
        ("D&#039;Arcy", "D'Arcy"),
        ("D&#x27;Arcy", "D'Arcy"),
        ("Smith &amp; Sons", "Smith & Sons"),
        ("Jos&eacute;", "José"),
        ("D&amp;#039;Arcy", "D'Arcy"),
        ("\u200b", ""),
        ("&nbsp;", ""),
        ("&#8203;&amp;nbsp;", ""),
        ("Zo\u00c3\u00ab", "Zo\u00eb"),
        ("Fran\u00c3\u00a7ois", "Fran\u00e7ois"),
        ("\u00c3\u02dcyvind", "\u00d8yvind"),
        ("\u00d0\u0098\u00d0\u00b2\u00d0\u00b0\u00d0\u00bd", "\u0418\u0432\u0430\u043d"),
        ("\u00e6\u00a8\u00aa\u00e6\u00b5\u0153\u00e5\u00b8\u201a", "横浜市"),
        ("   ", ""),
        ("=\"\"", ""),
    ],
)  # fmt: skip
def test_what_tools_put_around_a_text_goes(given: str, meant: str) -> None:
    assert clean(given) == meant


@pytest.mark.parametrize(
    "text",
    [
        "jane doe",
        "O'Brien",
        "'t Hooft",
        "'Amina",
        "'90s'",
        "2.0",
        "1.5",
        "10.0.0.0",
        "https://shop.example/?a=1&copy=2&amp=3",
        "a & b; c",
        "=A1",
        "José",
        "Ñuñoa",
        "KÚŠIK",
        "Ærøskøbing",
        "Ä–Ö",
        "Straße 5 · 2. Stock",
        "日本",
        "\U0001f600",
        "-",
    ],
)
def test_the_text_itself_stays_to_the_letter(text: str) -> None:
    assert clean(text) == text


@given(st.text(max_size=60))
def test_what_is_clean_stays_so(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.normalize("NFC", cleaned) == cleaned
    assert not any(unicodedata.category(letter) == "Cf" for letter in cleaned)
    assert cleaned == cleaned.strip()


@given(st.text(st.characters(whitelist_categories=["Cf"]), max_size=5), st.text("abcé日", min_size=1, max_size=9))
def test_no_format_character_of_unicode_is_left_anywhere(unseen: str, letters: str) -> None:
    middle = len(letters) // 2
    assert clean(unseen + letters[:middle] + unseen + letters[middle:] + unseen) == letters
