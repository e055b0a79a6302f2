"""A model of Roku's Events API: its requests, and what it answers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from local.roku_sandbox.rules import check_event
from local.sandbox.profiles import PROFILES
from tests.simulation.conversions import Posted
from tests.simulation.responses import COMMON_MODES, Clarity, Response, told
from tests.simulation.sender import Event
from tests.simulation.service import Service

MODES = (
    *COMMON_MODES,
    "malformed",  # taken, then 200 with broken JSON
    "silent",  # taken, then 200 without a body
    "textual",  # taken, then 200 with JSON that is not an object
    "miscounted",  # taken, then 200 with another number of events
    "whole",  # 400 that names nobody if one event is bad, nothing taken
    "thin-id",  # failed_events with ids only
    "thin-name",  # failed_events with event names only
    "thin-none",  # failed_events with reasons only
    "double",  # failed_events names each twice
    "anonymous",  # 210 without failed_events
    "unknown-key",  # 401 although the key is right
    "forbidden",  # 403 for the partner p0
    "closed",  # 403 for the event group, whatever the partner
    "unfamiliar",  # a success in another form, where all were taken
    "rationed",  # one good event of a request is taken, the others pass, as they say
    "passing",  # some good events are not taken, with a reason that says that it will pass
    "duplicate",  # what was taken before is named as a failure
    "alike",  # 400 that names every event for the event group's sake, nothing taken
)
# Event groups with a key of their own, while keys are by event group.
_OWN = ("g", "h")
# Each event is refused, with a reason that says that it will pass. Not drawn for a while: it does not pass.
PATIENT = "refusing"
ALIKE = "the event group is not active"


class Roku(Service):
    """Roku."""

    name = "roku"
    window = 600.0  # Roku drops a repeat of an event id within 10 minutes
    modes = MODES

    def secret(self, version: int) -> str:
        """A key for each event group, in which one has only that of all others; or one for all."""
        if version % 2:
            return f"key-{version}"
        return json.dumps({group: _key(version, group) for group in (*_OWN, "*")})

    def right(self, group: str) -> str:
        """The key of the event group."""
        return f"Bearer {_key(self.version, group)}"

    def fault_in(self, content: Mapping[str, Any], event: Event) -> str | None:
        """Whether it says that the person refused, besides what all destinations look at."""
        if (content.get("opt_out") == "true") != (event.kind == "opted-out"):
            return "without what the person said, or with what the person did not say"
        return super().fault_in(content, event)

    def events(self, url: str, data: bytes, headers: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:  # noqa: ARG002 - Rokt's says more in them
        """Its path and its limits: 1,000 events and 1 MB, all of one event group and of one partner."""
        assert url == f"https://roku.test/v1/{'events' if self.live else 'test_events'}"
        assert len(data) <= 1_000_000
        body = json.loads(data)
        events: list[dict[str, Any]] = body["events"]
        assert 1 <= len(events) <= 1_000
        assert {self._variant(event).conversion.group for event in events} == {body["event_group_id"]}
        assert len({event.get("partner_name") for event in events}) == 1
        return events

    def post(self, url: str, *, data: bytes, headers: dict[str, str], **options: Any) -> Any:
        """Also the test endpoint, which takes nothing: it is asked whether the group is taken without a partner."""
        if not self.live or not url.endswith("/v1/test_events"):
            return super().post(url, data=data, headers=headers, **options)
        asked = json.loads(data)
        (event,), right = asked["events"], self.right(asked["event_group_id"])
        assert "partner_name" not in event
        self.world.pause(self.world.random.uniform(0.02, 0.4))
        mode, _, group = self._mode().partition("@")
        mode = mode if group in ("", asked["event_group_id"]) else "ok"
        if mode == "unknown-key" or headers["Authorization"] != right:
            return _answer(401, "unauthorized", 0, [])
        if mode == "closed":
            return _answer(403, "not your event group", 0, [])
        return Response(503) if mode in ("unavailable", "unreachable") else _answer(200, "tested", 1, [])

    def is_refused(self, event: Mapping[str, Any]) -> bool:
        """By the rules of the sandbox."""
        return bool(check_event(event, now=self.world.now, profile=self.profile))

    def key(self, event: Mapping[str, Any]) -> tuple[str, str]:
        """Both lie on top."""
        return event["event_id"], event["event_name"]

    def time(self, event: Mapping[str, Any]) -> int:
        """On top."""
        return int(event["event_time"])

    def identity(self, event: Mapping[str, Any]) -> str:
        """The event id."""
        return str(event["event_id"])

    def refusal(self, mode: str, posted: Sequence[Posted], headers: Mapping[str, str]) -> Response | None:
        """401 for a wrong key, 403 for a partner."""
        if mode == "unknown-key" or headers["Authorization"] != self.right(posted[0].variant.conversion.group):
            return _answer(401, "unauthorized", 0, [])
        if mode == "forbidden" and any(one.content.get("partner_name") == "p0" for one in posted):
            return _answer(403, "invalid partner", 0, [])
        return _answer(403, "not your event group", 0, []) if mode == "closed" else None

    def refused_whole(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> Response | None:
        """400 that names nobody, or everybody alike."""
        if mode == "alike":
            failed = [dict(one.content) | {"errors": {"event_group_id": ALIKE}} for one in posted]
            return _answer(400, "all events failed", len(posted), failed)
        return _answer(400, "all events failed", len(posted), []) if mode == "whole" and bad else None

    def passed_over(self, mode: str, posted: Sequence[Posted]) -> list[Posted]:
        """Half of them, where that passes; what it would drop, where it names that."""
        if mode == PATIENT:
            for one in posted:
                one.variant.refused_from = one.variant.refused_from or self.world.now
            return list(posted)
        if mode == "rationed":
            return list(posted[1:])
        if mode == "passing":
            return [one for one in posted if self.world.chance(0.5)]
        return [one for one in posted if mode == "duplicate" and self.drops(one)]

    def verdict(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> tuple[Response, Clarity]:
        """200, 210 or 400 with failed_events, or what a mode makes of it."""
        if mode == "malformed":
            return Response(200, b'{"code": 200, "failed_ev'), "nothing"
        if mode == "silent":
            return Response(200), "all" if self.is_word_known() else "nothing"
        if mode == "textual":
            return Response(200, b'["ok"]'), "nothing"
        if mode == "miscounted":
            return _answer(200, "all events were processed", len(posted) + 1, []), "nothing"
        if mode == "anonymous" and bad:
            return self._said(210, "some events could not be processed", len(posted), []), "nothing"
        if mode == "unfamiliar" and not bad:
            body: dict[str, Any] = {"status": "ok"} if len(posted) > 1 else {}
            return told(self.world.random.choice((200, 201, 202)), body), "all"
        failed = [_echo(mode, one, self.world.now) for one in bad] * (2 if mode == "double" else 1)
        status = 200 if not bad else 210 if len(bad) < len(posted) else 400
        unnamed = mode in ("thin-name", "thin-none") and bad and len(posted) > 1
        return self._said(status, "see failed_events", len(posted), failed), "open" if unnamed else "all"

    def _said(self, code: int, description: str, received: int, failed: list[dict[str, Any]]) -> Response:
        """An answer whose code is also its status; in every other history of a profile the status is 200 then."""
        answer = _answer(code, description, received, failed)
        answer.status_code = 200 if self.world.seed // len(PROFILES) % 2 else code
        return answer


def _key(version: int, group: str) -> str:
    return f"key-{version}" if version % 2 or group not in _OWN else f"key-{version}-of-{group}"


def _echo(mode: str, one: Posted, now: float) -> dict[str, Any]:
    event = one.content
    errors = {"errors": {"custom_data.value": f"is beyond {one.variant.words}"}}
    if one.variant.bad_until <= now:
        said = (
            "internal error, please try again later" if mode in ("passing", "rationed", PATIENT) else "duplicate event"
        )
        errors = {"errors": {"event_id": said}}
    if mode == "thin-id":
        return {"event_id": event["event_id"]} | errors
    if mode == "thin-name":
        return {"event_name": event["event_name"]} | errors
    return errors if mode == "thin-none" else dict(event) | errors


def _answer(code: int, description: str, received: int, failed: list[dict[str, Any]]) -> Response:
    return told(code, {"code": code, "description": description, "events_received": received, "failed_events": failed})
