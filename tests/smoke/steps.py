"""What `make smoke` does, step by step; each returns what it saw, for the table, or raises Failed."""

import gzip
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.smoke.account import Failed, client, outputs, until
from tests.smoke.parameters import others
from tests.smoke.recorder import ROKT_PAIR, ROKU_KEY, Recorder
from tests.smoke.stack import RelayStack

GROUP = "smoke_group"


@dataclass(slots=True)
class Smoke:
    """What the steps share."""

    stack: RelayStack
    recorder: Recorder
    emulated: bool = False
    accepted: set[str] = field(default_factory=set)  # the ids of all events that the API took

    def event(self, **more: object) -> dict[str, Any]:
        """A purchase with an id of its own."""
        event_id = f"smoke-{uuid.uuid4().hex[:12]}"
        user = {"em": f"{event_id}@example.com"}
        custom = {"value": 25, "currency": "USD"}
        made = {
            "event_id": event_id,
            "event_name": "PURCHASE",
            "event_time": int(time.time()),
            "user_data": user,
            "custom_data": custom,
        }
        return made | more

    def post(self, *events: Mapping[str, Any], path: str = "/v1/events") -> requests.Response:
        """Posts events as a sender does."""
        answer = self.stack.ask("POST", path, _body(*events))
        if answer.status_code == 202:
            self.accepted |= {event["event_id"] for event in events}
        return answer

    def arrived(self, event_id: str, path: str | None = None) -> dict[str, Any]:
        """The first request in which the recorder took the event; waits for it."""
        return until(lambda: self.recorder.delivered(event_id, path), f"{event_id} at the recorder")[0]


def _body(*events: Mapping[str, Any]) -> bytes:
    return json.dumps({"event_group_id": GROUP, "events": events}).encode()


def expect(holds: object, seen: object) -> None:
    """Failed, with what was seen, unless it holds."""
    if not holds:
        raise Failed(str(seen)[:600])


def says(answer: requests.Response, status: int) -> dict[str, Any]:
    """The answer's JSON; Failed if it has another status."""
    expect(answer.status_code == status, f"{answer.status_code} where {status} was due: {answer.text[:400]}")
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


def test_mode(smoke: Smoke) -> str:
    """A new stack in test mode delivers to /v1/test_events, and /v1/test_events asks for a verdict."""
    smoke.stack.put_key("roku", ROKU_KEY)
    until(lambda: smoke.stack.ask("GET", "/v1/relay.js").status_code == 200, "the API")
    # Until it is 200: the recorder's own first start may take longer than the function waits for Roku.
    until(lambda: smoke.post(smoke.event(), path="/v1/test_events").status_code == 200, "a verdict on a test event")
    event = smoke.event()
    says(smoke.post(event), 202)
    smoke.arrived(event["event_id"], "/v1/test_events")
    expect(not smoke.recorder.delivered(event["event_id"], "/v1/events"), "test mode counted an event")
    return "verdict 200; delivered to /v1/test_events only"


def live(smoke: Smoke) -> str:
    """DeliveryMode=live reaches the running functions: the next event goes to /v1/events."""
    smoke.stack.deploy(DeliveryMode="live")
    runs_as_said(smoke)
    event = smoke.event()
    says(smoke.post(event), 202)
    smoke.arrived(event["event_id"], "/v1/events")
    return "the next event went to /v1/events"


def runs_as_said(smoke: Smoke) -> None:
    """What the API and the mappings call runs with what the stack says."""
    wrong = smoke.stack.differences()
    expect(not wrong, "; ".join(wrong))


def posts(smoke: Smoke) -> str:
    """JSON and a post near the limit are delivered; gzip, a form, GET and 6.5 MB are refused with their status."""
    plain = smoke.event()
    says(smoke.post(plain), 202)
    compressed = smoke.stack.ask("POST", "/v1/events", gzip.compress(_body(smoke.event())), Content_Encoding="gzip")
    says(
        compressed, 400
    )  # not taken, and the sender is told; whether the answer names gzip depends on how AWS hands it over
    named = "gzip" if "gzip" in compressed.text else "gzip, which the answer takes for broken JSON,"
    form = smoke.stack.ask(
        "POST", "/v1/sources/ringba", b"event_id=x&duration=95", Content_Type="application/x-www-form-urlencoded"
    )
    expect("form" in form.text and form.status_code == 400, f"a form got {form.status_code}: {form.text[:300]}")
    expect(smoke.stack.ask("GET", "/v1/events").status_code == 405, "GET of /v1/events did not get 405")
    filler = {"content_name": "x" * 4000}
    many = [smoke.event(custom_data={"value": 1, "currency": "USD", **filler}) for _ in range(1_000)]
    size = len(_body(*many))
    says(smoke.post(*many), 202)
    large = smoke.stack.ask("POST", "/v1/events", b" " * 6_500_000)
    expect(large.status_code == 413, f"6.5 MB got {large.status_code}")
    unpacked = _gzip(smoke)
    for event in (plain, many[0], many[-1]):
        smoke.arrived(event["event_id"])
    refused = f"{named} and a form 400, GET 405, 6.5 MB 413"
    return f"JSON, and 1,000 events in {size / 1e6:.1f} MB, delivered; {refused}; {unpacked}"


