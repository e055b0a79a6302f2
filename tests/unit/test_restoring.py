"""What programs did to a person's text on its way is undone where one reading is left, and nothing else is changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.restoring import restored
from tests.unit.conversions import finished, sha, with_user


@pytest.mark.parametrize(
    ("spoiled", "meant"),
    [
        ('"Amelie"', "Amelie"),
        ("'Amelie'", "Amelie"),
        ("\u201cAmelie\u201d", "Amelie"),
        ("\u201eAmelie\u201c", "Amelie"),
        ("\u00abAmelie\u00bb", "Amelie"),
        ("`Amelie`", "Amelie"),
        ("D\\'Angelo", "D'Angelo"),
        ("Zo\\u00eb", "Zo\u00eb"),
        ("Amelie\\n", "Amelie"),
        ("Zo%C3%AB", "Zo\u00eb"),
        ("D%27Angelo", "D'Angelo"),
        ("%2B442079460958", "+442079460958"),
        ("<b>Amelie</b><br/>", "Amelie"),
        ('<a href="mailto:x@firma.example">x@firma.example</a>', "x@firma.example"),
        ("\uff21\uff4d\uff45\uff4c\uff49\uff45", "Amelie"),
        ("\uff94\uff8f\uff80\uff9e", "\u30e4\u30de\u30c0"),
        ("\ufb01lip", "filip"),
        ("Anna\u00a0\u00a0Maria", "Anna Maria"),
        ("Anna\r\nMaria", "Anna Maria"),
        ("0x" + sha("a").upper(), sha("a").upper()),
        ("\\x" + sha("a"), sha("a")),
        ("sha256:" + sha("a"), sha("a")),
    ],
)
def test_what_programs_did_to_it_is_undone(spoiled: str, meant: str) -> None:
    assert restored(spoiled) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("O'Brien", "'t Hooft", "Jean-Luc", "José", "Ñuñoa", "KÚŠIK", "Ærøskøbing", "müller@bücher.example", "100%"),
        *("o'neil_%2b@mail.example", "A < B", "Straße 5", "Ä–Ö", "山田", "محمد", "0xff", "Ștefan"),
    ],
)
def test_what_is_meant_so_stays(text: str) -> None:
    assert restored(text) == text


@given(st.text(max_size=40))
def test_any_text_is_read_and_what_was_restored_holds_no_further_blanks(text: str) -> None:
    assert "  " not in restored(text)


def test_a_quoted_word_for_nothing_is_absent_and_a_prefixed_digest_is_that_digest() -> None:
    assert "fn" not in finished(with_user(fn='"null"'))["user_data"]
    digest = sha("jane@firma.example")
    assert finished(with_user(em="0x" + digest.upper()))["user_data"]["em"] == digest
