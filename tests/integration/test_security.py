"""What a sender or Roku writes makes no line of its own in the log, and no header of its own in an answer."""

import json
from collections.abc import Iterator

import pytest

from tests.integration.deployed import Deployed, deploy
from tests.integration.test_handlers_ingest import LEAD, post

FORGED = 'x\n{"level":"ERROR","message":"forged"}\r\nSet-Cookie: forged=1\r\n\x1b[2J\u2028\u0085forged'


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    senders = {
        "server": "server-key",
        "page": {"key": "browser-key", "browser": True, "origins": ["https://shop.example"]},
        f"wrong\n{FORGED}": "another-key",
    }
    with deploy(monkeypatch, senders, LOG_SAMPLE_RATE="1") as stack:
        yield stack


def test_no_text_of_a_sender_or_of_roku_makes_a_log_line(relay: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    marked = LEAD | {"partner_name": FORGED, "custom_data": {"status": FORGED}, FORGED: FORGED}
    events = [marked | {"event_id": FORGED}, marked | {"event_id": "2", "event_name": FORGED}, marked]
    relay.ingest(post({"event_group_id": "g", "events": events}, headers={"user-agent": FORGED, FORGED: FORGED}))
    relay.ingest(post({"event_group_id": FORGED, "events": events}))
    relay.ingest(post({"event_group_id": "g", "events": events}, key=FORGED))
    relay.ingest(post(FORGED))
    relay.sandbox.set_faults({"refuse": {"1": {FORGED: FORGED}}})
    relay.deliver([*relay.bodies(relay.queue), FORGED])

    lines = [json.loads(line) for line in capsys.readouterr().out.split("\n") if line]
    said = {line["message"] for line in lines if "message" in line}
    # So that there is something to search. Each event has a line of its own here.
    assert said == {"sender keys", "answered", "accepted", "invalid", "rejected", "delivered", "unreadable"}
    assert "refused" in {line.get("reason") for line in lines}  # Roku's words have a class, which is told
    assert not any("forged" in str(line) for line in lines)
    assert [line for line in lines if set("\n\r\x1b\u2028\u0085") & set(str(list(line.values())))] == []
    (letter, _) = sorted(relay.letters(), key=lambda one: one["attributes"]["reason"], reverse=True)
    assert not set("\n\r\x1b\u2028\u0085") & set(letter["attributes"]["reason"])


@pytest.mark.parametrize("origin", ["https://shop.example", f"https://shop.example{FORGED}", FORGED])
@pytest.mark.parametrize("method", ["POST", "OPTIONS", FORGED])
def test_no_text_of_a_sender_makes_a_header(relay: Deployed, origin: str, method: str) -> None:
    asked = {"origin": origin, "authorization": "Bearer browser-key", "access-control-request-headers": FORGED}
    answer = relay.ingest(
        post(
            {"event_group_id": "g", "events": [LEAD]},
            path="/v1/beacon",
            method=method,
            headers=asked,
            queryStringParameters={"a": FORGED},
        )
    )
    assert "forged" not in json.dumps(answer["headers"])
    allowed = answer["headers"].get("Access-Control-Allow-Origin")
    assert allowed == ("https://shop.example" if origin == "https://shop.example" and method != FORGED else None)


@pytest.mark.parametrize("header", ["authorization", "authentication", "x-api-key", "key"])
def test_half_a_surrogate_pair_in_a_key_is_401(
    relay: Deployed, header: str, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = {header: "Bearer \ud83d"}
    answer = relay.ingest(
        post({"event_group_id": "g", "events": [LEAD]}, key=None, headers=keys, queryStringParameters=keys)
    )
    assert answer["statusCode"] == 401
    assert "the function failed" not in capsys.readouterr().out


def test_half_a_surrogate_pair_in_a_header_harms_no_event(relay: Deployed) -> None:
    asked = {
        "origin": "https://shop.example",
        "authorization": "Bearer browser-key",
        "referer": "https://shop.example/\ud83d",
        "user-agent": "\udc00",
    }
    assert (
        relay.ingest(post({"event_group_id": "g", "events": [LEAD]}, path="/v1/beacon", headers=asked))["statusCode"]
        == 202
    )
