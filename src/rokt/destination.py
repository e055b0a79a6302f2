"""Rokt, declared."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from pipeline.contract.destination import (
    Answer,
    Destination,
    Frame,
    Invalid,
    KeySecret,
    Post,
    Prepared,
    Routing,
    Shared,
    Withheld,
)
from pipeline.contract.outcome import Outcome
from pipeline.values import places
from rokt import event, request
from rokt.forms import FORMS
from rokt.keys import pair_in
from rokt.settings import Api, Settings, in_environment

if TYPE_CHECKING:
    import requests


def declared(settings: Settings) -> Destination:
    """Rokt with these settings."""

    def transform(conversion: object, shared: Shared) -> Prepared | Invalid | Withheld:
        country = places.country(shared.context.get("data_processing_country")) or shared.country
        return event.prepare(
            conversion, group=shared.event_group_id, now=shared.now, settings=settings, country=country
        )

    def frame(_: Routing) -> Frame:
        return request.frame(settings)

    def read(answer: Answer, lines: Sequence[str], *, empty_is_delivered: bool = False) -> list[Outcome]:
        from rokt import answer as answers  # ingest reads none

        return answers.read(answer, lines, settings.api, empty_is_delivered=empty_is_delivered)

    def connect(*, keys: KeySecret, session: "requests.Session", now: Callable[[], float]) -> Post:
        from rokt.client import Rokt  # 25 ms that ingest never needs

        return Rokt(settings=settings, keys=keys, session=session, now=now).post

    return Destination(
        name="rokt",
        title="Rokt",
        limits=request.LIMITS,
        needs_group=False,
        transform=transform,
        identify=event.identify,
        renamed=event.renamed,
        frame=frame,
        read=read,
        key_words=_key_words,
        masked=event.masked,
        configured=_configured,
        connect=connect,
        any_name=True,
        one_key=True,
    )


def _configured(environment: Mapping[str, str]) -> Destination:
    return declared(in_environment(environment))


def _key_words(_: str, secret: str, environment: Mapping[str, str]) -> Sequence[str]:
    api = environment.get("ROKT_API", "")
    return pair_in(secret, cast("Api", api) if api in FORMS else "conversions")


DESTINATION = declared(Settings())
