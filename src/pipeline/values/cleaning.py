"""The one door for every text: as its writer meant it, without what tools put around it on the way. Pure.

UTF-8 that was read as Windows-1252 is read again. What goes: characters that nobody sees (Unicode's category Cf,
variation selectors, the soft hyphen, byte-order marks),
blanks of every kind around the text, the marks by which a spreadsheet keeps text as text ('02116, ="02116") or shows a
whole number (15550100123.0, 1.5550100123E+10), and HTML's entities (O&#039;Brien). What is left is in Unicode's form
NFC, so that one text has one digest. Nothing here raises, and each step is linear in the length of the text.
"""

import html
import re
import unicodedata

from pipeline.values.misread import read_again

# Category Cf by its ranges (Unicode 16), and what is not seen either: variation selectors, Hangul fillers, the empty
# Braille pattern, the combining grapheme joiner.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
# Control characters around a text are blanks too: a NUL of a C program, the bell of a terminal.
_BLANKS = "".join(map(chr, [*range(33), *range(0x7F, 0xA1)]))
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_FIRST_OF_ARMOUR = ("'", "=")
_FORMULA = re.compile(r'="([^"]*)"').fullmatch
_WHOLE = re.compile(r"[+-]?[0-9]{4,40}\.0{1,6}").fullmatch
# With as many decimals as it has digits: of a shorter one the last are lost.
_SCIENTIFIC = re.compile(r"([+-]?[1-9])[.,]([0-9]{4,20})[eE]\+?([0-9]{1,2})").fullmatch
_ENTITIES_WITHIN = 2  # &amp;#039; was escaped twice


def clean(text: str) -> str:
    """The text as it was meant; empty if nothing is left."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", _UNSEEN.sub("", read_again(text)))
    text = text.strip()
    if not text:
        return text
    if text[0] < "!" or text[-1] > "~" or text[-1] < "!":
        text = text.strip(_BLANKS)
        if not text:
            return text
    if "&" in text and ";" in text:
        text = _unescaped(text)
    return _unarmoured(text) if text[:1] in _FIRST_OF_ARMOUR or text[-1:].isdigit() else text


def _unescaped(text: str) -> str:
    for _ in range(_ENTITIES_WITHIN):
        plain = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
        if plain == text:
            break
        text = plain
    return text if text.isascii() else unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip()


def _unarmoured(text: str) -> str:
    """Without the apostrophe before a number, a sign or a formula, without ="...", without the .0 of a whole number."""
    if text[0] == "'" and len(text) > 1 and (text[1].isdigit() or text[1] in "+-=@") and not text.endswith("'"):
        text = text[1:]
    if found := _FORMULA(text):
        text = found[1].strip()
    if _WHOLE(text):
        return text.partition(".")[0]
    found = _SCIENTIFIC(text) if "E" in text or "e" in text else None
    return found[1] + found[2] if found and len(found[2]) == int(found[3]) else text
