"""Rokt's pair of key and secret. Pure."""

import re
from base64 import b64encode
from typing import NamedTuple

from pipeline.values.faults import NoKey
from pipeline.values.json_objects import json_object
from rokt.forms import FORMS
from rokt.settings import Api

_WORD = re.compile(r"[\x21-\x7e]{1,4096}").fullmatch  # what a header may carry


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
    if fault := FORMS[api].key_fault(key, word):
        raise NoKey(f"the Rokt keys secret holds {fault}")
    return Pair(key, word)


def _words(text: str) -> tuple[object, object]:
    if not text.startswith("{"):
        key, _, word = text.partition(":")
        return key, word
    found = json_object(text)
    if found is None:
        raise NoKey("the Rokt keys secret begins like a JSON object but is not one")
    return found.get("key"), found.get("secret")
