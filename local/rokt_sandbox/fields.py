"""What Rokt's documents say one value may be; each check answers what is wrong with it, or None."""

import math
import re
from datetime import date
from typing import Final

from local.sandbox import checks
from local.sandbox.checks import EMPTY_DIGESTS, RAW_EMAIL, filled

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+").fullmatch
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_DATE: Final = re.compile(r"[0-9]{8}")
_DECIMAL: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
_WHOLE_NUMBER: Final = re.compile(r"\+[1-9](?:[ ().-]{0,3}[0-9]){6,14}").fullmatch
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")


def scalar(value: object) -> str | None:
    """Accept text without a raw e-mail address, a finite number, true or false."""
    if isinstance(value, str):
        return "must not hold a raw e-mail address" if RAW_EMAIL.search(value) else None
    if isinstance(value, bool) or (isinstance(value, int | float) and math.isfinite(value)):
        return None
    return "must be text, a number, true or false"


def scalars(value: object) -> str | None:
    """Accept a scalar or an array of them."""
    return next(filter(None, map(scalar, value)), None) if isinstance(value, list) else scalar(value)


def digest(value: object) -> str | None:
    """Accept SHA-256 of something, written as 64 lower-case hexadecimal digits."""
    return checks.digest(value) or ("is the digest of an absent value" if value in EMPTY_DIGESTS else None)


def email(value: object) -> str | None:
    """Accept an address in lower case and without spaces."""
    if isinstance(value, str) and _EMAIL(value) and value == value.lower():
        return None
    return "must be an e-mail address in lower case"


def clear(value: object) -> str | None:
    """Accept text that is not hashed."""
    return filled(value) or ("is a digest" if _HEX.fullmatch(str(value)) else None)


def mobile(value: object) -> str | None:
    """Accept both of the page's examples: ten digits, and a number with its country's code and signs between."""
    if isinstance(value, str) and (re.fullmatch("[0-9]{10}", value) or _WHOLE_NUMBER(value)):
        return None
    return "must be ten digits, or a number with + and its country's code"


def zip_code(value: object) -> str | None:
    """Accept a code without spaces."""
    return clear(value) or ("must hold no spaces" if any(map(str.isspace, str(value))) else None)


def gender(value: object) -> str | None:
    """Accept m and f."""
    return None if value in ("m", "f") else "must be m or f"


def birth_date(value: object) -> str | None:
    """Accept a real date as YYYYMMDD."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return "must be a date as YYYYMMDD"
    try:
        date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return "must be a real date"
    return None


def uuid(value: object) -> str | None:
    """Accept a UUID that is not all zeros."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        return "must be a UUID"
    return None if value.strip("0-") else "is the id of a device that limits ad tracking"


def amount(value: object) -> str | None:
    """Accept a number that is not negative."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        return None
    return "must be an amount"


def decimal(value: object) -> str | None:
    """Accept digits with a decimal point or without."""
    return None if isinstance(value, str) and _DECIMAL.fullmatch(value) else "must be a decimal number"


def whole(value: object) -> str | None:
    """Accept a whole number, as such or as digits."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return None if is_number or (isinstance(value, str) and value.isdigit()) else "must be a whole number"


def currency(value: object) -> str | None:
    """Accept three capital letters."""
    return None if isinstance(value, str) and re.fullmatch("[A-Z]{3}", value) else "must be a currency's three letters"
