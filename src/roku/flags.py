"""Kinds of fields that say how a conversion is read, and that have a meaning where they are missing. Pure."""

from functools import partial

from pydantic_core import core_schema as cs

from pipeline.values import rules, seen, shapes
from pipeline.values.field import Kind
from pipeline.values.kinds import choice

FLAG = Kind(rules.flag, cs.bool_schema(strict=True), {"type": "boolean"}, sight=seen.FLAG)
# Where it is missing, it is "conversion".
EVENT_TYPE = choice("conversion")._replace(
    usual=cs.with_default_schema(
        shapes.either(cs.literal_schema(["conversion"]), shapes.then(lambda _: "conversion", cs.none_schema())),
        default="conversion",
    )
)
# Where it is missing, it takes its place in the finished event.
IS_HASHED = FLAG._replace(
    usual=cs.with_default_schema(
        shapes.either(
            cs.nullable_schema(cs.bool_schema(strict=True)),
            shapes.then(partial(rules.flag, notes=[]), shapes.like("^ *(?i:true|false) *$")),
        ),
        default=None,
    )
)
