"""What the address of a page says of consent: the strings that tags hand on, and opt-outs by name. Pure."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pipeline.consent.keys import OF_PAGES, PURPOSES, Key, key_of, may_tell
from pipeline.consent.places import Found, add
from pipeline.consent.readings import Said
from pipeline.values import limits

_MOST_PARAMETERS = 200


def look_at_page(address: Any, found: Found) -> None:
    """Gather what the address says."""
    if not isinstance(address, str) or len(address) > limits.URL or not may_tell(address):
        return
    try:
        parameters = parse_qsl(urlsplit(address.strip()).query, max_num_fields=_MOST_PARAMETERS)
    except ValueError:  # too many, or for one an IPv6 host without its closing bracket
        return
    for name, value in parameters:
        key = key_of(name)
        if key is PURPOSES:
            key = Key("tcf", "applies")
        if key is not None and (key.family in OF_PAGES or key.kind in OF_PAGES):
            add(found, key.family, Said(key.kind, name, value))
