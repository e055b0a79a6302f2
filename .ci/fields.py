"""fields.py PAGE OPENAPI: writes the page of all fields, and the fields of an event into the OpenAPI document.

Both follow from the destinations' tables (`src/pipeline/values/field.py`).
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from destinations import load
from pipeline.values import language
from pipeline.values.field import Field, Table

Tables = Mapping[str, Table]

HEAD = """# Fields

What a conversion may hold, and which destination takes it. What is for another destination is passed over silently.
Of `custom_data` Rokt gets every other field too, as an attribute. What says whether a person consents is in
[consent.md](consent.md).

Second names are for files, Tealium and other senders whose fields stand side by side; upper and lower case, spaces and
punctuation do not count in them. `/v1/events` takes a field's own name alone, and answers another with "did you mean".
Names in brackets are only so answered, because in a file they may mean something else.

`make fields` writes this page, and the fields in [openapi.yaml](openapi.yaml), from the tables: TABLES.
"""
TITLES = {
    "": "A conversion",
    "user_data": "`user_data`",
    "custom_data": "`custom_data`",
    "custom_data.contents": "An item of `custom_data.contents`",
    "click_ids": "`click_ids`",
}
COMPONENTS = {"user_data": "UserData", "custom_data": "CustomData"}
# Where a list of the OpenAPI document is made: up to the next line that is indented no deeper.
MARK = re.compile(r"^( *)properties:  # of (.+): made by `make fields`\n((?:\1 .*\n)*)", re.MULTILINE)
THE_EVENT = "the event"


class Joined(NamedTuple):
    """One field of all destinations: what each says of it, by the destination's name."""

    by: Mapping[str, Field]

    @property
    def first(self) -> Field:
        """As the first destination has it, which says its second names."""
        return next(iter(self.by.values()))


def joined(tables: Tables, section: str) -> Iterator[Joined]:
    """The fields of a section, in the order of the tables."""
    for field in language.together(tables).get(section, ()):
        each = ((name, one) for name, table in tables.items() for one in table.get(section, ()))
        yield Joined({name: one for name, one in each if one.name == field.name})


def text(field: Joined) -> str:
    """What a reader must know of it: what the first destination says holds for all, what others say for them alone."""
    others = [
        f"{load(name).title}: {one.says}" for name, one in field.by.items() if one.says not in ("", field.first.says)
    ]
    return " ".join(filter(None, (field.first.says, *others)))


def schema(field: Joined, tables: Tables, section: str) -> dict[str, Any]:
    """The field in OpenAPI's words. Where destinations differ, what any of them takes may be posted."""
    inner = f"{section}.{field.first.name}".lstrip(".")
    if inner in COMPONENTS:
        return {"$ref": f"#/components/schemas/{COMPONENTS[inner]}"}
    kinds = [dict(one.kind.json) for one in field.by.values()]
    different = [kind for place, kind in enumerate(kinds) if kind not in kinds[:place]]
    made = different[0] if len(different) == 1 else {"anyOf": different}
    if made.get("type") == "array" and inner in language.together(tables):
        made = made | {"items": record(tables, inner)}
    first = next(name for name, table in tables.items() if section in table)
    only = "" if first in field.by else f"For {' and '.join(map(str.capitalize, field.by))} alone."
    said = " ".join(filter(None, (text(field), only)))
    return made | ({"description": said} if said else {})


def record(tables: Tables, section: str) -> dict[str, Any]:
    """An object with the fields of a section."""
    fields = list(joined(tables, section))
    needed = [field.first.name for field in fields if all(one.needed for one in field.by.values())]
    properties = {field.first.name: schema(field, tables, section) for field in fields}
    return {"type": "object", "required": needed, "properties": properties}


def openapi(document: str, tables: Tables) -> str:
    """The document with its marked lists filled in again. Raises ValueError if one of the components has no list."""
    made = []

    def listed(match: re.Match[str]) -> str:
        indent, name = match[1], match[2]
        section = "" if name == THE_EVENT else name
        made.append(section)
        lines = [
            f"{indent}  {field.first.name}: {_flow(schema(field, tables, section))}\n"
            for field in joined(tables, section)
        ]
        return match[0][: match.start(3) - match.start()] + "".join(lines)

    document = MARK.sub(listed, document)
    if made != ["", *COMPONENTS]:
        raise ValueError(f"lists of {', '.join(('', *COMPONENTS))} are expected, and there are those of {made}")
    return document


def _flow(value: Mapping[str, Any]) -> str:
    return yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, width=sys.maxsize, allow_unicode=True
    ).strip()


def page(tables: Tables) -> str:
    """The page's text."""
    parts = [HEAD.replace("TABLES", " and ".join(f"`src/{name}/fields.py`" for name in tables))]
    for section, title in TITLES.items():
        rows = "".join(_row(field) for field in joined(tables, section))
        parts.append(f"## {title}\n\n| Field | Holds | Taken by | Second names | |\n|---|---|---|---|---|\n{rows}")
    return "\n".join(parts)


def _row(field: Joined) -> str:
    first = field.first
    takers = ", ".join(f"{load(name).title}{' (needed)' if one.needed else ''}" for name, one in field.by.items())
    names = [*(f"`{name}`" for name in first.also.split()), *(f"(`{name}`)" for name in first.hint.split())]
    holds = "; ".join(dict.fromkeys(_words(one.kind.json) for one in field.by.values()))
    return f"| `{first.name}` | {holds} | {takers} | {', '.join(names)} | {text(field)} |\n"


def _words(json: Mapping[str, Any]) -> str:
    if "enum" in json:
        return ", ".join(f"`{word}`" for word in json["enum"])
    types: list[str] = json["type"] if isinstance(json["type"], list) else [json["type"]]
    plain = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    said = " or ".join(plain.get(one, one) for one in types)
    return f"{said} of at most {json['maxLength']} characters" if "maxLength" in json else said


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(language.tables()), encoding="utf-8")
    target = Path(sys.argv[2])
    target.write_text(openapi(target.read_text(encoding="utf-8"), language.tables()), encoding="utf-8")
