"""Which posts of a platform a sender's entry counts at all, by what the platform says of them. Pure.

`only` counts the posts that have one of the values, `without` all but those. What a platform can be filtered by is in
`FILTERS`, and nowhere else.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.intake.body import Ignored
from pipeline.intake.senders import SourceSettings
from pipeline.values.faults import Fault
from sources.calls.call_fields import tags
from sources.source_settings import Warnings, kind_of
from sources.values import as_list, as_object, found, has, text

Post = Mapping[str, Any]

SETTINGS = ("only", "without")

_FEWEST_DIGITS = 7  # of a telephone number; a shorter one is the id of a number, and is compared as it is written


@dataclass(frozen=True, slots=True)
class Filter:
    """What a platform's posts are told apart by.

    `fields` are the places of the body that say it, with points into objects. `read` finds the values there, and `same`
    gives two ways to write one value the same text. `words` are all values that there are, where they are few.
    """

    fields: tuple[str, ...]
    read: Callable[[Post, tuple[str, ...]], Iterator[str]]
    same: Callable[[str], str] = kind_of
    words: tuple[str, ...] = ()

    def values(self, post: Post) -> set[str]:
        """The values of one post, as they are compared."""
        return set(map(self.same, self.read(post, self.fields)))


def left_out(source: str, post: Post, settings: SourceSettings, warnings: Warnings) -> Ignored | None:
    """Why the sender's filters leave this post out, or None. A filter that can never leave one out is told."""
    for name, wanted in settings.only.items():
        one, setting = FILTERS[source][name], f"only.{name} of the sender's entry"
        values = one.values(post)
        if not values and any(has(post, field) for field in one.fields):
            return Ignored("filtered", f"the post's {name} is empty, and {setting} asks for one that it lists")
        if not values:
            return Ignored("filtered", f"the post has no {name}: post it, or take {setting} out")
        if values.isdisjoint(map(one.same, wanted)):
            return Ignored("filtered", f"{setting} does not list this post's {name}: add it to count such posts")
    for name, unwanted in settings.without.items():
        one, setting = FILTERS[source][name], f"without.{name}"
        if not one.values(post).isdisjoint(map(one.same, unwanted)):
            return Ignored(
                "filtered", f"{setting} of the sender's entry lists this post's {name}: take it out to count such posts"
            )
        if not any(has(post, field) for field in one.fields):
            warnings.append((setting, f"the post has no {name}, so nothing was left out: post it"))
    return None


def check(source: str, settings: SourceSettings) -> None:
    """Raises Fault, in words of ours alone, for filters that the source has not."""
    known = FILTERS.get(source, {})
    for setting in SETTINGS:
        given: Mapping[str, tuple[str, ...]] = getattr(settings, setting)
        if any(name not in known for name in given):
            listed = f"it has {', '.join(known)}" if known else "it has none"
            raise Fault(f"has a filter in {setting} that it does not know: {listed}")
        for name, values in given.items():
            words = known[name].words
            if words and any(known[name].same(value) not in words for value in values):
                raise Fault(f"has a wrong value in {setting}.{name}: it must be one of {', '.join(words)}")


def _words(post: Post, fields: tuple[str, ...]) -> Iterator[str]:
    yield from (word for field in fields if (word := text(found(post, field))) is not None)


def _listed(post: Post, fields: tuple[str, ...]) -> Iterator[str]:
    """The words of lists, or of texts with commas."""
    for field in fields:
        yield from tags(found(post, field))


def _number(word: str) -> str:
    """A telephone number's digits, without the 1 of North America; anything else as it is compared elsewhere."""
    digits = re.sub(r"\D", "", word)
    if len(digits) < _FEWEST_DIGITS:
        return kind_of(word)
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


# Shopify makes the orders of a subscription's later payments under these names; Recharge and others write the tags.
_RENEWALS = frozenset({"subscription_contract", "subscription_contract_checkout_one"})
_RENEWAL_TAG, _FIRST_TAG = "subscription recurring order", "subscription first order"


def _subscription(post: Post, _: tuple[str, ...]) -> Iterator[str]:
    """Whether an order is a later payment of a subscription, its first order, or none."""
    marks = set(map(kind_of, tags(post.get("tags"))))
    items = map(as_object, as_list(post.get("line_items")))
    if kind_of(text(post.get("source_name")) or "") in _RENEWALS or _RENEWAL_TAG in marks:
        yield "renewal"
    elif _FIRST_TAG in marks or any(as_object(item.get("selling_plan_allocation")) for item in items):
        yield "first"
    else:
        yield "none"


def _of_calls(campaign: tuple[str, ...], number: tuple[str, ...]) -> dict[str, Filter]:
    return {"campaign": Filter(campaign, _words), "number": Filter(number, _words, _number)}


# By the source's word in the path.
FILTERS: Mapping[str, Mapping[str, Filter]] = {
    "shopify": {
        "channel": Filter(("source_name",), _words),
        "tag": Filter(("tags",), _listed),
        "subscription": Filter(
            ("source_name", "tags", "line_items"), _subscription, words=("first", "renewal", "none")
        ),
    },
    "callrail": _of_calls(("utm_campaign", "campaign"), ("tracking_phone_number", "trackingnum")),
    "calltrackingmetrics": _of_calls(
        ("campaign", "utm_campaign"), ("tracking_number", "tracking_number_bare", "tracking_number_format")
    ),
    "invoca": _of_calls(
        (
            "advertiser_campaign_name",
            "advertiser_campaign_id",
            "advertiser_campaign_id_from_network",
            "utm_campaign",
        ),
        ("promo_number", "virtual_line_id"),
    ),
    "ringba": _of_calls(("campaign", "utm_campaign", "custom_data.utm_campaign"), ("number",)),
}
