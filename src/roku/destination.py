"""Roku, declared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

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
from roku import event, request
from roku.keys import key_for
from roku.settings import Settings, in_environment

if TYPE_CHECKING:
    import requests


def declared(settings: Settings) -> Destination:
    """Roku with these settings."""

    def transform(conversion: object, shared: Shared) -> Prepared | Invalid | Withheld:
        group, now, context, country = shared
        notation = settings.notation if country is None else replace(settings.notation, default_country=country)
        return event.prepare(conversion, group=group, now=now, settings=notation, context=context)

    def connect(*, keys: KeySecret, session: "requests.Session", now: Callable[[], float]) -> Post:
        from roku.client import Roku  # 25 ms that ingest never needs

        return Roku(url=settings.url, path=settings.path, keys=keys, session=session, now=now).post

    return Destination(
        name="roku",
        title="Roku",
        limits=request.LIMITS,
        needs_group=True,
        transform=transform,
        identify=event.identify,
        renamed=event.renamed,
        frame=_frame,
        read=_read,
        key_words=_key_words,
        masked=event.masked,
        configured=_configured,
        connect=connect,
        vendor=request.IAB_VENDOR,
    )


def _configured(environment: Mapping[str, str]) -> Destination:
    return declared(in_environment(environment))


def _frame(routing: Routing) -> Frame:
    return request.frame(routing.event_group_id)


def _read(answer: Answer, lines: Sequence[str], *, empty_is_delivered: bool = False) -> list[Outcome]:
    from roku import answer as answers  # ingest reads none

    return answers.read(answer, lines, empty_is_delivered=empty_is_delivered)


def _key_words(event_group_id: str, secret: str, _: Mapping[str, str]) -> list[str]:
    return [key_for(event_group_id, secret)]


DESTINATION = declared(Settings())
