"""The time now, and spans of time as an operator writes them: 90s, 15m, 24h, 7d."""

import re
import time

from relay.errors import Misuse

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
# CloudWatch forgets after 15 months: what is longer is a slip of the keyboard.
_LONGEST = 3_660 * 86_400
_DURATION = re.compile(r"(\d{1,6})([smhd])").fullmatch


def seconds(text: str) -> int:
    """Seconds of the text. Raises Misuse, which names the form."""
    match = _DURATION(text.strip().lower())
    if match is None or int(match[1]) == 0:
        raise Misuse(f"{text!r} is not a span of time: write 90s, 15m, 24h or 7d")
    span = int(match[1]) * _UNITS[match[2]]
    if span > _LONGEST:
        raise Misuse(f"{text!r} is longer than ten years: choose a shorter span of time")
    return span


def now() -> float:
    """Epoch seconds."""
    return time.time()
