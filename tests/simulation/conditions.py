"""DynamoDB's conditions of a write, of the kind that the relay writes."""

import re
from collections.abc import Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any


def holds(text: str, item: Mapping[str, Any], names: Mapping[str, str], values: Mapping[str, Any]) -> bool:
    """Whether it holds of this item: comparisons and existence, with AND below OR."""
    return any(
        all(_is_true(term.strip(" ()"), item, names, values) for term in part.split(" AND "))
        for part in text.split(" OR ")
    )


def _is_true(term: str, item: Mapping[str, Any], names: Mapping[str, str], values: Mapping[str, Any]) -> bool:
    existence = re.fullmatch(r"attribute_(not_)?exists\((#?\w+)", term)
    if existence:
        return (names.get(existence[2], existence[2]) in item) != bool(existence[1])
    compared = re.fullmatch(r"(#?\w+) (=|<>|<=|<|>=|>) (:\w+)", term)
    assert compared, f"a condition that the model does not know: {term}"
    name = names.get(compared[1], compared[1])
    if name not in item:
        return False
    [(_, left)], [(_, right)] = item[name].items(), values[compared[3]].items()
    if "N" in item[name]:
        left, right = float(left), float(right)
    compare = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}[compared[2]]
    return bool(compare(left, right))
