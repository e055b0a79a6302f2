"""Audience updates in a stack that delivers to Roku alone: right, and of no use to it."""

import json
from typing import Any

import pytest

from tests.integration.deployed import deploy
from tests.integration.test_handlers_ingest import post

VIP = {"audience_name": "vip", "audience_membership": True}
UPDATE = {"event_id": "1", "event_name": "audiencemembershipupdate", "event_time": 1767225600} | VIP
IDENTIFY = {"type": "identify", "messageId": "m1", "timestamp": "2026-01-05T12:00:00Z", "userId": "u1", "traits": VIP}
WITHHELD = [{"index": 0, "reason": "an audience update is not a conversion that Roku takes"}]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/events", {"event_group_id": "g1", "events": [UPDATE]}),
        ("/v1/sources/segment", IDENTIFY),
        ("/v1/test_events", {"event_group_id": "g1", "events": [UPDATE]}),
    ],
)
def test_it_is_answered_200_withheld_counted_and_not_queued(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: str, body: dict[str, Any]
) -> None:
    with deploy(monkeypatch, {"shop": {"key": "shop-key-1", "default_event_group": "g1"}}) as relay:
        call = relay.test if path == "/v1/test_events" else relay.ingest
        answer = call(post(body, path=path, key="shop-key-1"))
        assert relay.bodies(relay.queue) == []
        assert relay.sandbox.requests() == []
    told = json.loads(answer["body"])
    assert (answer["statusCode"], told["failed_events"], told["withheld"]) == (200, [], WITHHELD)
    printed = capsys.readouterr().out
    assert ('"Withheld":[1]' in printed) == (path != "/v1/test_events")
