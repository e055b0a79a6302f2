"""The number in a text: without labels, extensions, and what else people and programs write around it. Pure."""

import re
import string
import unicodedata

from pipeline.values.faults import Fault

WITHHELD = frozenset(
    {"anonymous", "restricted", "unknown", "private", "blocked", "unavailable", "withheld", "no caller id"}
)
# E.164 allows 15 digits; the shortest subscriber numbers in use have 7 with their area.
SHORTEST, LONGEST = 7, 15
_LONGEST_TEXT = 100  # with every separator and an extension; it bounds what a hostile text can cost
_KINDS = (
    r"(?:tel|telephone|telefon|tel[eé]fono?|t[eé]l|phone|phone no|phone number|ph|p|mobile?|mob|m|m[oó]vil"
    r"|cell|cell ?phone|celular|c|handy|home|h|work|w|office|o|business|fon|whatsapp|wa|sms|callto|call|sips?|skype"
    r"|number|no|nr)"
)
_LABEL = re.compile(rf"(?:{_KINDS}\.? ?[:=]|{_KINDS}\.? (?=[+(\d])|[A-Z]{{2,3}} ?[:=]) ?", re.IGNORECASE).match
_BEHIND = re.compile(rf"(?: ?\((?:{_KINDS}|[A-Z]{{2,3}}|[^\W\d]{{4,20}})\.?\)| {_KINDS})$", re.IGNORECASE).search
_EXTENSION = re.compile(
    r"(?:extension|ext\.?|extn\.?|x|#|;ext|poste|interno|int\.?|durchwahl|ramal|anexo|,{1,3}|;|p)[ .:=#]?\d{1,7}$",
    re.IGNORECASE,
).search
_ENDS = string.whitespace + string.punctuation.translate(str.maketrans("", "", "()"))
_BETWEEN = (",", ";", "|", "/", "&", " or ", " and ")
_SEVERAL = re.compile(r"[,;|&]| / |/(?=\+)| or | and ", re.IGNORECASE).split
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3}){2,4}").fullmatch  # a spreadsheet's 5,550,100,123
_TWICE = re.compile(r"\+\d{0,3}[ .-]?(?=\+)").match  # +1 was there before +1 555 010 0123
_ALLOWED = re.compile(r"\+?[\d\s().\-/\u2010-\u2015\u2212·]+").fullmatch
_BRACKETS = str.maketrans("[]{}_", "()()-")


def one_number(text: str, notes: list[str]) -> str:
    """Of several numbers in one text the first, which is noted."""
    if not any(mark in text.lower() for mark in _BETWEEN):
        return text
    parts = [part.strip() for part in _SEVERAL(text[: 2 * _LONGEST_TEXT]) if part.strip()]
    if len(parts) < 2 or not all(SHORTEST <= sum(map(str.isdigit, part)) <= LONGEST for part in parts):
        return text
    if len({"".join(filter(str.isdigit, part)) for part in parts}) > 1:
        notes.append("holds several numbers, of which the first was taken: send one person's number")
    return parts[0]


def number_in(value: str) -> str:
    """The number without label and extension; Raises Fault if it is not a number."""
    if len(value) > _LONGEST_TEXT:
        raise Fault("is too long for a phone number: send one number, such as +15550100123, or its digest")
    text = (value if value.isascii() else unicodedata.normalize("NFKC", value)).strip()
    if _GROUPED(text):
        return text.replace(",", "")
    text = _unlabelled(text)
    if text.lower() in WITHHELD:
        raise Fault("is a withheld number, which identifies nobody")
    text = _without_extension(text)
    while twice := _TWICE(text):
        text = text[twice.end() :]
    text = text.translate(_BRACKETS)
    if not _ALLOWED(text):
        raise Fault("is not a phone number: send it with its country code, such as +15550100123, or its digest")
    return text


def _unlabelled(text: str) -> str:
    """Without what is before it: tel:, US, (, the flag of a country; and without the host of a SIP address."""
    before, plus, after = text.partition("+")
    if plus and not any(map(str.isdigit, before)):
        if before.rstrip()[-1:] in ("(", "["):  # (+44) 20 7946 0958
            after = after.replace(")", "", 1).replace("]", "", 1)
        return plus + after.partition("@")[0]
    label = _LABEL(text)
    return text[label.end() :].partition("@")[0] if label else text


def _without_extension(text: str) -> str:
    """Without what is behind it: an extension, (mobile), the sign of a telephone."""
    while text and not text[-1].isalnum() and text[-1] not in "()":
        text = text[:-1]
    if behind := _BEHIND(text):
        text = text[: behind.start()]
    if extension := _EXTENSION(text):
        text = text[: extension.start()]
    return text.rstrip(_ENDS)
