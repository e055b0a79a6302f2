"""What programs on the way did to the text of a person's field, undone where one reading is left. Pure.

For names, addresses, places and digests: free text may want its quotes and backslashes. Undone are quotes around the
whole text, the backslashes of PHP and JSON (O\\'Brien, Jos\\u00e9), percent-encoding, HTML's marks of layout, letters
of Japanese keyboards and of Arabic fonts that stand for plain ones, the prefix of a digest (0x...), and white space
within. Each step is linear in the length of the text.
"""

import re
import unicodedata
from urllib.parse import unquote_to_bytes

# What a text must hold for any of it; nearly none does.
_MAY_BE_SPOILED = re.compile(r"[\"'`\\%<>]|\s\s|[^\x21-\x7e ]|^(?:0x|sha-?256)", re.IGNORECASE).search
_LAYOUT = re.compile(r"</?(?:a|b|br|div|em|font|i|p|span|strong|td|u)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE)
_BACKSLASH = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([\"'/\\])|[nrt](?![a-z]))")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}").search
# Widths of East Asian keyboards, and the ligatures and forms of letters that fonts have and no alphabet.
_FORMS = re.compile("[\uff01-\uffef\ufb00-\ufb1c\ufb50-\ufdf1\ufe70-\ufefc]+")
_DIGEST = re.compile(r"(?:0x|\\x|sha-?256[:=_$-])(?=[0-9a-f]{64}$)", re.IGNORECASE).match
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019", "\u201e": "\u201c", "«": "»", "´": "´"}


def restored(text: str) -> str:
    """The text as it was before programs spoiled it; unchanged if they did not, or if that is not certain."""
    if not _MAY_BE_SPOILED(text):
        return text
    if prefix := _DIGEST(text):
        return text[prefix.end() :]
    if "<" in text:
        text = _LAYOUT.sub("", text)
    if "%" in text and "@" not in text and _PERCENT(text):
        text = _decoded(text)
    if "\\" in text:
        text = _BACKSLASH.sub(_plain, text)
    if not text.isascii():
        text = _narrow(text)
    text = " ".join(text.split())
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return text


def _decoded(text: str) -> str:
    """Without its percent-encoding, if that is of UTF-8."""
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        return text


def _plain(found: re.Match[str]) -> str:
    if found[1]:
        letter = chr(int(found[1], 16))
        return letter if letter.isprintable() else " "  # half a surrogate pair is not
    return found[2] or " "


def _narrow(text: str) -> str:
    narrow = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return text if narrow == text else unicodedata.normalize("NFC", narrow)
