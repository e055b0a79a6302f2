"""What an operator chooses of Rokt. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from rokt.form import Form
from rokt.forms import FORMS

Api = Literal["conversions", "events"]
Environment = Literal["production", "development"]
Names = Literal["lower_case", "as_written"]
Types = Literal["own", "listed"]

LONGEST_ACCOUNT_ID = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """Which API, with what, and which personal data is hashed.

    `api`: `conversions`, the Conversions API, or `events`, the Event API v2, which Rokt has deprecated and which needs
    `account_id`. `environment` is of the Conversions API alone. What is not hashed is in clear in the queue and among
    the dead letters too. Rokt takes a birth date only in clear: it is sent only if `send_birth_date` says so.
    `copy_rtid`: the click id goes into the identity `other2` too. `base_url`: the account's pod or region; empty for
    the API's usual one. `hashed_names`: how a name is written before it is hashed. `conversion_types`: the sender's own
    word for its event, where it has one, or the event name. `default_country` (ISO 3166 alpha-2) is that of phone
    numbers without their country's code in a record that names no country.
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
    hashed_names: Names = "lower_case"
    conversion_types: Types = "own"
    default_country: str | None = "US"

    def __post_init__(self) -> None:
        """Raise ValueError if an API that needs an account has none."""
        if self.form.needs_account and not 0 < len(self.account_id) <= LONGEST_ACCOUNT_ID:
            raise ValueError(f"the {self.form.title} needs an account id of at most {LONGEST_ACCOUNT_ID} characters")

    def __hash__(self) -> int:
        """Of one part: for each event what follows from the settings is looked up, and they are few."""
        return hash(self.account_id)

    @property
    def form(self) -> Form:
        """The API itself."""
        return FORMS[self.api]

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return (self.base_url or self.form.url).rstrip("/")


def in_environment(environment: Mapping[str, str]) -> Settings:
    """The stack's parameters, as the template gives them to functions. In a stack that only tests, Rokt's development.

    Raises KeyError and ValueError.
    """
    hashed = set(environment["ROKT_HASHED"].split(","))
    return Settings(
        api=cast("Api", _one_of(Api, "ROKT_API", environment["ROKT_API"])),
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
        hashed_names=cast("Names", _one_of(Names, "ROKT_HASHED_NAMES", environment["ROKT_HASHED_NAMES"])),
        conversion_types=cast("Types", _one_of(Types, "ROKT_CONVERSION_TYPE", environment["ROKT_CONVERSION_TYPE"])),
        # Only where conversions come in: what is queued holds finished numbers.
        default_country=environment.get("DEFAULT_COUNTRY", "US").upper() or None,
    )


def _one_of(words: Any, name: str, value: str) -> str:
    """The variable's value. Raises ValueError if it is none of the words."""
    if value not in get_args(words):
        raise ValueError(f"{name} must be one of {', '.join(get_args(words))}")
    return value
