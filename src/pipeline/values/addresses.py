"""Rules for addresses of pages and of the internet, in the form of `pipeline.values.rules`. Pure."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from ipaddress import ip_address as ip
from typing import Any
from urllib.parse import urlsplit

from pipeline.values import limits
from pipeline.values.pages import ORDINARY, cleaned, is_clean
from pipeline.values.restoring import restored
from pipeline.values.texts import plain

_ORDINARY_URL = re.compile(ORDINARY).fullmatch
# Addresses of examples (RFC 5737, RFC 3849) stand for a visitor's in documents and tests, and no network has them.
_DOCUMENTATION = [
    ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
]
_PRIVATE = [IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_PRIVATE_BEGINNINGS = ("10.", "172.", "192.168.")
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
# Without the first octets in which a network is nobody's (RFC 6890), but for the networks of examples.
_PUBLIC = (
    "(?:[1-9]|1[1-9]|[2-9][0-9]|10[1-9]|11[0-9]|12[0-689]|1[3-5][0-9]|16[0-8]|17[013-9]|18[0-9]|19[013-79]|20[0-9]"
    "|21[0-9]|22[0-3])"
)
IPV4_OF_VISITORS = rf"^(?:{_PUBLIC}(?:\.{_OCTET}){{3}}|198\.51\.100\.{_OCTET}|192\.0\.2\.{_OCTET})$"
_is_visitors_ipv4 = re.compile(IPV4_OF_VISITORS).match
_NAT64 = IPv6Network("64:ff9b::/96")
_HOPS = re.compile(r"[\s,;|]+")
_FORWARDED = re.compile(r"^(?:for=|https?://)", re.IGNORECASE)  # RFC 7239
_PADDED = re.compile(r"\d{3}(?:\.\d{3}){3}").fullmatch  # 203.000.113.009, as old programs align them
_MOST_HOPS = 20  # of a chain that are looked at
_URL = re.compile(r"https?://[^\s/?#]\S*", re.IGNORECASE).fullmatch


def ip_address(value: Any, notes: list[str]) -> str | None:
    """An IPv4 or IPv6 address; of a forwarding chain the first public one, the visitor's.

    Ports and brackets go, and IPv4 is taken out of IPv6. An address that no visitor of the internet has (loopback,
    link-local, shared, multicast) is dropped. One of a private network (RFC 1918) stays, as in the example of Roku's
    page, and identifies nobody: see `is_visitors`.
    """
    text = plain(value, notes)
    if text is None:
        return None
    if _is_visitors_ipv4(text):
        return text
    hops = _HOPS.split(restored(text), _MOST_HOPS)
    found = [address for address in map(_address, hops) if address is not None]
    if not found:
        notes.append("is not an IP address: send IPv4 or IPv6 such as 203.0.113.9")
        return None
    address = next(filter(_is_public, found), None) or next(filter(_is_private, found), None)
    if address is None:
        notes.append("is the address of no visitor, so it identifies nobody: send the visitor's")
        return None
    if len(hops) > 1 and len(found) > 1:
        notes.append("is a list of addresses: the first public one was taken")
    return str(address)


def is_visitors(address: str) -> bool:
    """Whether an address that `ip_address` gave can tell one visitor from others."""
    return not (address.startswith(_PRIVATE_BEGINNINGS) and _is_private(ip(address)))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address without its port and the length of a network; None if it is none."""
    text = _FORWARDED.sub("", text.strip().strip('"')).strip('"').removesuffix(".")
    if text[:1] == "[":
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1 and "." in text:
        text = text.partition(":")[0]
    text = text.partition("%")[0].partition("/")[0]
    if _PADDED(text):
        text = ".".join(str(int(octet)) for octet in text.split("."))
    try:
        address = ip(text)
    except ValueError:
        return None
    return address if isinstance(address, IPv4Address) else _ipv4_within(address) or address


def _ipv4_within(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that IPv6 carries: mapped (RFC 4291), of 6to4 (RFC 3056), or of NAT64 (RFC 6052)."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in _PRIVATE)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    documentation = any(address in network for network in _DOCUMENTATION if network.version == address.version)
    return (address.is_global and not address.is_multicast) or documentation


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
