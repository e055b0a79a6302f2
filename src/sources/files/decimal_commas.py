"""Whether a file writes decimals with commas: then 1.234 in it is a thousand and more. Pure."""

import re
from collections.abc import Iterable

_COMMA = re.compile(r"\D*\d{1,3}(?:(?:\.\d{3})+|\d*),\d{1,2}\D*").fullmatch
_POINT = re.compile(r"\D*\d{1,3}(?:(?:,\d{3})+|\d*)\.\d{1,2}\D*").fullmatch
_GROUPS = re.compile(r"\D*[1-9]\d{0,2}(?:\.\d{3})+\D*").fullmatch
_LONGEST = 40  # characters of an amount


def writes_commas(cells: Iterable[str]) -> bool:
    """Whether some of these amounts have a decimal comma, and none a decimal point."""
    found = False
    for cell in cells:
        text = cell.strip()
        if len(text) > _LONGEST:
            continue
        if _POINT(text):
            return False
        found = found or _COMMA(text) is not None
    return found


def without_points(cell: str) -> str:
    """An amount of such a file without the points between its thousands."""
    text = cell.strip()
    return text.replace(".", "") if len(text) <= _LONGEST and _GROUPS(text) else cell
