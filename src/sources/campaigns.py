"""What brought somebody here: the parameters of campaigns, and the click ids of advertisers. Pure."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pipeline.values import limits
from sources.values import is_absent

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
# `rtid` and `rclid` are Rokt's.
CLICK_IDS = ("gclid", "gbraid", "wbraid", "dclid", "msclkid", "fbclid", "ttclid", "twclid", "rtid", "rclid")
_MOST_PARAMETERS = 200  # more than any page has: it bounds what a hostile post can cost


def campaign(address: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The utm_ parameters and the click ids of a page's address, be it whole, a path, or a query with its `?`."""
    if not isinstance(address, str) or len(address) > limits.URL:
        return {}, {}
    try:
        parameters = parse_qsl(urlsplit(address.strip()).query, max_num_fields=_MOST_PARAMETERS)
    except ValueError:  # too many, or for one an IPv6 host without its closing bracket
        return {}, {}
    utm: dict[str, str] = {}
    click_ids: dict[str, str] = {}
    for name, value in parameters:
        kind = utm if name in UTM else click_ids if name in CLICK_IDS else None
        if kind is not None and not is_absent(value):
            kind.setdefault(name, value)
    return utm, click_ids
