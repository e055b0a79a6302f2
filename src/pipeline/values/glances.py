"""Glances: quick checks which find that nearly every text needs no closer look. Pure."""

from collections.abc import Callable

from pydantic_core import SchemaValidator
from pydantic_core import core_schema as cs


def glance(pattern: str) -> Callable[[str], bool]:
    """Whether this regular expression of Rust is anywhere in a text.

    It takes 0.3 microseconds where the same in Python's `re` takes 10, and is linear whatever the pattern. It has no
    look-around and no back reference. To build it takes 1 to 2 milliseconds, so that it is done at first use.
    """
    return SchemaValidator(cs.str_schema(strict=True, pattern=pattern)).isinstance_python
