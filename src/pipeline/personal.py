"""Personal data where it does not belong: in free text, in addresses of pages, in what a remote API says."""

import re
from collections.abc import Iterable
from urllib.parse import unquote_plus

# Three runs with a bound each: linear in the length of the text, whatever it is.
_EMAIL = re.compile(r"[^\s@/?&=<>\"',;:()]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){6,}")
_IPV4 = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
_IPV6 = re.compile(r"(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F:.]{1,40}")
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
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
    return ("@" in text or "%40" in text) and _EMAIL.search(text) is not None


def without_personal_parameters(url: str) -> tuple[str, bool]:
    """The URL without query and fragment parameters that name or hold personal data, and whether any was dropped."""
    head, mark, rest = url.partition("?")
    if not mark:
        head, mark, rest = url.partition("#")
    kept = rest
    if mark:
        kept = "&".join(pair for pair in rest.split("&") if not _is_personal(pair))
        if kept != rest:
            url = head + mark + kept if kept else head
    if holds_email(url):
        return _EMAIL.sub("", url), True
    return url, kept != rest


def _is_personal(pair: str) -> bool:
    name, _, value = pair.partition("=")
    return unquote_plus(name).lower() in _PARAMETERS or holds_email(unquote_plus(value))


def safe_reason(text: str, values: Iterable[str] = (), limit: int = 300) -> str:
    """What a remote API said, without what may be personal, in the alphabet of an SQS attribute, in `limit` characters.

    Removes the given values of the event, e-mail addresses, digests, IP addresses and runs of 7 digits or more.
    """
    for value in sorted({value for value in values if len(value) > 2}, key=len, reverse=True):
        text = text.replace(value, REDACTED)
    for pattern in (_EMAIL, _HEX, _IPV4, _IPV6, _NUMBER):
        text = pattern.sub(REDACTED, text)
    text = " ".join(_NOT_XML.sub(" ", text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
