"""Postal codes in the form that their country prints on envelopes. Pure."""

import re

# Countries whose postal codes are digits alone, so many of them, and may begin with 0, which spreadsheets drop.
_POSTAL_DIGITS = dict.fromkeys("US PR DE FR IT ES MX FI TR UA EE LT KR MY SA".split(), 5) | {"AU": 4, "JP": 7, "BR": 8}
# How they are printed on envelopes, of those that forms write in several ways.
_POSTAL_FORMS = {
    code: (re.compile(pattern), form)
    for code, pattern, form in (
        ("US", r"(\d{5})[ -]?(\d{4})", r"\1-\2"),
        ("PR", r"(\d{5})[ -]?(\d{4})", r"\1-\2"),
        ("GB", r"([A-Z]{1,2}\d[A-Z\d]?) ?(\d[A-Z]{2})", r"\1 \2"),
        ("CA", r"([A-Z]\d[A-Z])[ -]?(\d[A-Z]\d)", r"\1 \2"),
        ("NL", r"(\d{4}) ?([A-Z]{2})", r"\1 \2"),
        ("JP", r"(\d{3})-?(\d{4})", r"\1-\2"),
        ("BR", r"(\d{5})-?(\d{3})", r"\1-\2"),
        ("PT", r"(\d{4})[ -]?(\d{3})", r"\1-\2"),
    )
}
_COUNTRY_BEFORE = re.compile(r"^[A-Z]{1,3}[- ](?=\d{4,5}$)", re.IGNORECASE)  # D-01067
_TWO_ZEROS = frozenset({"US", "PR"})  # 00501


def postal_code(text: str, code: str | None) -> str:
    """In its country's form: capitals, its blank or hyphen, and the zeros that a spreadsheet dropped."""
    if code is None or not text.isascii():
        return text
    text = _COUNTRY_BEFORE.sub("", text).upper()
    if code in _TWO_ZEROS:
        text = text.removesuffix("-")
    text = _with_zeros(text, code)
    form = _POSTAL_FORMS.get(code)
    if form is not None and (found := form[0].fullmatch(text)):
        text = found.expand(form[1])
    return text.removesuffix("-0000") if code in _TWO_ZEROS else text


def _with_zeros(text: str, code: str) -> str:
    length = _POSTAL_DIGITS.get(code)
    first, hyphen, rest = text.partition("-")
    if length is None or not first.isdigit() or (hyphen and not (code in _TWO_ZEROS and len(rest) == 4)):
        return text
    zeros = 2 if code in _TWO_ZEROS or code == "IT" else 1  # 00501, and Rome's 00184
    return first.zfill(length) + hyphen + rest if 0 < length - len(first) <= zeros else text
