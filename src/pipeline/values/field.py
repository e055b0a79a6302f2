"""One line of a destination's table of fields, and what follows from such lines. Pure.

From a table follow: how its fields are read with care (`rules`), what passes at a glance (`usual`), which field was
probably meant by a name that nobody knows (`aliases`), what sources call it (`pipeline.values.language`), the schema
of an event in docs/openapi.yaml and the page docs/fields.md (`make fields`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic_core import CoreSchema, PydanticOmit, SchemaValidator
from pydantic_core import core_schema as cs

from pipeline.values.rules import Rule

_NOT_LETTER = re.compile("[^a-z0-9]")


class Kind(NamedTuple):
    """What a field holds.

    `rule` reads any value with care. `usual` passes only values of which there is nothing to say; None: the field is
    left out of the schema, and so a stranger to it. `finish` makes of what passed what `rule` makes of it, and raises
    ValueError for what is not usual after all (tests/unit/test_fast_reading.py). `json` is the type in OpenAPI's words.
    Of what is not usual the rule is asked, and what it passes without a word needs no closer look either; unless `asks`
    is false, where other fields have a say, or a rule that passes little takes long.
    `sight` is an expression of Rust for the compact JSON of values that `finish` takes too (`pipeline.values.sight`).
    """

    rule: Rule
    usual: CoreSchema | None
    json: Mapping[str, Any]
    finish: Callable[[Any], Any] | None = None
    asks: bool = True
    sight: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field as a destination takes it.

    `also`: second names, separated by spaces. Sources understand them, and a post that uses one is told the field's
    own name. `hint`: further ones that are only told so, because elsewhere they mean something else. Of a field that
    several destinations take, the first says them for all. `says` is for the reader of the documents. `to` is the
    field's name at the destination, if it has another there. Without a `needed` field the record is not taken.
    `in_files`: a column of a file, or a parameter that stands beside others, may be this field.
    """

    name: str
    kind: Kind
    also: str = ""
    hint: str = ""
    says: str = ""
    to: str = ""
    needed: bool = False
    in_files: bool = True


def unchecked(value: Any, notes: list[str]) -> Any:  # noqa: ARG001 - the form of a rule
    """The value as it is: whoever reads the whole record looks at it."""
    return value


# An object whose fields are a section of the table.
OBJECT = Kind(unchecked, None, {"type": "object"})
Fields = tuple[Field, ...]
# The fields of a conversion by where they are: "" is the conversion itself, "custom_data.contents" one of its items.
Table = Mapping[str, Fields]


def rules(fields: Iterable[Field]) -> dict[str, Rule]:
    """How each field is read with care."""
    return {field.name: field.kind.rule for field in fields}


def letters(name: str) -> str:
    """The name's letters and digits alone, in lower case."""
    return _NOT_LETTER.sub("", name.lower())


def aliases(fields: Iterable[Field]) -> dict[str, str]:
    """The field for each of its names, by the names' letters."""
    return {letters(name): one.name for one in fields for name in (one.name, *one.also.split(), *one.hint.split())}


def usual(
    table: Table,
    *,
    others: Literal["forbid", "ignore"] = "forbid",
    passed_over: Mapping[str, Iterable[str]] = MappingProxyType({}),
    own: Mapping[str, Callable[[Any], Mapping[str, Rule]]] = MappingProxyType({}),
) -> Callable[[object, Any], dict[str, Any]]:
    """What reads and finishes a conversion of which there is nothing to say, and raises ValueError for any other.

    `others` says what becomes of strangers: forbidden, or ignored. `passed_over` are further fields of a section, of
    which nothing is said. `own` gives for a section the rules that hold for one record, which is the second argument of
    what is returned. Making it takes 1 ms.
    """
    check = SchemaValidator(schema(table, others=others, passed_over=passed_over, own=own)).validate_python

    def read(conversion: object, record: Any = None) -> dict[str, Any]:
        event: dict[str, Any] = check(conversion, context=record)
        return event

    return read


def schema(
    table: Table,
    section: str = "",
    *,
    others: Literal["forbid", "ignore"] = "forbid",
    passed_over: Mapping[str, Iterable[str]] = MappingProxyType({}),
    own: Mapping[str, Callable[[Any], Mapping[str, Rule]]] = MappingProxyType({}),
) -> CoreSchema:
    """The shape of that of which there is nothing to say, for pydantic-core."""
    known = {name: cs.typed_dict_field(_LEFT_OUT, required=False) for name in passed_over.get(section, ())}
    for one in table[section]:
        if one.kind is OBJECT:
            shape = schema(table, one.name, others=others, passed_over=passed_over, own=own)
            known[one.name] = cs.typed_dict_field(_or(shape, one, None), required=one.needed)
        elif one.kind.usual is not None:
            shape = _shape(one, one.kind.usual, own.get(section))
            known[one.name] = cs.typed_dict_field(shape, required=one.needed)
    return cs.typed_dict_schema(known, strict=True, extra_behavior=others)


# Nothing of JSON can be called.
_LEFT_OUT = cs.with_default_schema(cs.callable_schema(), on_error="omit")


def _shape(one: Field, usual: CoreSchema, own: Callable[[Any], Mapping[str, Rule]] | None) -> CoreSchema:
    if usual["type"] == "default":
        return usual  # it says itself what it makes of null
    finish = one.kind.finish
    return _or(usual if finish is None else cs.no_info_after_validator_function(finish, usual), one, own)


def _or(usual: CoreSchema, one: Field, own: Callable[[Any], Mapping[str, Rule]] | None) -> CoreSchema:
    """The usual shape; or what the rule passes without a word; or null, for which the field is left out."""
    name, rule, needed = one.name, one.kind.rule, one.needed
    asks = one.kind.asks and rule is not unchecked

    def ask(value: Any, record: cs.ValidationInfo) -> Any:
        notes: list[str] = []
        if value is not None:
            if not asks:
                raise ValueError
            value = (rule if own is None else own(record.context)[name])(value, notes)
        if notes or (value is None and needed):
            raise ValueError
        if value is None:
            raise PydanticOmit
        return value

    return cs.union_schema([usual, cs.with_info_plain_validator_function(ask)], mode="left_to_right")
