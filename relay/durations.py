"""Spans of time as an operator writes them: 90s, 15m, 24h, 7d."""

import re

import typer

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"(\d{1,6})([smhd])").fullmatch


def seconds(text: str) -> int:
    """Seconds of the text; a usage error that names the form otherwise."""
    match = _DURATION(text.strip().lower())
    if match is None or int(match[1]) == 0:
        raise typer.BadParameter(f"{text!r} is no span of time: write 90s, 15m, 24h or 7d")
    return int(match[1]) * _UNITS[match[2]]
