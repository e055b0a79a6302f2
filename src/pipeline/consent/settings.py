"""What a sender's entry says of its consent signals, where operators may read them in different ways. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import core_schema as cs

# What may limit besides a refusal: no signal at all, a US signal that says that the right to refuse was not explained,
# and one whose sender says that it sells nothing.
STRICTER = ("no_signal", "no_notice", "not_applicable")
# What limits and need not: cookies refused while the use of data was not, a device's question that was never asked, a
# contract that makes everybody a service provider, and a known child.
MILDER = ("ad_storage", "not_asked", "service_provider", "known_child")
LAWS = ("us", "eu")


@dataclass(frozen=True, slots=True)
class Consent:
    """How one sender's refusals are read.

    `categories` names the sender's own advertising categories. `law`: "eu" makes each refusal one under European law.
    `european_refusal`: "withhold" keeps a conversion from every destination, "limit" treats it as any other refusal.
    `also_limits` holds words of STRICTER, `does_not_limit` of MILDER.
    """

    categories: tuple[str, ...] = ()
    law: str | None = None
    european_refusal: str = "withhold"
    also_limits: tuple[str, ...] = ()
    does_not_limit: tuple[str, ...] = ()


def schema() -> cs.CoreSchema:
    """What an entry's `consent` may hold, for pydantic-core."""

    def words(*known: str) -> cs.CoreSchema:
        return cs.tuple_variable_schema(cs.literal_schema(list(known)))

    kinds: Mapping[str, cs.CoreSchema] = {
        "categories": cs.tuple_variable_schema(cs.str_schema(min_length=1, max_length=100), max_length=50),
        "law": cs.nullable_schema(cs.literal_schema(list(LAWS))),
        "european_refusal": cs.literal_schema(["withhold", "limit"]),
        "also_limits": words(*STRICTER),
        "does_not_limit": words(*MILDER),
    }
    known = {name: cs.typed_dict_field(kind, required=False) for name, kind in kinds.items()}
    return cs.no_info_after_validator_function(_made, cs.typed_dict_schema(known, extra_behavior="forbid"))


def _made(given: dict[str, Any]) -> Consent:
    return Consent(**given)
