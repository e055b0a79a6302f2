"""Personal data where it does not belong: in free text, in addresses of pages, in what a remote API says."""

import re
from collections.abc import Iterable
from urllib.parse import unquote_plus

# Three runs with a bound each: linear in the length of the text, whatever it is.
_LOCAL, _DOMAIN = r"[^\s@/?&=<>\"',;:()]", r"(?:@|%40)[\w-]{1,63}(?:(?:\.|%2[Ee])[\w-]{1,63}){1,8}"
_EMAIL = re.compile(_LOCAL + "{1,64}" + _DOMAIN)
_END_OF_EMAIL = re.compile(f"(?<={_LOCAL}){_DOMAIN}")  # finds one as surely, and looks only at each @
_NUMBER = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){6,}")
_IPV4 = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
# Written out, or shortened with «::».
_IPV6 = re.compile(
    r"(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F:.]{1,40}|(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,7}"
)
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
# Where a parameter begins, also behind a fragment such as #/thanks?email=..., and what may stand before a page's host.
_MARK = re.compile(r"([?#&;])")
_CREDENTIALS = re.compile(r"^(\w+://)[^/?#]*@")
# Names of query parameters that hold a person: dropped from page addresses with their values.
_PARAMETERS = frozenset(
    "em email e-mail e_mail mail user_email customer_email ph phone tel telephone mobile cell phone_number phonenumber"
    " fn ln fname lname first_name firstname last_name lastname name full_name fullname db dob birthdate birthday"
    " date_of_birth ssn password".split()
)
# What XML 1.0 allows, the alphabet of SQS message attributes; the rest would refuse the whole message.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

REDACTED = "[redacted]"


def holds_email(text: str) -> bool:
    """Whether an e-mail address stands in the text."""
    return ("@" in text or "%40" in text) and _END_OF_EMAIL.search(text) is not None


def has_personal_names(query: str) -> bool:
    """Whether a parameter of the query is named after a person's data; the query is not percent-encoded."""
    return not _PARAMETERS.isdisjoint([pair.partition("=")[0] for pair in query.lower().split("&")])


def without_personal_parameters(url: str) -> tuple[str, bool]:
    """The URL without query and fragment parameters that name or hold personal data, and whether any was dropped."""
    head, *rest = _MARK.split(url)
    kept, opening = [head], ""  # opening: the ? or # of a dropped parameter, which the next one takes over
    for mark, pair in zip(rest[::2], rest[1::2], strict=True):
        if _is_personal(pair):
            opening = mark if mark in "?#" else opening
            continue
        kept.append((opening if opening and mark in "&;" else mark) + pair)
        opening = ""
    clean = "".join(kept)
    if "@" in clean or "%40" in clean:
        clean = _CREDENTIALS.sub(r"\1", clean)
        # A slash in its place: what stood around it cannot join to another address.
        clean = _EMAIL.sub("/", clean) if holds_email(clean) else clean
    return clean, clean != url


def _is_personal(pair: str) -> bool:
    name, _, value = pair.partition("=")
    return unquote_plus(name).lower() in _PARAMETERS or holds_email(unquote_plus(value))


def safe_reason(text: str, values: Iterable[str] = (), limit: int = 300) -> str:
    """What a remote API said, without what may be personal, in the alphabet of an SQS attribute, in `limit` characters.

    Removes the given values of the event, e-mail addresses, digests, IP addresses and runs of 7 digits or more.
    """
    for value in sorted({value for value in values if len(value) > 2}, key=len, reverse=True):
        text = re.sub(re.escape(value), REDACTED, text, flags=re.IGNORECASE)
    for pattern in (_EMAIL, _HEX, _IPV4, _IPV6, _NUMBER):
        text = pattern.sub(REDACTED, text)
    return storable(text, limit)


def storable(text: str, limit: int = 300) -> str:
    """The text in the alphabet of an SQS attribute, white space folded, in `limit` characters."""
    text = " ".join(_NOT_XML.sub(" ", text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
