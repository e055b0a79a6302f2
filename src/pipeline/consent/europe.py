"""Whether a place is where European law asks for consent before the use of data. Pure.

The European Economic Area with the EU's outermost regions (article 349 of its treaty) and Åland, which have country
codes of their own; the United Kingdom and Switzerland, whose laws ask the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.consent.readings import fold_name, folded
from pipeline.values import limits, places

_COUNTRIES = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO GB CH"
    " AX GF GP MF MQ RE YT".split()
)
# The same countries by their numbers (ISO 3166), without zeros before them.
_NUMBERS = frozenset(
    "40 56 100 191 196 203 208 233 246 250 276 300 348 352 372 380 428 438 440 442 470 528 578 616 620 642 703 705 724"
    " 752 756 826 248 254 312 663 474 638 175".split()
)
_WHOLE = frozenset("eu eea europe europeanunion europeaneconomicarea".split())
# The names of fields that say it, folded.
_NAMES = frozenset("dataprocessingcountry country countrycode billingcountry mailingcountry".split())
_DEEPEST = 4  # Segment's context.traits.address.country


def is_in(place: Any) -> bool:
    """Whether this is Europe, one of its countries in any form, or a part of one (`DE-BY`)."""
    word = folded(place)
    if word in _WHOLE or word.lstrip("0") in _NUMBERS:
        return True
    code = places.country(place)
    if code is None and isinstance(place, str) and len(place) <= limits.FIELD_NAME:
        code = places.country(place.replace("_", "-").partition("-")[0])
    return code in _COUNTRIES


def named_in(value: Any, depth: int = 0) -> bool:
    """Whether a country that a record names anywhere in its objects is in Europe."""
    return isinstance(value, dict) and any(
        is_in(place) if is_country else named_in(place, depth + 1) for place, is_country in _places(value, depth)
    )


def _places(record: Mapping[str, Any], depth: int) -> Iterator[tuple[Any, bool]]:
    """What may tell: the values of countries, and the objects that may name some."""
    for name, value in record.items():
        if isinstance(value, dict):
            if depth < _DEEPEST:
                yield value, False
        elif "country" in name.lower() and fold_name(name[: limits.FIELD_NAME]) in _NAMES:
            yield from ((one, True) for one in (value if isinstance(value, list) else [value])[:10])
