"""What an operator chooses of Roku. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.values.phone import PhoneFormat
from roku import normalise

Path = Literal["/v1/events", "/v1/test_events"]

_PATHS: dict[str, Path] = {"live": "/v1/events", "test": "/v1/test_events"}
_WITHOUT_COUNTRY: dict[str, Literal["drop", "as_it_stands"]] = {"drop": "drop", "as_it_stands": "as_it_stands"}
_FORMATS: dict[str, PhoneFormat] = {"digits": "digits", "e164": "e164"}


@dataclass(frozen=True, slots=True)
class Settings:
    """How personal data is written before it is hashed, and where events go: the base URL, and the path."""

    notation: normalise.Settings = field(default_factory=normalise.Settings)
    url: str = "https://events.ads.rokuapi.net"
    path: Path = "/v1/events"


def in_environment(environment: Mapping[str, str]) -> Settings:
    """The stack's parameters, as the template gives them to functions. Raises KeyError."""
    notation = normalise.Settings(
        phone_format=_FORMATS[environment["PHONE_FORMAT"]],
        default_country=environment["DEFAULT_COUNTRY"].upper() or None,
        phone_without_country=_WITHOUT_COUNTRY[environment["PHONE_WITHOUT_COUNTRY"]],
    )
    return Settings(notation, environment["ROKU_URL"], _PATHS[environment["DELIVERY_MODE"]])
