"""What an operator chooses of Rokt. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

Api = Literal["conversions", "events"]
Environment = Literal["production", "development"]

_URLS: dict[Api, str] = {"conversions": "https://s2s.us2.mparticle.com", "events": "https://api.rokt.com"}
LONGEST_ACCOUNT_ID = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """Which API, with what, and which personal data is hashed.

    `api`: `conversions`, the Conversions API, or `events`, the Event API v2, which Rokt has deprecated and which needs
    `account_id`. `environment` is of the Conversions API alone. What is not hashed lies in clear in the queue and among
    the dead letters too. Rokt takes a birth date only in clear: it is sent only if `send_birth_date` says so.
    `copy_rtid`: the click id goes into the identity `other2` too. `base_url`: the account's pod or region; empty for
    the API's usual one.
    """

    api: Api = "conversions"
    environment: Environment = "production"
    hash_email: bool = True
    hash_first_name: bool = True
    hash_last_name: bool = True
    hash_mobile: bool = True
    hash_billing_zip: bool = True
    send_birth_date: bool = False
    copy_rtid: bool = True
    account_id: str = ""
    base_url: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError if the Event API has no account."""
        if self.api == "events" and not 0 < len(self.account_id) <= LONGEST_ACCOUNT_ID:
            raise ValueError(f"the Event API needs an account id of at most {LONGEST_ACCOUNT_ID} characters")

    def __hash__(self) -> int:
        """Of one part: for each event what follows from the settings is looked up, and they are few."""
        return hash(self.account_id)

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return (self.base_url or _URLS[self.api]).rstrip("/")


def in_environment(environment: Mapping[str, str]) -> Settings:
    """The stack's parameters, as the template gives them to functions. In a stack that only tests, Rokt's development.

    Raises KeyError and ValueError.
    """
    api, hashed = environment["ROKT_API"], set(environment["ROKT_HASHED"].split(","))
    if api not in get_args(Api):
        raise ValueError(f"ROKT_API must be one of {', '.join(get_args(Api))}")
    return Settings(
        api=cast("Api", api),
        environment="production" if environment["DELIVERY_MODE"] == "live" else "development",
        hash_email="email" in hashed,
        hash_first_name="first_name" in hashed,
        hash_last_name="last_name" in hashed,
        hash_mobile="mobile" in hashed,
        hash_billing_zip="billing_zip" in hashed,
        send_birth_date=environment["ROKT_SEND_BIRTH_DATE"] == "true",
        copy_rtid=environment["ROKT_COPY_RTID"] == "true",
        account_id=environment["ROKT_ACCOUNT_ID"],
        base_url=environment["ROKT_URL"],
    )
