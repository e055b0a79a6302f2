"""The values of a mapping: what its JSON says -> a function of one element. Pure.

A text is a path, a list gives the first that says anything, an object says more: `const`, `path` with `map`, `minor`,
`decimal` or a notation of time, `join`, or `each` with `of`.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pipeline.values import currencies
from pipeline.values.faults import Fault
from pipeline.values.rules import quoted
from sources.mapped.compiled_times import TIMES, time_of
from sources.mapped.scope import Paths, Scope, Value, is_empty, known_only, word
from sources.source_settings import MOST_ITEMS
from sources.values import text

_KINDS = ("const", "path", "join", "each")
_OF_PATH = ("path", "map", "else", "minor", "decimals", "decimal", *TIMES)
_LONGEST_JOIN = 20
_PIECE = 1_000  # characters of a joined text


def value(given: Any, paths: Paths) -> Value:
    """The function that a VALUE of the mapping is. Raises Fault."""
    if isinstance(given, str):
        return _path(given, paths)
    if isinstance(given, list):
        return _first(given, paths)
    if not isinstance(given, dict):
        raise Fault('must be a path such as "billing.email", a list of them, or an object such as {"const": "USD"}')
    kind = next((kind for kind in _KINDS if kind in given), None)
    if kind is None:
        raise Fault(f"must have one of {', '.join(_KINDS)}")
    return _MAKERS[kind](given, paths)


def _path(given: str, paths: Paths) -> Value:
    path = paths.of(given)

    def read(scope: Scope) -> Any:
        found = scope.post.at(path, scope.element)
        if path.is_many and isinstance(found, list):
            found = next((one for one in found if not is_empty(one)), None)
        return None if is_empty(found) else found

    return read


def _first(given: list[Any], paths: Paths) -> Value:
    if not given:
        raise Fault("is an empty list: name a path")
    values = [value(one, paths) for one in given]
    return lambda scope: next((found for one in values if not is_empty(found := one(scope))), None)


def _const(given: dict[str, Any], _: Paths) -> Value:
    constant = known_only(given, ("const",), "a constant")["const"]
    if constant is None or isinstance(constant, dict | list):
        raise Fault("const must be a text, a number, true or false")
    return lambda _: constant


def _join(given: dict[str, Any], paths: Paths) -> Value:
    known_only(given, ("join", "with"), "a joined text")
    pieces, between = given["join"], given.get("with", "")
    if not isinstance(pieces, list) or not 1 < len(pieces) <= _LONGEST_JOIN or not isinstance(between, str):
        raise Fault(f"join must be a list of 2 to {_LONGEST_JOIN} values, with a text")
    values = [value(one, paths) for one in pieces]

    def read(scope: Scope) -> str | None:
        found = [text(one(scope)) for one in values]
        return None if None in found else between.join((one or "")[:_PIECE] for one in found)

    return read


def _each(given: dict[str, Any], paths: Paths) -> Value:
    """A list of objects from a list, such as `contents` from line items."""
    known_only(given, ("each", "of"), "a list")
    listed = paths.of(given["each"])
    if not isinstance(given.get("of"), dict) or not given["of"]:
        raise Fault("of must be an object of what each of the list becomes")
    fields = {name: value(one, paths) for name, one in given["of"].items()}

    def read(scope: Scope) -> list[dict[str, Any]] | None:
        found = scope.post.at(listed, scope.element)
        if is_empty(found):
            return None
        made = []
        # One more than are sent, so that the basket tells about what is left out.
        for element in (found if isinstance(found, list) else [found])[: MOST_ITEMS + 1]:
            inner = Scope(scope.post, element, scope.warnings, scope.currency)
            made.append({name: got for name, one in fields.items() if not is_empty(got := one(inner))})
        return made

    return read


def _of_path(given: dict[str, Any], paths: Paths) -> Value:
    known_only(given, _OF_PATH, "a value with a path")
    read = value(given["path"], paths)
    if "minor" in given:
        return _minor(given, read, paths)
    if "decimal" in given:
        return _decimal(given["decimal"], read)
    if any(name in given for name in TIMES):
        return time_of(given, read, paths)
    return _listed(given, read) if "map" in given else _else(given, read)


def listed(given: Any) -> dict[str, Any]:
    """The `map` of a value, its words as they are compared. Raises Fault."""
    if not isinstance(given, dict) or any(isinstance(one, dict | list) for one in given.values()):
        raise Fault('map must be an object of words, such as {"paid": "PURCHASE"}')
    return {word(name) or "": one for name, one in given.items()}


def _listed(given: dict[str, Any], read: Value) -> Value:
    words, other = listed(given["map"]), given.get("else")
    return lambda scope: words.get(word(found) or "", other) if (found := read(scope)) is not None else other


def _else(given: dict[str, Any], read: Value) -> Value:
    other = given.get("else")
    return lambda scope: other if (found := read(scope)) is None else found


def _decimal(mark: Any, read: Value) -> Value:
    if mark not in (",", "."):
        raise Fault('decimal must be "," or "."')
    thousands = "." if mark == "," else ","

    def plain(scope: Scope) -> Any:
        found = read(scope)
        return found.replace(thousands, "").replace(mark, ".") if isinstance(found, str) else found

    return plain


def _minor(given: dict[str, Any], read: Value, paths: Paths) -> Value:
    """An amount in the currency's smallest unit: `minor` is a code, a path to one, or true for the conversion's own."""
    said, places = given["minor"], given.get("decimals", {})
    if not isinstance(places, dict) or not all(type(one) is int and 0 <= one <= 4 for one in places.values()):
        raise Fault('decimals must be an object such as {"ISK": 2}')
    if said is True:
        code: Value = lambda scope: scope.currency  # noqa: E731 - one of three forms of the same
    elif said in currencies.ISO_4217:
        code = lambda _: said  # noqa: E731
    elif isinstance(said, str):
        code = _path(said, paths)
    else:
        raise Fault('minor must be true, a currency such as "USD", or a path to one')

    def major(scope: Scope) -> Any:
        found = read(scope)
        return None if found is None else _in_major(found, text(code(scope)), places, scope)

    return major


def _in_major(found: Any, code: str | None, places: Mapping[str, int], scope: Scope) -> int | float | None:
    name = (code or "").upper()
    if name not in currencies.ISO_4217:
        scope.warnings.append(("minor", "dropped: an amount in minor units has no meaning without its currency"))
        return None
    try:
        number = Decimal(text(found) or "").scaleb(-places.get(name, currencies.decimals(name)))
    except (InvalidOperation, ValueError):
        number = Decimal("NaN")
    if isinstance(found, bool) or not number.is_finite():
        scope.warnings.append(("minor", f"dropped: must be a whole number of {quoted(name)}'s smallest unit"))
        return None
    return int(number) if number == number.to_integral_value() else float(number)


_MAKERS: dict[str, Callable[[dict[str, Any], Paths], Value]] = {
    "const": _const,
    "path": _of_path,
    "join": _join,
    "each": _each,
}
