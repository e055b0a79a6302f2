"""The conditions of a mapping, which make a post a conversion or say why it is none. Pure."""

from dataclasses import dataclass
from typing import Any

from pipeline.values.amounts import number_in
from pipeline.values.faults import Fault
from pipeline.values.rules import quoted
from sources.calls.call_fields import flag, seconds
from sources.mapped.compiled_values import value
from sources.mapped.scope import Paths, Scope, Test, Value, is_empty, known_only, word
from sources.values import text

_TESTS = ("is", "in", "exists", "at_least")
_KNOWN = ("path", *_TESTS, "not", "any", "reason")
_MOST = 30  # conditions of one mapping's list
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Condition:
    """A test, and what is said of a post that fails it."""

    holds: Test
    reason: str


def conditions(given: Any, paths: Paths) -> tuple[Condition, ...]:
    """The conditions of a list, all of which must hold. Raises Fault."""
    listed = given if isinstance(given, list) else [given]
    if len(listed) > _MOST:
        raise Fault(f"has {len(listed)} conditions; at most {_MOST} are taken")
    return tuple(_condition(one, paths) for one in listed)


def _condition(given: Any, paths: Paths) -> Condition:
    test = _test(given, paths)
    reason = given.get("reason")
    if reason is None:
        reason = f"the mapping takes only posts where {_words(given)}"
    if not isinstance(reason, str) or not 0 < len(reason) <= _LONGEST_REASON:
        raise Fault(f"reason must be a text of at most {_LONGEST_REASON} characters")
    return Condition(test, reason)


def _test(given: Any, paths: Paths) -> Test:
    known_only(given, _KNOWN, "a condition")
    if "not" in given:
        inner = _test(given["not"], paths)
        return lambda scope: not inner(scope)
    if "any" in given:
        several = given["any"]
        if not isinstance(several, list) or not 0 < len(several) <= _MOST:
            raise Fault("any must be a list of conditions")
        tests = [_test(one, paths) for one in several]
        return lambda scope: any(test(scope) for test in tests)
    asked = [name for name in _TESTS if name in given]
    if "path" not in given or len(asked) != 1:
        raise Fault(f"a condition has a path and one of {', '.join(_TESTS)}; or it is a not, or an any")
    read = _all(given["path"], paths)
    return _MAKERS[asked[0]](given[asked[0]], read)


def _all(given: Any, paths: Paths) -> Value:
    """A value of the mapping, but of a path with a projection all that it leads to."""
    if not isinstance(given, str):
        return value(given, paths)
    path = paths.of(given)
    return lambda scope: scope.post.at(path, scope.element)


def _is(expected: Any, read: Value) -> Test:
    return _in([expected], read)


def _in(expected: Any, read: Value) -> Test:
    if not isinstance(expected, list) or not expected or any(isinstance(one, dict | list) for one in expected):
        raise Fault("is must be a word, a number, true or false; in a list of them")
    words = {one for one in map(word, expected) if one is not None}
    flags = {one for one in expected if isinstance(one, bool)}

    def holds(scope: Scope) -> bool:
        found = read(scope)
        several = found if isinstance(found, list) else [found]
        return any(word(one) in words or (flags and not is_empty(one) and flag(one) in flags) for one in several)

    return holds


def _exists(expected: Any, read: Value) -> Test:
    if not isinstance(expected, bool):
        raise Fault("exists must be true or false")
    return lambda scope: _says_anything(read(scope)) is expected


def _says_anything(found: Any) -> bool:
    return not all(map(is_empty, found)) if isinstance(found, list) else not is_empty(found)


def _at_least(expected: Any, read: Value) -> Test:
    if isinstance(expected, bool) or not isinstance(expected, int | float):
        raise Fault("at_least must be a number")

    def holds(scope: Scope) -> bool:
        found = text(read(scope)) or ""
        number = number_in(found, 2)
        number = seconds(found) if number is None else number  # 2:06 is 126
        return number is not None and number >= expected

    return holds


def _words(given: dict[str, Any]) -> str:
    """The condition as it is told to whoever posts: the mapping's own words, never a value of the post."""
    if "not" in given:
        return f"not ({_words(given['not'])})"
    if "any" in given:
        return " or ".join(f"({_words(one)})" for one in given["any"])
    path = given["path"] if isinstance(given["path"], str) else "one of its fields"
    name = next(name for name in _TESTS if name in given)
    expected = given[name]
    if name == "exists":
        return f"{quoted(path)} {'has a value' if expected else 'is empty'}"
    listed = ", ".join(str(word(one)) for one in expected) if isinstance(expected, list) else str(word(expected))
    return (
        f"{quoted(path)} {dict(zip(_TESTS, ('is', 'is one of', '', 'is at least'), strict=True))[name]} {listed[:100]}"
    )


_MAKERS = {"is": _is, "in": _in, "exists": _exists, "at_least": _at_least}
