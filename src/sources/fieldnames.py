"""What people call the fields of a conversion -> where they are in the language of /v1/events. Pure.

Names are compared without case, spaces and punctuation: `Order ID`, `order_id` and `orderId` are one. Besides the
fields' own names, alone (`em`) or with their place (`user_data.em`), these are known: what Google's and Meta's files of
offline conversions call them, and the usual columns of CRM and shop exports (`also` in the destinations' tables). A
name that means something else in such exports is not among them (`hint` there).
"""

import re
from itertools import product

from pipeline.consent.keys import key_of
from pipeline.values import hints, kinds, language
from pipeline.values.field import Field, Table
from pipeline.values.rules import quoted
from sources import campaigns

Path = tuple[str, str]  # where a field stands: ("user_data", "em"), or ("", "event_name") in the conversion itself

_SECTIONS = ("", "user_data", "custom_data", "click_ids")
# What no destination takes: the event group is the post's, and most click ids are other advertisers'.
_OTHERS: Table = {
    "": (Field("event_group_id", kinds.TEXT, "event_group"),),
    "click_ids": (
        Field("gclid", kinds.TEXT, "google_click_id"),
        *(Field(name, kinds.TEXT) for name in campaigns.CLICK_IDS if name not in ("gclid", "rtid", "rclid")),
    ),
}

# Kinds of consent's fields whose names mean something else as well.
_MEANS_MORE = frozenset({"perhaps_limit", "region", "dma"})

_NOT_WORD = re.compile(r"[\W_]+")
_LONGEST = 200  # characters of a name that are looked at


def fold(name: str) -> str:
    """The name in lower case, its letters and digits alone."""
    return _NOT_WORD.sub("", name[:_LONGEST].lower())


def paths(whole: Table) -> dict[str, Path]:
    """The field for each name, folded: of the fields of all destinations, and of those that none takes."""
    found: dict[str, Path] = {}
    for table, section in product((whole, _OTHERS), _SECTIONS):
        for field in table.get(section, ()):
            names = (field.name, f"{section}{field.name}", *field.also.split()) if field.in_files else ()
            for name in names:
                if found.setdefault(fold(name), (section, field.name)) != (section, field.name):
                    raise ValueError(f"{name} means two fields")
    return found


_WHOLE = language.whole()
_PATHS = paths(_WHOLE)
_FOLDED = tuple(_PATHS)
# What a conversion itself may hold, under its exact name.
EVENT_FIELDS = frozenset(field.name for table in (_WHOLE, _OTHERS) for field in table[""])


def find(name: str) -> Path | None:
    """The field that is meant, or None."""
    return find_folded(fold(name))


def find_folded(folded: str) -> Path | None:
    """The field that is meant by a name that `fold` has seen, or None; a signal of consent keeps its name."""
    return _PATHS.get(folded) or (("", folded) if is_of_consent(folded) else None)


def is_of_consent(name: str) -> bool:
    """Whether the field can be nothing but a signal of consent."""
    key = key_of(name)
    return key is not None and key.kind not in _MEANS_MORE


def nearest(name: str) -> str | None:
    """The known field with the most similar name, such as `user_data.em`, or None."""
    close = hints.nearest(fold(name), _FOLDED)
    return spelled(_PATHS[close]) if close else None


def unknown(name: str) -> str | None:
    """Why the name is not a field of a conversion, with what was probably meant; None if it is one."""
    if find(name) is not None:
        return None
    close = nearest(name)
    hint = f"did you mean {close}?" if close else "name it as /v1/events does, such as event_id or user_data.em"
    return f"{quoted(name)} is not a field of a conversion: {hint}"


def spelled(path: Path) -> str:
    """The field with its place, as /v1/events names it in its warnings."""
    return ".".join(filter(None, path))
