"""UTF-8 that a program read as Windows-1252, read again: José where the text says JosÃ©. Pure, and linear."""

import re
import unicodedata

# What UTF-8 begins a letter with, as Windows-1252 and Latin-1 show it, and what may follow.
_LEADS = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
).search
_BESIDE_LETTERS = frozenset(" '\u2019.-,/()&@_:")
_EAST_ASIAN = {"CJK": "CJK", "HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK"}


def read_again(text: str) -> str:
    """The letters that the text was, if all of it is such UTF-8 and its letters are of one alphabet; else the text."""
    if not _LEADS(text):
        return text
    try:
        letters = b"".join(map(_byte, text)).decode()
    except UnicodeError:
        return text
    if not all(letter in _BESIDE_LETTERS or unicodedata.category(letter)[0] in "LMN" for letter in letters):
        return text
    alphabets = {unicodedata.name(letter, "?").partition(" ")[0] for letter in letters if letter.isalpha()}
    return letters if len({_EAST_ASIAN.get(one, one) for one in alphabets}) == 1 else text


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")  # five bytes that Windows-1252 leaves out
