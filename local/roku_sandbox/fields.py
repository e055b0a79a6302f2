"""What Roku's tables say one field may hold; each check answers what is wrong with a value, or None.

The page gives types for the event and for `custom_data`. It gives none for `user_data` (text is assumed: every
example is text) and none for `quantity` (its examples are text of digits; a whole number is taken too).
"""

import math
import re
from typing import Final
from urllib.parse import urlsplit

from local.sandbox.checks import filled

PAGES_NAMES: Final = frozenset(
    """ACHIEVE_LEVEL ADD_PAYMENT_INFO ADD_TO_CART ADD_TO_WISHLIST APP_INSTALL COMPLETE_REGISTRATION CONTACT
    CUSTOMIZE_PRODUCT DONATE DOWNLOAD FIND_LOCATION INITIATE_CHECKOUT LEAD PAGE_VIEW PURCHASE SCHEDULE SEARCH SIGN_UP
    START_TRIAL SUBSCRIBE SUBSCRIPTION_CANCELLATION SUBSCRIPTION_RENEWAL UNLOCK_ACHIEVEMENT VIEW_CONTENT""".split()
)
# Three more that Roku's newer public material adds.
EVENT_NAMES: Final = PAGES_NAMES | {"FIRST_VIDEO_VIEW", "QSS", "SESSION_START"}
EVENT_SOURCES: Final = frozenset(
    "chat ctv_app email mobile_app phone_call physical_store roku system-generated website other".split()
)
CURRENCIES: Final = frozenset(
    """AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ HKD HNL HUF IDR ILS INR ISK
    JPY KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR PLN PYG QAR RON RUB SAR SEK SGD THB TRY
    TWD UAH USD VES VND ZAR""".split()
)
_WHOLE_NUMBER: Final = re.compile(r"[0-9]+")


def text(value: object) -> str | None:
    """Accept any string."""
    return None if isinstance(value, str) else "must be a string"


def flag(value: object) -> str | None:
    """Accept a JSON boolean."""
    return None if isinstance(value, bool) else "must be true or false"


def number(value: object) -> str | None:
    """Accept a finite JSON number: the page's "integer, float"."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return None
    return "must be a finite number"


def integer(value: object) -> str | None:
    """Accept a whole JSON number without a decimal point."""
    return None if isinstance(value, int) and not isinstance(value, bool) else "must be an integer"


def identity(value: object) -> str | None:
    """Accept a product identifier: an integer or a string that is not empty."""
    return None if integer(value) is None or filled(value) is None else "must be an integer or a string"


def identities(value: object) -> str | None:
    """Accept an array of product identifiers."""
    if isinstance(value, list) and all(identity(item) is None for item in value):
        return None
    return "must be an array of integers or strings"


def quantity(value: object) -> str | None:
    """Accept a count of items, as digits in a string or as an integer, not negative."""
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return None
    return "must be a whole number"


def url(value: object) -> str | None:
    """Accept an absolute HTTP or HTTPS URL."""
    fault = "must be an http or https URL"
    if not isinstance(value, str) or any(letter.isspace() for letter in value):
        return fault
    try:
        parts = urlsplit(value)
    except ValueError:  # for one, an IPv6 host without its closing bracket
        return fault
    return None if parts.scheme in ("http", "https") and parts.netloc else fault
