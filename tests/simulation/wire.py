"""What every model of a destination must say of its requests, its events and its answers."""

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from tests.simulation.conversions import Posted
from tests.simulation.responses import Clarity, Response
from tests.simulation.sender import Event


class Wire:
    """One destination's own words; `tests.simulation.service` is what all have in common."""

    name: str
    window: float  # seconds in which it drops a repeat
    modes: tuple[str, ...]
    # Whether the run that asks knows an operator's word that a success without a body is one.
    is_word_known: Callable[[], bool]

    def secret(self, version: int) -> str:
        """The text of the secret that holds this version of the key."""
        raise NotImplementedError

    def right(self, group: str) -> str:
        """The Authorization header that it takes for this event group."""
        raise NotImplementedError

    def events(self, url: str, data: bytes, headers: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
        """The events of a request, once its form is checked."""
        raise NotImplementedError

    def is_refused(self, event: Mapping[str, Any]) -> bool:
        """Whether the vendor refuses the event, in this history's reading of its page."""
        raise NotImplementedError

    def key(self, event: Mapping[str, Any]) -> tuple[str, str]:
        """The sender's event id and event name of an event, as it is sent."""
        raise NotImplementedError

    def time(self, event: Mapping[str, Any]) -> int:
        """When the conversion happened (epoch seconds), of an event as it is sent."""
        raise NotImplementedError

    def identity(self, event: Mapping[str, Any]) -> str:
        """By what it knows a repeat."""
        raise NotImplementedError

    def fault_in(self, content: Mapping[str, Any], event: Event) -> str | None:
        """What is wrong with the finished event of an event; None if nothing is."""
        said = json.dumps(content)
        if self.key(content) != event.key():
            return "under other names"
        if self.time(content) != event.time():
            return "at another time"
        if (content.get("opt_out") == "true") != event.refuses():
            return "without its refusal" if event.refuses() else "with a refusal that nobody made"
        if (email := event.email()) and sha256(email.encode()).hexdigest() not in said:
            return "without its person"
        return (
            None
            if event.thin or event.poor or str(event.conversion()["custom_data"]["value"]) in said
            else "without its value"
        )

    def refusal(self, mode: str, posted: Sequence[Posted], headers: Mapping[str, str]) -> Response | None:
        """The answer to a request that is refused for its key or sender."""
        raise NotImplementedError

    def verdict(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> tuple[Response, Clarity]:
        """The answer once all but `bad` were taken, and how much it tells."""
        raise NotImplementedError

    def refused_whole(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> Response | None:
        """The answer of a mode that takes nothing of such a request."""
        raise NotImplementedError

    def passed_over(self, mode: str, posted: Sequence[Posted]) -> list[Posted]:  # noqa: ARG002 - a subclass uses them
        """Good events that this mode does not take now."""
        return []
