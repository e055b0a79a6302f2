"""Rokt's pair of key and secret. Pure."""

import re
from base64 import b64encode
from typing import NamedTuple

from pipeline.values.faults import NoKey
from pipeline.values.json_objects import json_object
from rokt.settings import Api

_WORD = re.compile(r"[\x21-\x7e]{1,4096}").fullmatch  # what a header may carry
# The Event API's keys begin so; the Conversions API's do not.
_PUBLIC, _SECRET = "rpub-", "rsec-"


class Pair(NamedTuple):
    """What Rokt calls the API key and the API secret (Event API: public key and secret key)."""

    key: str
    secret: str

    def authorization(self) -> str:
        """The value of the Authorization header."""
        return "Basic " + b64encode(f"{self.key}:{self.secret}".encode()).decode()


def pair_in(secret: str, api: Api) -> Pair:
    """The pair in the secret's text: {"key": "...", "secret": "..."}, or key:secret. Raises NoKey."""
    key, word = (word.strip() if isinstance(word, str) else "" for word in _words(secret.strip()))
    if not _WORD(key) or not _WORD(word) or ":" in key:
        raise NoKey('the Rokt keys secret holds no usable pair: put in {"key": "...", "secret": "..."} or key:secret')
    if api == "events" and not (key.startswith(_PUBLIC) and word.startswith(_SECRET)):
        raise NoKey("the Rokt keys secret holds no pair of the Event API, rpub-... and rsec-...")
    if api == "conversions" and key.startswith((_PUBLIC, _SECRET)):
        raise NoKey("the Rokt keys secret holds a pair of the Event API, and the stack uses the Conversions API")
    return Pair(key, word)


def _words(text: str) -> tuple[object, object]:
    if not text.startswith("{"):
        key, _, word = text.partition(":")
        return key, word
    found = json_object(text)
    if found is None:
        raise NoKey("the Rokt keys secret begins like a JSON object but is not one")
    return found.get("key"), found.get("secret")
