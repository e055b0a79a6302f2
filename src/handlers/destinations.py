"""Which destinations the stack has, and how each is set up. A destination that is off is not even imported."""

import os
from functools import cache, partial
from typing import TYPE_CHECKING, cast, get_args

from pipeline.destination import Inlet, Routing
from pipeline.phone import PhoneFormat

if TYPE_CHECKING:
    from rokt.settings import Settings as RoktSettings


@cache
def inlets() -> tuple[Inlet, ...]:
    """What ingest needs of each destination that is on: of each whose queue the environment names."""
    made = []
    if os.environ["ROKU_QUEUE_URL"]:
        made.append(roku())
    if os.environ["ROKT_QUEUE_URL"]:
        made.append(_rokt())
    return tuple(made)


@cache
def roku() -> Inlet:
    """Roku, as the stack's parameters want it."""
    from roku import event, normalise, request

    formats: dict[str, PhoneFormat] = {"digits": "digits", "e164": "e164"}
    settings = normalise.Settings(
        phone_format=formats[os.environ["PHONE_FORMAT"]],
        default_country=os.environ["DEFAULT_COUNTRY"].upper() or None,
    )
    return Inlet(
        name="roku",
        transform=partial(event.prepare, settings=settings),
        limits=request.LIMITS,
        overhead=lambda routing: request.overhead(routing.event_group_id),
        identify=event.identify,
        needs_group=True,
    )


def _rokt() -> Inlet:
    from rokt import event, request

    settings = rokt_settings()

    def overhead(_: Routing) -> int:
        return request.overhead(settings)

    return Inlet(
        name="rokt",
        transform=partial(event.prepare, settings=settings),
        limits=request.LIMITS,
        overhead=overhead,
        identify=event.identify,
        needs_group=False,
    )


@cache
def rokt_settings() -> "RoktSettings":
    """What the stack's parameters say of Rokt. In a stack that only tests, Rokt's development environment."""
    from rokt.settings import Api, Settings

    api, hashed = os.environ["ROKT_API"], set(os.environ["ROKT_HASHED"].split(","))
    if api not in get_args(Api):
        raise ValueError(f"ROKT_API must be one of {', '.join(get_args(Api))}")
    return Settings(
        api=cast("Api", api),
        environment="production" if os.environ["DELIVERY_MODE"] == "live" else "development",
        hash_email="email" in hashed,
        hash_first_name="first_name" in hashed,
        hash_last_name="last_name" in hashed,
        hash_mobile="mobile" in hashed,
        hash_billing_zip="billing_zip" in hashed,
        send_birth_date=os.environ["ROKT_SEND_BIRTH_DATE"] == "true",
        copy_rtid=os.environ["ROKT_COPY_RTID"] == "true",
        account_id=os.environ["ROKT_ACCOUNT_ID"],
        base_url=os.environ["ROKT_URL"],
    )
