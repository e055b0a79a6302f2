"""Text of others that should be a JSON object. Pure, and never raises."""

from typing import Any

from pydantic_core import from_json


def json_object(text: str | bytes) -> dict[str, Any] | None:
    """The JSON object that the text is, perhaps after a byte order mark; None if it is anything else."""
    try:
        found = from_json(text.removeprefix("\ufeff") if isinstance(text, str) else text.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, TypeError):  # TypeError: half a surrogate pair, which no UTF-8 can hold
        return None
    return found if isinstance(found, dict) else None
