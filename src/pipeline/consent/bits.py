"""The IAB's way to write bits as text: six a character, the highest first; and Fibonacci integers. Pure.

It is not base64 of bytes: lengths are no multiples of 4, and zero bits at the end are padding of any length. Source:
InteractiveAdvertisingBureau/Global-Privacy-Platform, "Core/Consent String Specification.md".
"""

import string

_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits
# The specification's table prints + and /, its text and every library use the pair that an address can hold.
_BITS = {sign: f"{place:06b}" for place, sign in enumerate(_ALPHABET)}
_BITS |= {"-": f"{62:06b}", "+": f"{62:06b}", "_": f"{63:06b}", "/": f"{63:06b}"}
_WEIGHTS = [1, 2]
while len(_WEIGHTS) < 24:  # up to 75,024: ids have 16 bits at most
    _WEIGHTS.append(_WEIGHTS[-2] + _WEIGHTS[-1])


class Undecodable(ValueError):
    """The string is not in its published form."""


def decode(text: str) -> str:
    """The bits as text of 0 and 1. Raises Undecodable."""
    try:
        return "".join([_BITS[sign] for sign in text])
    except KeyError:
        raise Undecodable from None


def whole(bits: str, at: int, width: int = 2) -> int:
    """The number in these bits. Raises Undecodable if there are too few."""
    if len(bits) < at + width:
        raise Undecodable
    return int(bits[at : at + width], 2)


def fibonacci(bits: str, at: int) -> tuple[int, int]:
    """A Fibonacci integer, and where the next field begins. Raises Undecodable without an end, or above 75,024."""
    end = bits.find("11", at, at + len(_WEIGHTS) + 1)
    if end < 0:
        raise Undecodable
    return sum(weight for weight, bit in zip(_WEIGHTS, bits[at : end + 1], strict=False) if bit == "1"), end + 2
