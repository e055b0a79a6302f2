"""Rules for addresses of pages and of the internet, in the form of `pipeline.rules`. Pure."""

import re
import socket
from typing import Any
from urllib.parse import urlsplit

from pipeline import limits
from pipeline.pages import ORDINARY, cleaned, is_clean
from pipeline.texts import plain

_ORDINARY_URL = re.compile(ORDINARY).fullmatch
_URL = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE).fullmatch


def ip_address(value: Any, notes: list[str]) -> str | None:
    """An IPv4 or IPv6 address; of a forwarding chain the first, the visitor's."""
    address = plain(value, notes)
    if address is None:
        return None
    if "," in address:
        address = address.split(",", 1)[0].strip()
        notes.append("is a list of addresses: the first was taken")
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    except (OSError, ValueError):  # ValueError: an embedded NUL, or a text that is not ASCII
        notes.append("is not an IP address: send IPv4 or IPv6 such as 203.0.113.9")
        return None
    if address in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        notes.append("is the unspecified address, which identifies nobody")
        return None
    return address


def url(value: Any, notes: list[str]) -> str | None:
    """A page's http or https address, without what holds personal data or a key."""
    address = plain(value, notes, limits.URL)
    if address is None:
        return None
    if _ORDINARY_URL(address) and is_clean(address):
        return address
    if not _URL(address):
        notes.append("is not a web address: it must begin with https:// or http://")
        return None
    address, dropped = cleaned(address)
    if dropped:
        notes.append("carried personal data or a key, which was removed")
    try:
        host = urlsplit(address).hostname
    except ValueError:  # for one, an IPv6 host without its closing bracket
        host = None
    if not host:
        notes.append("is not a web address: it names no host")
        return None
    return address
