"""Checks of a value that all destinations' documents ask for; each answers what is wrong with it, or None."""

import hashlib
import ipaddress
import re
from collections.abc import Callable
from typing import Final, TypeAlias

Check: TypeAlias = Callable[[object], str | None]

# SHA-256 of what integrations hash by mistake when there was no value.
EMPTY_DIGESTS: Final = frozenset(
    hashlib.sha256(nothing.encode()).hexdigest()
    for nothing in ("", "null", "undefined", "None", "none", "NULL", "NaN", "[object Object]", " ", "-no value-")
)
RAW_EMAIL: Final = re.compile(r"[\w.+-]@[\w-]{1,63}\.\w")  # a lone @, as in some user agents, is none
# With a plus, or punctuated as a North American one: an id of digits alone is none.
_RAW_PHONE: Final = re.compile(
    r"(?<![\w+-])(?:\+[1-9](?:[ ().-]{0,2}[0-9]){7,14}"
    r"|(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-. ])[0-9]{3}[-. ][0-9]{4})(?![\w-])"
)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def holds_phone(text: str) -> bool:
    """Whether a phone number in clear is in the text."""
    return any(mark in text for mark in "+-. (") and _RAW_PHONE.search(text) is not None


def filled(value: object) -> str | None:
    """Accept a string that is more than white space."""
    return None if isinstance(value, str) and value.strip() else "must be a string that is not empty"


def one_of(*allowed: str) -> Check:
    """Make a check that accepts exactly these strings."""
    fault = f"must be one of {', '.join(sorted(allowed))}"

    def check(value: object) -> str | None:
        return None if isinstance(value, str) and value in allowed else fault

    return check


def ip_address(value: object) -> str | None:
    """Accept an IPv4 or IPv6 address in its text form, without a port."""
    try:
        ipaddress.ip_address(value if isinstance(value, str) else "")
    except ValueError:
        return "must be an IP address"
    return None


def digest(value: object) -> str | None:
    """Accept SHA-256 written as 64 lower-case hexadecimal digits."""
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        return None
    return "must be a SHA-256 digest of 64 lower-case hexadecimal digits"
