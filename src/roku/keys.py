"""Which Roku API key goes with which event group. Pure."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pipeline.values.faults import NoKey
from pipeline.values.json_objects import json_object

_KEY = re.compile(r"[\x21-\x7e]{1,4096}").fullmatch  # what a header may carry


@lru_cache(maxsize=1)  # it is read for every request, and changes when a key does
def _by_group(secret: str) -> Mapping[str, Any] | None:
    return json_object(secret)


def key_for(event_group_id: str, secret: str) -> str:
    """The key of the event group.

    The secret is one key for all groups, or a JSON object of event group -> key with `"*"` for all others.
    Raises NoKey.
    """
    secret = secret.strip()
    if secret.startswith("{"):
        keys = _by_group(secret)
        if keys is None:
            raise NoKey("the Roku keys secret begins like a JSON object but is not one")
        key = keys.get(event_group_id, keys.get("*"))
        if key is None:
            raise NoKey('the Roku keys secret has no key for this event group and none for "*"')
    else:
        key = secret
    key = f"{key.strip()} ".removeprefix("Bearer ").strip() if isinstance(key, str) else ""
    if not _KEY(key):
        raise NoKey("the Roku keys secret holds no usable key: it is empty, or not a line of plain text")
    return key
