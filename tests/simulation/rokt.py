"""Models of Rokt's Conversions API and of its Event API v2: their requests, and what they answer."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from local.rokt_sandbox import conversions, event_api
from tests.simulation.conversions import Posted
from tests.simulation.responses import COMMON_MODES, Clarity, Response, told
from tests.simulation.sender import POSE
from tests.simulation.service import Service

DAY = 86_400.0
MODES = (
    *COMMON_MODES,
    "hurried",  # 429 without Retry-After
    "malformed",  # taken, then a success with broken JSON
    "strange",  # a success that says something else, where all were taken
    "whole",  # 400 that names nobody if one event is bad, nothing taken
    "unplaced",  # errors without a place; Event API: without the record
    "partly",  # some of the errors without a place
    "rationed",  # one good event of a request is taken, the others pass, as they say
    "busy",  # some good events are not taken, with a code that says that it will pass
    "seen",  # Event API: 409 if one of the events was taken before, nothing taken
    "unknown-key",  # 401 although the pair is right
    "forbidden",  # 403 although the pair is right
)


class _Rokt(Service):
    name = "rokt"
    modes = MODES
    pair: str  # with a place for the version, twice

    def secret(self, version: int) -> str:
        """The pair, in one of the two forms in which it may be written."""
        key, word = self.pair.format(version).split(":")
        return json.dumps({"key": key, "secret": word}) if version % 2 else f"{key}:{word}"

    def right(self, group: str) -> str:  # noqa: ARG002 - Roku has a key for each
        """The pair."""
        return "Basic " + b64encode(self.pair.format(self.version).encode()).decode()

    def refusal(self, mode: str, posted: Sequence[Posted], headers: Mapping[str, str]) -> Response | None:  # noqa: ARG002 - Roku's looks at them
        """403 for a wrong pair; 401 and 403 for a while for the right one; 429 that does not say until when."""
        if mode == "unknown-key":
            return Response(401)
        if mode == "forbidden" or headers["Authorization"] != self.right(""):
            return Response(403)
        return Response(429) if mode == "hurried" else None

    def passed_over(self, mode: str, posted: Sequence[Posted]) -> list[Posted]:
        """Half of them, while it is busy."""
        if mode == "rationed":
            return list(posted[1:])
        return [one for one in posted if mode == "busy" and self.world.chance(0.5)]

    def fault(self, one: Posted, where: str) -> dict[str, str]:
        """An error as both APIs write it, which quotes what the event holds."""
        if one.variant.bad_until > self.world.now:
            code, said = "BadRequest", f"is beyond {one.variant.words}"
        else:
            code, said = self.world.random.choice(("ServiceUnavailable", "429", "InternalServerError")), "try again"
        quoted = json.dumps(one.content)
        echo = POSE if POSE in quoted else _email(one.content)
        return {"code": code, "message": f'the value "{echo}" {said}. {where}'}


class Conversions(_Rokt):
    """The Conversions API."""

    window = 30 * DAY  # of a source_request_id
    pair = "key-{0}:word-{0}"

    def events(self, url: str, data: bytes, headers: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:  # noqa: ARG002 - the Event API says more in them
        """One object or an array of at most 100, 256 KB."""
        assert len(data) <= 256_000
        body = json.loads(data)
        assert url == "https://rokt.test/v2/" + ("bulkevents" if isinstance(body, list) else "events")
        events: list[dict[str, Any]] = body if isinstance(body, list) else [body]
        assert 1 <= len(events) <= 100
        assert all(event["environment"] == ("production" if self.live else "development") for event in events)
        return events

    def is_refused(self, event: Mapping[str, Any]) -> bool:
        """By the rules of the sandbox."""
        return bool(conversions.check(event, size=len(json.dumps(event)), profile=self.profile))

    def key(self, event: Mapping[str, Any]) -> tuple[str, str]:
        """Both are attributes."""
        said = event["events"][0]["data"]["custom_attributes"]
        return said["event_id"], said["conversiontype"]

    def time(self, event: Mapping[str, Any]) -> int:
        """In milliseconds there."""
        return int(event["events"][0]["data"]["timestamp_unixtime_ms"]) // 1_000

    def identity(self, event: Mapping[str, Any]) -> str:
        """What drops repeats."""
        return str(event["source_request_id"])

    def refused_whole(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> Response | None:  # noqa: ARG002 - the Event API looks at them
        """400 that names nobody."""
        return told(400, {"errors": [{"code": "BadRequest", "message": "bad"}]}) if mode == "whole" and bad else None

    def verdict(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> tuple[Response, Clarity]:
        """202 without a body, 202 or 400 with errors, or what a mode makes of it."""
        if mode == "malformed":
            return Response(202, b'{"errors": [{"co'), "nothing"
        if mode == "strange" and not bad:
            return told(202, {"status": "accepted"}), "all"
        if not bad:
            return Response(202), "all"
        lines = [json.dumps(one.content, separators=(",", ":"), ensure_ascii=False) for one in posted]
        places = [self._place(mode, index, lines) if one in bad else "" for index, one in enumerate(posted)]
        errors = [self.fault(one, place) for one, place in zip(posted, places, strict=True) if one in bad]
        placed = all(place for one, place in zip(posted, places, strict=True) if one in bad)
        clear = len(posted) == 1 or (placed and not any(POSE in line for line in lines))
        return told(202 if len(bad) < len(posted) else 400, {"errors": errors}), "all" if clear else "open"

    def _place(self, mode: str, index: int, lines: Sequence[str]) -> str:
        """Where the event stands, by its place in the array, by a position in the body (its first is 1), or by both."""
        if len(lines) == 1 or mode == "unplaced" or (mode == "partly" and self.world.chance(0.5)):
            return ""
        first = 2 + sum(len(line) + 1 for line in lines[:index])
        last = first + len(lines[index]) - 1
        position = f"line 1, position {self.world.random.choice((first, (first + last) // 2, last))}."
        path = f"Path '[{index}].events[0].data.custom_attributes.amount'"
        return self.world.random.choice((f"{path}, {position}", f"{path}.", position))


class EventApi(_Rokt):
    """The Event API."""

    window = 100 * 365 * DAY  # it drops by order number, and states no end
    pair = "rpub-{0}:rsec-{0}"

    def events(self, url: str, data: bytes, headers: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
        """Its headers, the account, and at most 100 events."""
        assert url == "https://rokt.test/v2/events"
        assert headers["Rokt-Version"] == "2020-05-21"
        assert len(data) <= 256_000
        body = json.loads(data)
        assert body["accountId"] == "account"
        events: list[dict[str, Any]] = body["events"]
        assert 1 <= len(events) <= 100
        assert all(len(event["clientEventId"]) <= 36 for event in events)
        return events

    def is_refused(self, event: Mapping[str, Any]) -> bool:
        """By the rules of the sandbox."""
        return event_api.check(event, self.profile) is not None

    def key(self, event: Mapping[str, Any]) -> tuple[str, str]:
        """Both are among the pairs."""
        said = {pair["name"]: pair["value"] for pair in event["objectData"]}
        return said["event_id"], said["conversiontype"]

    def time(self, event: Mapping[str, Any]) -> int:
        """In ISO 8601."""
        return int(datetime.fromisoformat(event["eventTime"]).timestamp())

    def identity(self, event: Mapping[str, Any]) -> str:
        """The transaction, else the confirmation."""
        said = {pair["name"]: pair["value"] for pair in event["objectData"]}
        return str(said.get("transactionid") or said["confirmationref"])

    def refused_whole(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> Response | None:
        """400 that names nobody; 409 for what was seen before, perhaps of one event alone."""
        if mode == "whole" and bad:
            return told(400, {"data": {"code": "RequestValidationError", "message": "bad"}})
        if mode == "seen" and any(one.identity in self.seen for one in posted if one not in bad):
            return Response(409)
        return None

    def verdict(self, mode: str, posted: Sequence[Posted], bad: Sequence[Posted]) -> tuple[Response, Clarity]:
        """200 with the records that were not taken, or what a mode makes of it."""
        if mode == "malformed":
            return Response(200, b'{"data": {"unpro'), "nothing"
        if mode == "strange" and not bad:
            return told(200, {"data": {"status": "accepted"}}), "all"
        left: list[dict[str, Any]] = []
        for one in bad:
            unplaced = mode == "unplaced" or (mode == "partly" and self.world.chance(0.5))
            thin = {"clientEventId": one.content["clientEventId"]}
            record = self.world.random.choice((one.content, thin))
            left.append({"error": self.fault(one, "")} | ({} if unplaced else {"record": record}))
        clear = len(posted) == 1 or all("record" in one for one in left)
        return told(200, {"data": {"unprocessedRecords": left}}), "all" if clear else "open"


def _email(event: Mapping[str, Any]) -> str:
    said = {pair["name"]: pair["value"] for pair in event.get("objectData", [])}
    return str(said.get("emailsha256") or event["user_identities"]["other"])
