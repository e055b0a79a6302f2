"""A model of Roku's Events API: its requests, and what it answers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.service import COMMON_MODES, Clarity, Posted, Response, Service, told

MODES = (
    *COMMON_MODES,
    "malformed",  # taken, then 200 with broken JSON
    "silent",  # 200 that says nothing, where all were taken
    "miscounted",  # taken, then 200 with another number of events
    "whole",  # 400 that names nobody if one event is bad, nothing taken
    "thin-id",  # failed_events with ids only
    "thin-name",  # failed_events with event names only
    "thin-none",  # failed_events with reasons only
    "double",  # failed_events names each twice
    "anonymous",  # 210 without failed_events
    "unknown-key",  # 401 although the key is right
    "forbidden",  # 403 for the partner p0
)


class Roku(Service):
    """Roku."""

    name = "roku"
    window = 600.0  # Roku drops a repeat of an event id within 10 minutes
    modes = MODES

    def secret(self, version: int) -> str:
        """The key alone."""
        return f"key-{version}"

    def events(self, url: str, data: bytes, headers: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:  # noqa: ARG002 - Rokt's says more in them
        """Its path and its limits: 1,000 events and 1 MB."""
        assert url == "https://roku.test/v1/events"
        assert len(data) <= 1_000_000
        events: list[dict[str, Any]] = json.loads(data)["events"]
        assert 1 <= len(events) <= 1_000
        return events

    def post(self, url: str, *, data: bytes, headers: dict[str, str], **options: Any) -> Any:
        """Also the test endpoint, which takes nothing: it is asked whether the group is taken without a partner."""
        if not url.endswith("/v1/test_events"):
            return super().post(url, data=data, headers=headers, **options)
        (event,) = json.loads(data)["events"]
        assert "partner_name" not in event
        self.world.pause(self.world.random.uniform(0.02, 0.4))
        mode = self._mode()
        if refused := self.refusal(mode, [], headers):
            return refused
        return Response(503) if mode in ("unavailable", "unreachable") else _answer(200, "tested", 1, [])

    def key(self, event: Mapping[str, Any]) -> tuple[str, str]:
        """Both lie on top."""
        return event["event_id"], event["event_name"]

    def identity(self, event: Mapping[str, Any]) -> str:
        """The event id."""
        return str(event["event_id"])

    def refusal(self, mode: str, posted: Sequence[Posted], headers: Mapping[str, str]) -> Response | None:
        """401 for a wrong key, 403 for a partner."""
        if mode == "unknown-key" or headers["Authorization"] != f"Bearer {self.secret(self.version)}":
            return _answer(401, "unauthorized", 0, [])
        if mode == "forbidden" and any(one.content.get("partner_name") == "p0" for one in posted):
            for one in posted:
                one.conversion.bad_until = max(one.conversion.bad_until, self.world.now)
            return _answer(403, "invalid partner", 0, [])
        return None

    def refused_whole(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> Response | None:
        """400 that names nobody."""
        return _answer(400, "all events failed", len(posted), []) if mode == "whole" and bad else None

    def verdict(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> tuple[Response, Clarity]:
        """200, 210 or 400 with failed_events, or what a mode makes of it."""
        if mode == "malformed":
            return Response(200, b'{"code": 200, "failed_ev'), "nothing"
        if mode == "silent" and not bad:
            return Response(200, b"{}"), "all"
        if mode == "miscounted":
            return _answer(200, "all events were processed", len(posted) + 1, []), "nothing"
        if mode == "anonymous" and bad:
            return _answer(210, "some events could not be processed", len(posted), []), "nothing"
        failed = [_echo(mode, one.content) for one in bad] * (2 if mode == "double" else 1)
        status = 200 if not bad else 210 if len(bad) < len(posted) else 400
        unnamed = mode in ("thin-name", "thin-none") and bad and len(posted) > 1
        return _answer(status, "see failed_events", len(posted), failed), "open" if unnamed else "all"


def _echo(mode: str, event: Mapping[str, Any]) -> dict[str, Any]:
    errors = {"errors": {"custom_data.value": "is not plausible"}}
    if mode == "thin-id":
        return {"event_id": event["event_id"]} | errors
    if mode == "thin-name":
        return {"event_name": event["event_name"]} | errors
    return errors if mode == "thin-none" else dict(event) | errors


def _answer(code: int, description: str, received: int, failed: list[dict[str, Any]]) -> Response:
    return told(code, {"code": code, "description": description, "events_received": received, "failed_events": failed})
