"""What was bought: the items of `contents` and `content_ids`. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import CoreSchema
from pydantic_core import core_schema as cs

from pipeline.values import amounts, field, kinds, rules, seen, shapes, sight, texts
from pipeline.values.field import Field, Kind
from roku import vocabulary as words

# So many notes tell about the items of one event: a post has room for a million wrong ones.
_MOST_NOTES = 20


def _quantity(value: Any, notes: list[str]) -> str | None:
    """The page's examples send the quantity as text."""
    if type(value) is str and len(value) < 10 and value.isascii() and value.isdigit() and value[0] != "0":
        return value
    number = amounts.integer(value, notes)
    return None if number is None else str(number)


_QUANTITY = Kind(
    _quantity,
    shapes.either(shapes.like("^[1-9][0-9]{0,8}$"), shapes.then(str, shapes.WHOLE)),
    {"type": ["string", "integer"]},
    sight=f"(?:{seen.text('[1-9][0-9]{0,8}')}|{seen.POSITIVE})",
)
DELIVERY_CATEGORY = kinds.choice(*words.DELIVERY_CATEGORIES)
ITEM = (
    Field("id", kinds.REFERENCE, hint="item_id product_id sku", needed=True),
    Field("quantity", _QUANTITY, hint="qty", needed=True),
    Field("price", kinds.AMOUNT, hint="item_price", needed=True),
    Field("delivery_category", DELIVERY_CATEGORY),
)
_RULES, _ALIASES = field.rules(ITEM), field.aliases(ITEM)
_NEEDED = dict.fromkeys(one.name for one in ITEM if one.needed).keys()


def _content_ids(value: Any, notes: list[str]) -> list[str | int] | None:
    items = value if isinstance(value, list) else [value]
    if len(items) > words.MAX_CONTENTS:
        notes.append(f"has {len(items)} items: the first {words.MAX_CONTENTS} were taken")
    kept = [item if type(item) is int else texts.reference(item, notes) for item in items[: words.MAX_CONTENTS]]
    return [item for item in kept if item is not None] or None


def _contents(value: Any, notes: list[str]) -> list[dict[str, Any]] | None:
    items = value if isinstance(value, list) else [value]
    if len(items) > words.MAX_CONTENTS:
        notes.append(f"has {len(items)} items: the first {words.MAX_CONTENTS} were taken")
    kept, further = [], 0
    for index, item in enumerate(items[: words.MAX_CONTENTS]):
        if len(notes) >= _MOST_NOTES and not (isinstance(item, dict) and item.keys() >= _NEEDED):
            further += 1  # it cannot be kept, and nobody will be told why
            continue
        said: rules.Warnings = []
        clean = _content(item, said)
        if clean is not None:
            kept.append(clean)
        if len(notes) < _MOST_NOTES:
            notes += [f"item {index}{name} {text}" for name, text in said]
        else:
            further += bool(said)
    if further:
        notes.append(f"has {further} further items with faults: fix the first ones first")
    return kept or None


def with_ids(custom: Mapping[str, Any], warnings: rules.Warnings) -> Mapping[str, Any]:
    """The `custom_data`; products without a price, which `contents` cannot hold, have their ids in `content_ids`."""
    given, ids = custom.get("contents"), custom.get("content_ids")
    items = [given] if isinstance(given, dict) else given
    if not isinstance(items, list) or not (ids is None or isinstance(ids, list)):
        return custom
    bare = [item["id"] for item in items[: words.MAX_CONTENTS] if _is_bare(item)]
    if not bare:
        return custom
    told = f"{len(bare)} items of contents have no price or no quantity: their ids were sent here"
    warnings.append(("custom_data.content_ids", told))
    return {**custom, "content_ids": [*(ids or []), *bare]}


def _is_bare(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    whole = amounts.amount(item.get("price"), []) is not None and _quantity(item.get("quantity"), []) is not None
    return not whole and texts.reference(item.get("id"), []) is not None


def _content(item: Any, said: rules.Warnings) -> dict[str, Any] | None:
    if not isinstance(item, dict):
        said.append((" dropped:", "must be an object with id, quantity and price"))
        return None
    clean = rules.apply(_RULES, item, ": ", said, _ALIASES)
    missing = [name for name in _NEEDED if name not in clean]
    if missing:
        said.append((" dropped:", f"needs {' and '.join(missing)}"))
    return None if missing else clean


def _list(item: CoreSchema) -> CoreSchema:
    """Of an array with a thousand faults one is enough to know that it is not usual."""
    return cs.list_schema(item, strict=True, min_length=1, max_length=words.MAX_CONTENTS, fail_fast=True)


def _finished(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items that were known at first sight, with ids and quantities as texts and prices as numbers."""
    if len(items) > words.MAX_CONTENTS:
        raise ValueError
    try:
        return [item if _is_finished(item) else _finish(item) for item in items]
    except KeyError:
        raise ValueError from None


def _is_finished(item: Mapping[str, Any]) -> bool:
    return type(item["id"]) is str and type(item["quantity"]) is str and type(item["price"]) is not str


def _finish(item: Mapping[str, Any]) -> dict[str, Any]:
    price = amounts.amount(item["price"], [])
    return {**item, "id": str(item["id"]), "quantity": str(item["quantity"]), "price": price}


_ITEM, _SEEN = field.schema({"": ITEM}), sight.expression({"": ITEM})
CONTENTS = Kind(
    _contents,
    shapes.either(_list(_ITEM), shapes.then(lambda item: [item], _ITEM)),
    {"type": "array", "items": field.OBJECT.json},
    _finished,
    asks=False,
    sight=seen.arrays(_SEEN),
)
CONTENT_IDS = Kind(
    _content_ids,
    _list(shapes.either(shapes.identity(), shapes.WHOLE)),
    {"type": "array", "items": {"type": ["string", "integer"]}},
    shapes.only_if(lambda ids: len(ids) <= words.MAX_CONTENTS),
    sight=seen.arrays(f"(?:{seen.ID}|{seen.WHOLE})"),
)
