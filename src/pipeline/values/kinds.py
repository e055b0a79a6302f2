"""The kinds of fields that destinations have in common: each its rule, its usual shape and its JSON type. Pure."""

from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator
from pydantic_core import core_schema as cs

from pipeline.values import addresses, agents, amounts, hashing, limits, pages, rules, seen, shapes, texts
from pipeline.values.field import Kind, unchecked
from pipeline.values.personal import holds_number
from pipeline.values.timestamps import EARLIEST

STRING = {"type": "string"}
_NUMBER = {"type": ["number", "string"]}
_WHOLE = {"type": ["integer", "string"]}
# Digits and hyphens of hexadecimal notation, not all of them zeros.
_DEVICE = "^[0-9A-Fa-f-]*[1-9A-Fa-f][0-9A-Fa-f-]*$"


def choice(*words: str) -> Kind:
    """One of these words."""
    json = {"type": "string", "enum": list(words)}
    return Kind(rules.choice(*words), cs.literal_schema(list(words)), json, asks=False, sight=seen.words(words))


def text(longest: int) -> Kind:
    """Free text of at most so many characters."""
    json = {**STRING, "maxLength": longest}
    return Kind(partial(texts.text, longest=longest), shapes.text(longest), json, _short(longest), sight=seen.TEXT)


def id_of(rule: rules.Rule, longest: int = limits.TEXT) -> Kind:
    """An id: text, or a number that becomes text."""
    usual, finish = shapes.either(shapes.identity(longest), shapes.POSITIVE), _short(longest)
    return Kind(rule, usual, {"type": ["string", "integer"]}, finish, sight=f"(?:{seen.ID}|{seen.POSITIVE})")


def _short(longest: int) -> Callable[[Any], str]:
    """Finishes a text or a number of at most so many characters."""

    def finish(value: Any) -> str:
        word = str(value)
        if len(word) > longest:
            raise ValueError
        return word

    return finish


def personal(
    normalise: Callable[[str], str],
    usual: CoreSchema,
    usually: Callable[[str], str] | None = None,
    *,
    unwrap: Callable[[str, list[str]], str] = hashing.as_it_is,
    among: Collection[str] = (),
) -> Kind:
    """What leaves as its digest. `usual` passes clear text that can be normalised, and digests in lower case.

    `usually` is what `normalise` does to such clear text, if that is less. `unwrap` takes off what is around the value.
    `among` are all digests that there can be, where these are few.
    """
    careful = hashing.hashed(normalise, unwrap, among)
    finish: Callable[[str], str] = hashing.finished(usually or normalise)

    def rule(value: Any, notes: list[str]) -> Any:
        if type(value) is str and _glance(id(usual), usual)(value):  # of an unusual conversion most fields are usual
            with suppress(ValueError):
                return finish(value)
        return careful(value, notes)

    return Kind(rule, usual, STRING, finish, sight=seen.of(usual))


def one_of(normalise: Callable[[str], str], *words: str) -> Kind:
    """What leaves as the digest of one of these words."""
    digests = sorted(sha256(word.encode()).hexdigest() for word in words)
    return personal(normalise, shapes.like(rf"^(?:[A-Za-z]{{1,7}}|{'|'.join(digests)})$"), among=digests)


_GLANCES: dict[int, tuple[CoreSchema, Callable[[Any], bool]]] = {}


def _glance(place: int, usual: CoreSchema) -> Callable[[Any], bool]:
    """Whether a value is usual; made once of each shape, at its first use (1 ms)."""
    if place not in _GLANCES:
        _GLANCES[place] = usual, SchemaValidator(usual).isinstance_python
    return _GLANCES[place][1]


TEXT = Kind(texts.text, shapes.text(), STRING, sight=seen.TEXT)
AGENT = Kind(agents.user_agent, shapes.agent(), STRING, shapes.only_if(agents.is_visitors), sight=seen.AGENT)
PLACE = Kind(texts.clear, shapes.PLACE, STRING, sight=seen.PLACE)
REFERENCE = id_of(texts.reference)
EVENT_ID = id_of(texts.event_id, limits.EVENT_ID)
DEVICE = Kind(
    texts.advertising_id,
    shapes.then(shapes.only_if(lambda text: not holds_number(text)), shapes.like(_DEVICE)),
    STRING,
    sight=seen.DEVICE,
)
IP_ADDRESS = Kind(addresses.ip_address, shapes.IPV4, STRING, sight=seen.of(shapes.IPV4))
_ORDINARY = shapes.like(f"^{pages.ORDINARY}$", limits.URL)
PAGE = Kind(addresses.url, _ORDINARY, STRING, shapes.only_if(pages.is_clean), sight=seen.of(_ORDINARY))
# Of a text the currency has a say in what it means, unless it is plainly a number.
AMOUNT = Kind(
    amounts.amount,
    shapes.either(shapes.AMOUNT, shapes.like(amounts.PLAIN)),
    _NUMBER,
    lambda value: amounts.amount(value, []) if type(value) is str else value,
    asks=False,
    sight=f"(?:{seen.NUMBER}|{seen.PRICE})",
)
INTEGER = Kind(amounts.integer, shapes.WHOLE, _WHOLE, sight=seen.WHOLE)
TIME = Kind(unchecked, cs.any_schema(), {**_WHOLE, "minimum": EARLIEST}, sight=seen.SCALAR)
OPT_OUT = Kind(
    rules.opt_out, cs.literal_schema(["true", "false"]), {"type": ["string", "boolean"]}, sight=seen.text(seen.FLAG)
)
