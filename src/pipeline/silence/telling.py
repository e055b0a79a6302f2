"""What is told about a fall: whose, of what, how far and since when. Pure.

A sender's name is the operator's own. Nothing else in here is anybody's text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.silence.falls import Fall
from pipeline.silence.stream import COUNT

_KINDS = {
    COUNT: "conversions",
    "em": "conversions with an e-mail address",
    "ph": "conversions with a phone number",
    "value": "conversions with a value",
    "device_id": "conversions with a device id",
    "external_id": "conversions with an external id",
}
_MOST_SUBJECT = 100  # characters that SNS takes


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of news: `fall` is None where it is over."""

    sender: str
    name: str
    what: str
    fall: Fall | None


def subject(stack: str, news: Sequence[Told]) -> str:
    """The mail's subject, ASCII as SNS asks for."""
    begun = [one for one in news if one.fall is not None]
    senders = ", ".join(dict.fromkeys(one.sender for one in begun or news))
    text = f"{stack}: fewer conversions than usual from {senders}" if begun else f"{stack}: as usual again: {senders}"
    plain = text.encode("ascii", "replace").decode()
    return plain if len(plain) <= _MOST_SUBJECT else plain[: _MOST_SUBJECT - 3] + "..."


def text(stack: str, news: Sequence[Told]) -> str:
    """The mail."""
    lines = [_line(one) for one in news]
    if any(one.fall is not None for one in news):
        lines += [
            "",
            f"Look: relay silence --stack {stack}",
            "Fix: ask the sender what changed at that time. If the fall is meant, say so:",
            f"relay silence --stack {stack} --accept SENDER",
            "Runbook: docs/runbook.md, section SendersFellAlarm.",
        ]
    return "\n".join(lines)


def _line(one: Told) -> str:
    whose = f"{one.sender}, {one.name}: "
    if one.fall is None:
        return f"{whose}{_KINDS[one.what]} come as usual again."
    hours = f"the last {one.fall.hours} hours" if one.fall.hours > 1 else "the last hour"
    return f"{whose}{one.fall.counted:,} {_KINDS[one.what]} in {hours}, where {one.fall.expected:,.1f} are usual."