def _gzip(smoke: Smoke) -> str:
    """What the gateway does with gzip: the webhook takes a body that survived, and refuses one that did not (415)."""
    found = []
    for kind in ("application/json", "application/octet-stream"):
        event = smoke.event()
        body = gzip.compress(json.dumps(event | {"event_group_id": GROUP}).encode())
        answer = smoke.stack.ask("POST", "/v1/sources/webhook", body, Content_Encoding="gzip", Content_Type=kind)
        expect(answer.status_code in (202, 415), f"gzip as {kind} got {answer.status_code}: {answer.text[:300]}")
        if answer.status_code == 202:
            smoke.accepted.add(event["event_id"])
        found.append(f"gzip as {kind} to the webhook {answer.status_code}")
    return ", ".join(found)


def _letters(smoke: Smoke) -> list[dict[str, Any]]:
    url = outputs(smoke.stack.name)["RokuDeadLetterQueueUrl"]
    found: list[dict[str, Any]] = (
        client("sqs")
        .receive_message(
            QueueUrl=url, MessageAttributeNames=["All"], MaxNumberOfMessages=10, VisibilityTimeout=1, WaitTimeSeconds=2
        )
        .get("Messages", [])
    )
    return found


def rejected(smoke: Smoke) -> str:
    """What the destination refuses is a dead letter with the reason; its neighbour is delivered."""
    bad, good = smoke.event(), smoke.event()
    smoke.recorder.refuse({bad["event_id"]: {"custom_data.value": "is above the limit"}})
    says(smoke.post(bad, good), 202)
    smoke.arrived(good["event_id"])
    (letter,) = until(lambda: _letters(smoke), "the dead letter")
    reason = letter["MessageAttributes"]["reason"]["StringValue"]
    expect("custom_data.value" in reason, f"the reason is {reason!r}")
    smoke.recorder.refuse({})
    smoke.accepted.add(bad["event_id"])
    return "one dead letter with the reason; its neighbour delivered"


def redrive(smoke: Smoke) -> str:
    """A move task with the stack's own two ARNs brings the dead letter back, and it is delivered."""
    found = outputs(smoke.stack.name)
    client("sqs").start_message_move_task(
        SourceArn=found["RokuDeadLetterQueueArn"], DestinationArn=found["RokuQueueArn"]
    )
    return _after_redrive(smoke)


def redrive_by_hand(smoke: Smoke) -> str:
    """The same where there are no move tasks: the letter is sent to the queue as a task would send it."""
    found = outputs(smoke.stack.name)
    for letter in until(lambda: _letters(smoke), "the dead letter"):
        attributes = letter["MessageAttributes"]
        client("sqs").send_message(
            QueueUrl=found["RokuQueueUrl"], MessageBody=letter["Body"], MessageAttributes=attributes
        )
        client("sqs").delete_message(QueueUrl=found["RokuDeadLetterQueueUrl"], ReceiptHandle=letter["ReceiptHandle"])
    return _after_redrive(smoke) + " (moved by hand)"


def _after_redrive(smoke: Smoke) -> str:
    missing = smoke.accepted
    until(lambda: missing <= _taken(smoke), "the redriven event at the recorder")
    expect(not _letters(smoke), "a dead letter is left")
    return "the dead letter was delivered"


def _taken(smoke: Smoke) -> set[str]:
    return {event_id for one in smoke.recorder.seen() for event_id in one["taken"]}


def every_parameter(smoke: Smoke) -> str:
    """Each parameter that reaches a function gets another value; what runs must have it, and then the old one again."""
    before = dict(smoke.stack.parameters)
    changed = others(smoke.stack.source, smoke.stack.parameters)
    smoke.stack.deploy(**changed)
    runs_as_said(smoke)
    template = smoke.stack.expected()
    smoke.stack.deploy(**{name: before.get(name, _default(template.body, name)) for name in changed})
    runs_as_said(smoke)
    return f"{len(changed)} changed and seen in what runs: {', '.join(sorted(changed))}"


def _default(body: Mapping[str, Any], name: str) -> str:
    return str(body["Parameters"][name]["Default"])


def rokt(smoke: Smoke) -> str:
    """Rokt on: the next event reaches both. Rokt off: Roku's part goes on, and Rokt's function is gone."""
    smoke.stack.deploy(DeliverToRokt="true", RoktUrl=smoke.recorder.url)
    smoke.stack.put_key("rokt", ROKT_PAIR)
    runs_as_said(smoke)
    event = smoke.event()
    says(smoke.post(event), 202)
    for path in ("/v1/events", "/v2/events"):
        smoke.arrived(event["event_id"], path)
    smoke.stack.deploy(DeliverToRokt="false")
    runs_as_said(smoke)
    expect("DeliverRoktFunction" not in smoke.stack.running(), "Rokt's function still runs")
    event = smoke.event()
    says(smoke.post(event), 202)
    smoke.arrived(event["event_id"], "/v1/events")
    return "on: delivered to both; off: to Roku alone"


def nothing_lost(smoke: Smoke) -> str:
    """Every event that got 202 has been taken by the recorder."""
    until(lambda: smoke.accepted <= _taken(smoke), "all that was accepted")
    return f"{len(smoke.accepted)} accepted, {len(smoke.accepted)} taken"
