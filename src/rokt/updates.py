"""Updates of a person at Rokt that count no conversion: of an audience, and of attributes. Pure.

One person joins and leaves under one event id, and a computed trait changes under one: such updates are no repeats of
each other. So the name by which the ledger and Rokt tell updates apart says what each of them changes, and when.
"""

import re
from hashlib import sha256
from typing import Any

from pydantic_core import to_json

# The event name that updates an audience: Rokt's own word for it. The other one is this relay's.
AUDIENCE = "audiencemembershipupdate"
ATTRIBUTES = "userattributesupdate"
NAMES = (AUDIENCE, ATTRIBUTES)

_LONGEST = 100
_NOT_LETTER = re.compile("[^a-z]")


def update_of(name: object) -> str | None:
    """Which update the event name means, however it is written: as a conversion it would be counted. None: neither."""
    if not isinstance(name, str) or not len(ATTRIBUTES) <= len(name):
        return None
    letters = _NOT_LETTER.sub("", name[:_LONGEST].lower())
    return letters if letters in NAMES else None


def mark(*changes: Any) -> str:
    """What tells an update from others of the same event id: the first 64 bits of its changes' digest."""
    return sha256(to_json(changes)).hexdigest()[:16]
