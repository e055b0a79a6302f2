"""One line of a destination's table of fields, and what follows from such lines. Pure.

From a table follow: how its fields are read with care (`rules`), what passes at a glance (`usual`), which field was
probably meant by a name that nobody knows (`aliases`), what sources call it (`pipeline.values.language`), the schema
of an event in docs/openapi.yaml and the page docs/fields.md (`make fields`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pydantic_core import CoreSchema, SchemaValidator
from pydantic_core import core_schema as cs

from pipeline.values.rules import Rule

_NOT_LETTER = re.compile("[^a-z0-9]")


class Kind(NamedTuple):
    """What a field holds.

    `rule` reads any value with care. `usual` passes only values of which there is nothing to say; None: the field is
    left out of the schema, and so a stranger to it. `finish` makes of what passed what `rule` makes of it, and raises
    ValueError for what is not usual after all (tests/unit/test_fast_reading.py). `json` is the type in OpenAPI's words.
    """

    rule: Rule
    usual: CoreSchema | None
    json: Mapping[str, Any]
    finish: Callable[[Any], Any] | None = None


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


def usual(table: Table, *, others: Literal["forbid", "ignore"] = "forbid") -> Callable[[object], dict[str, Any]]:
    """What reads a conversion of which there is nothing to say, and raises ValueError for any other.

    `others` says what becomes of strangers: forbidden, or ignored. Making it takes 1 ms.
    """
    check = SchemaValidator(schema(table, others=others)).validate_python
    finishing = [
        (section, [(one.name, one.kind.finish) for one in table[section] if one.kind.finish is not None])
        for section in ("", *(one.name for one in table[""] if one.kind is OBJECT))
    ]
    finishing = [(section, steps) for section, steps in finishing if steps]

    def read(conversion: object) -> dict[str, Any]:
        event: dict[str, Any] = check(conversion)
        for section, steps in finishing:
            part = event.get(section) if section else event
            if part:
                for name, finish in steps:
                    value = part.get(name)
                    if value is not None:
                        part[name] = finish(value)
        return event

    return read


def schema(table: Table, section: str = "", *, others: Literal["forbid", "ignore"] = "forbid") -> CoreSchema:
    """The shape of what is usual, for pydantic-core."""
    known: dict[str, cs.TypedDictField] = {}
    for one in table[section]:
        shape = schema(table, one.name, others=others) if one.kind is OBJECT else one.kind.usual
        if shape is not None:
            known[one.name] = cs.typed_dict_field(shape, required=one.needed)
    return cs.typed_dict_schema(known, strict=True, extra_behavior=others)
