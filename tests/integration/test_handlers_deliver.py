"""The deliver function, called as Lambda calls it: SQS of moto before and behind it, and Roku's sandbox as Roku."""

import importlib
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.contract.destination import Routing
from pipeline.contract.messages import Head, QueuedEvent, encode
from tests.bounds import BOUND
from tests.integration.deployed import Deployed, deploy
from tests.integration.wire import Step, answer, wire

G = Routing("g")
EM = "f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a"  # the vendor page's example
IP = "203.0.113.9"


def line(event_id: str, **fields: object) -> str:
    """A finished event that Roku takes; its spelling is not the one that any encoder here would choose."""
    user = {"is_hashed": True, "em": EM, "client_ip_address": IP, "ct": "springfield"}
    event = {"event_id": event_id, "event_name": "LEAD", "event_type": "conversion", "event_time": 1767225600}
    return json.dumps(event | fields | {"user_data": user}, separators=(",", ":")).replace('"LEAD",', '"LEAD" ,')


def body_of(lines: Sequence[str], routing: Routing = G) -> str:
    """The body of a message with these lines."""
    named = [(one, json.loads(one)) for one in lines]
    return encode(Head(routing), [QueuedEvent(one, event["event_id"], event["event_name"]) for one, event in named])


class Relay:
    """A stack whose queue is fed and polled as by an event source mapping."""

    def __init__(self, stack: Deployed) -> None:
        self.stack = stack

    def put(self, *messages: Sequence[str], routing: Routing = G) -> None:
        """Queue a message with these lines each."""
        for lines in messages:
            self.stack.sqs.send_message(QueueUrl=self.stack.queue, MessageBody=body_of(lines, routing))

    def run(self) -> int:
        """Receive what is visible, call the function once, delete what it acknowledges; return how many stayed."""
        records: list[dict[str, Any]] = []
        while batch := self.stack.sqs.receive_message(
            QueueUrl=self.stack.queue,
            MaxNumberOfMessages=10,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages"):
            records += [_record(message) for message in batch]
        context = SimpleNamespace(
            aws_request_id="r-1",
            function_name="deliver",
            memory_limit_in_mb=128,
            invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:deliver",
            get_remaining_time_in_millis=lambda: self.stack.remaining_ms,
        )
        reply = importlib.import_module("handlers.deliver").handler({"Records": records}, context)
        assert set(reply) == {"batchItemFailures"}
        failed = [failure["itemIdentifier"] for failure in reply["batchItemFailures"]]
        assert set(failed) <= {record["messageId"] for record in records}  # an unknown id would fail the whole batch
        for record in records:
            if record["messageId"] not in failed:
                self.stack.sqs.delete_message(QueueUrl=self.stack.queue, ReceiptHandle=record["receiptHandle"])
        return len(failed)

    def waiting(self) -> int:
        """How many messages the queue holds, visible, delayed or received."""
        answered = self.stack.sqs.get_queue_attributes(QueueUrl=self.stack.queue, AttributeNames=["All"])
        counts = {name: int(n) for name, n in answered["Attributes"].items() if name.startswith("ApproximateNumber")}
        assert len(counts) == 3  # visible, delayed, received
        return sum(counts.values())

    def statuses(self) -> list[Any]:
        """What the sandbox answered."""
        return [request["status"] for request in self.stack.sandbox.requests()]

    def delivered(self) -> list[str]:
        """The ids of the conversions that the sandbox counted."""
        return sorted(conversion["event_id"] for conversion in self.stack.sandbox.events())

    def forget_time(self, seconds: float) -> None:
        """Let the remembered Roku keys grow older."""
        secret = importlib.import_module("handlers.clients").secret("roku")
        clock = secret._clock
        secret._clock = lambda: clock() + seconds


def _record(message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {
            name: {"stringValue": value["StringValue"], "dataType": "String", "stringListValues": []}
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
        "awsRegion": "us-east-1",
    }


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    with deploy(monkeypatch, {}, LEDGER_TABLE="") as stack:
        yield Relay(stack)


def metrics(output: str) -> dict[str, Any]:
    """The counts that were written as embedded metrics, without the 0 that an alarm compares with."""
    found: dict[str, Any] = {}
    for text in output.splitlines():
        entry = json.loads(text)
        for directive in entry.get("_aws", {}).get("CloudWatchMetrics", []):
            found |= {
                metric["Name"]: sum(entry[metric["Name"]])
                for metric in directive["Metrics"]
                if metric["Unit"] == "Count"
            }
    return {name: count for name, count in found.items() if count}


# --- metrics ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "faults", [{}, {"refuse": {"b": {"event_time": "too old"}}}, {"revoked": True}], ids=["none", "refused", "key"]
)
def test_a_run_writes_one_blob_of_metrics(
    relay: Relay, faults: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    relay.stack.sandbox.set_faults(faults)
    relay.put([line("a"), line("b")], *[[line(f"c{number}")] for number in range(9)])
    relay.run()
    blobs = [entry for text in capsys.readouterr().out.splitlines() if "_aws" in (entry := json.loads(text))]
    assert len(blobs) == 1
    assert (blobs[0]["request_id"], blobs[0]["messages"]) == ("r-1", 10)


def test_the_delay_is_from_when_sqs_took_the_message(relay: Relay, capsys: pytest.CaptureFixture[str]) -> None:
    body = body_of([line("a")])
    moment = importlib.import_module("handlers.clients").now()
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": str(round((moment - 60) * 1_000))}
    message = {"MessageId": "m", "ReceiptHandle": "r", "Body": body, "Attributes": attributes, "MD5OfBody": ""}
    context = SimpleNamespace(aws_request_id="r-1", get_remaining_time_in_millis=lambda: 60_000)
    importlib.import_module("handlers.deliver").handler({"Records": [_record(message)]}, context)
    (blob,) = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    (delay,) = blob["Delay"]
    assert delay >= 60_000  # milliseconds
    assert relay.delivered() == ["a"]


# --- outcomes ---------------------------------------------------------------------------------------------------------


def test_a_batch_is_delivered_in_one_request_with_the_lines_that_were_queued(
    relay: Relay, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = b'{"code":200,"description":"","events_received":3,"failed_events":[]}'
    with wire(Step(answer(said))) as server:
        monkeypatch.setenv("ROKU_URL", server.url)
        relay.put([line("a"), line("b")], [line("c")])
        assert relay.run() == 0
        ((_, body),) = server.requests
    inside = body.decode().removeprefix('{"event_group_id":"g","events":[').removesuffix("]}")
    assert sorted(inside.split(',{"event_id"')) == sorted(",".join(map(line, "abc")).split(',{"event_id"'))
    assert all(line(event_id) in inside for event_id in "abc")
    assert relay.waiting() == 0
    assert metrics(capsys.readouterr().out) == {"Delivered": 3}


def test_a_partial_success_puts_the_rejected_events_on_the_dead_letter_queue_with_rokus_reasons(
    relay: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse = {"b": {"custom_data.value": "must be less than 1e6"}, "d": {"event_time": "too old", "em": "no hash"}}
    relay.stack.sandbox.set_faults({"refuse": refuse})
    relay.put([line("a"), line("b"), line("c")], [line("d")], routing=Routing("g", "partner"))
    assert relay.run() == 0
    assert relay.statuses() == [210]
    assert relay.delivered() == ["a", "c"]
    assert relay.waiting() == 0
    letters = sorted(relay.stack.letters(), key=lambda letter: letter["body"])
    partner = Routing("g", "partner")
    assert [letter["body"] for letter in letters] == [body_of([line("b")], partner), body_of([line("d")], partner)]
    attributes = [letter["attributes"] for letter in letters]
    assert [one["reason"] for one in attributes] == [
        "custom_data.value: must be less than 1e6",
        "event_time: too old; em: no hash",
    ]
    for one in attributes:
        assert set(one) == {"reason", "status", "rejected_at", "event_group_id"}
        assert (one["status"], one["event_group_id"]) == ("210", "g")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", one["rejected_at"])
    output = capsys.readouterr().out
    assert metrics(output) == {"Delivered": 2, "Rejected": 2, "DeadLettered": 2}
    told = [json.loads(text) for text in output.splitlines() if '"rejected"' in text]
    # Of the reasons the log has the class alone: the texts are Roku's.
    assert [(one["reason"], one["status"], one["events"]) for one in told] == [("refused", 210, 2)]


def test_a_dead_letter_that_is_put_back_is_delivered_as_it_is(relay: Relay) -> None:
    relay.stack.sandbox.set_faults({"refuse": {"b": {"event_time": "too old"}}})
    relay.put([line("a"), line("b")])
    relay.run()
    (letter,) = relay.stack.letters()
    relay.stack.sandbox.set_faults({})
    relay.stack.sqs.send_message(QueueUrl=relay.stack.queue, MessageBody=letter["body"])
    assert relay.run() == 0
    assert relay.delivered() == ["a", "b"]
    assert relay.waiting() == 0


@pytest.mark.parametrize("thin", ["id", "name", "none"])
def test_thin_answers_reject_the_same_events(relay: Relay, thin: str) -> None:
    relay.stack.sandbox.set_faults({"refuse": {"b": {"event_time": "too old"}}, "thin": thin})
    relay.put([line("a"), line("b"), line("c")])
    assert relay.run() == 0
    assert relay.delivered() == ["a", "c"]
    (letter,) = relay.stack.letters()
    assert letter["body"] == body_of([line("b")])
    assert letter["attributes"]["reason"] == "event_time: too old"


@pytest.mark.parametrize(
    ("faults", "is_lost"),
    [
        ({"status": 500}, True),
        ({"status": 503, "headers": {"Retry-After": "120"}}, True),
        ({"status": 429}, False),
        ({"status": 404}, False),
        ({"drop": "before"}, True),
        ({"drop": "after"}, True),
        ({"malformed": True}, True),
        ({"revoked": True}, False),
    ],
)
def test_a_failure_of_the_request_condemns_nothing_and_hides_the_messages_for_a_while(
    relay: Relay, faults: dict[str, object], is_lost: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the answer was lost they go back as new messages, which say so; else they stay as they are."""
    relay.stack.sandbox.set_faults(faults)
    routing = Routing("g", "partner")
    relay.put([line("a", partner_name="partner"), line("b", partner_name="partner")], [line("c")], routing=routing)
    calls = relay.stack.count_calls("SendMessageBatch" if is_lost else "ChangeMessageVisibilityBatch")
    assert relay.run() == (0 if is_lost else 2)
    assert calls() == 1
    assert relay.waiting() == 2
    assert relay.run() == 0  # both are invisible for now
    assert relay.stack.letters() == []
    counted = metrics(capsys.readouterr().out)
    assert counted.pop("KeyRefused", 3) == 3
    assert counted.pop("AnswerUnreadable", 0) == (3 if is_lost else 0)
    assert counted.pop("CircuitOpen", 1) == 1
    assert counted == {"Retried": 3}


def test_events_of_two_partners_do_not_share_the_fate_of_a_403(relay: Relay) -> None:
    relay.stack.sandbox.set_faults({"forbidden_partners": ["bad"]})
    relay.put([line("a", partner_name="bad")], routing=Routing("g", "bad"))
    relay.put([line("b", partner_name="good")], routing=Routing("g", "good"))
    assert relay.run() == 0
    assert relay.delivered() == ["b"]
    (letter,) = relay.stack.letters()
    assert letter["body"].endswith(line("a", partner_name="bad"))
    assert "partner_name" in letter["attributes"]["reason"]
    assert letter["attributes"]["status"] == "403"


def test_a_rotated_key_heals_within_one_run(relay: Relay) -> None:
    relay.put([line("a")])
    assert relay.run() == 0
    relay.stack.sandbox.set_keys({"new-key": ["*"]})
    relay.stack.secrets.put_secret_value(SecretId="roku", SecretString=json.dumps({"other": "x", "*": "new-key"}))
    relay.forget_time(10)
    relay.put([line("b")])
    assert relay.run() == 0
    assert relay.statuses() == [200, 401, 200]
    assert relay.delivered() == ["a", "b"]


def test_without_a_roku_key_everything_waits(relay: Relay, capsys: pytest.CaptureFixture[str]) -> None:
    relay.stack.secrets.delete_secret(SecretId="roku", ForceDeleteWithoutRecovery=True)
    relay.put([line("a")])
    assert relay.run() == 1
    assert relay.statuses() == []
    output = capsys.readouterr().out
    assert metrics(output) == {"Retried": 1, "KeyRefused": 1}
    assert [json.loads(text)["reason"] for text in output.splitlines() if '"retried"' in text] == ["no key"]


def test_an_unreadable_message_is_a_dead_letter_and_stops_nobody(relay: Relay) -> None:
    relay.stack.sqs.send_message(QueueUrl=relay.stack.queue, MessageBody="jane.canary@example.com")
    relay.put([line("a")])
    assert relay.run() == 0
    assert relay.delivered() == ["a"]
    (letter,) = relay.stack.letters()
    assert letter["body"] == "jane.canary@example.com"
    assert "not in this relay's form" in letter["attributes"]["reason"]


def test_a_rejected_event_stays_in_the_queue_while_the_dead_letter_queue_is_gone(relay: Relay) -> None:
    relay.stack.sandbox.set_faults({"refuse": {"a": {"event_time": "too old"}, "c": {"event_time": "too old"}}})
    relay.stack.sqs.delete_queue(QueueUrl=relay.stack.dead_letter_queue)
    relay.put([line("a"), line("b")], [line("c")])
    assert relay.run() == 1  # c as it is; of a and b a message with a alone
    assert relay.delivered() == ["b"]
    assert relay.waiting() == 2


def test_without_time_nothing_is_begun(relay: Relay) -> None:
    relay.stack.remaining_ms = 20_000
    relay.put([line("a")], [line("b")])
    assert relay.run() == 2
    assert relay.statuses() == []
    assert relay.waiting() == 2


def test_in_test_mode_the_events_go_to_the_test_endpoint(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELIVERY_MODE", "test")
    relay.put([line("a")])
    assert relay.run() == 0
    assert [request["path"] for request in relay.stack.sandbox.requests()] == ["/v1/test_events"]
    assert relay.delivered() == []


def test_a_thousand_messages_of_one_event_take_one_small_request_and_one_for_the_rest(relay: Relay) -> None:
    bodies = [body_of([line(f"{n:04}")]) for n in range(1_000)]
    assert relay.stack.deliver(bodies) == []
    requests = relay.stack.sandbox.requests()
    assert [(request["count"], request["status"]) for request in requests] == [(50, 200), (950, 200)]


def test_a_table_that_hangs_is_not_in_the_way_of_the_queues(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    """1,101 items are 12 questions, more than there are threads for them."""
    over = threading.Event()

    class Hanging:
        def batch_get_item(self, **_: object) -> None:
            over.wait(BOUND)

        put_item = batch_write_item = batch_get_item

    monkeypatch.setattr("pipeline.delivery.settling._LONGEST_QUESTIONS", 0.2)
    monkeypatch.setattr("pipeline.delivery.deliver._LONGEST_NOTES", 0.2)
    monkeypatch.setattr(importlib.import_module("handlers.clients"), "dynamodb", Hanging)
    monkeypatch.setenv("LEDGER_TABLE", "table")
    monkeypatch.setenv("LEDGER_DAYS", "7")
    relay.stack.sandbox.set_faults({"refuse": {"0001": {"event_time": "too old"}}})
    try:
        assert relay.stack.deliver([body_of([line(f"{n:04}")]) for n in range(1_100)]) == []
    finally:
        over.set()
    assert len(relay.delivered()) == 1_099
    assert len(relay.stack.letters()) == 1


def test_a_fault_of_ours_is_told_without_its_text(
    relay: Relay, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ValueError("jane.canary@example.com")

    relay.put([line("a")])
    monkeypatch.setattr("handlers.deliver.deliver", break_down)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - imported again for each stack
        relay.run()
    assert (type(caught.value).__name__, str(caught.value)) == ("RunFailed", "")
    assert caught.value.__context__ is None
    (told,) = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert (told["message"], told["error"], "canary" in str(told)) == ("the function failed", "ValueError", False)


# --- personal data ----------------------------------------------------------------------------------------------------

CANARIES = ["jane.canary@example.com", "203.0.113.77", "2001:db8::77", "+1 555 010 7777", IP, EM, "springfield"]


@pytest.mark.parametrize(
    ("status", "letters"),
    [
        ("210 Partial Success", 7),
        ("400 Bad Request", 8),
        ("401 Unauthorized", 0),
        ("403 Forbidden", 0),
        ("500 Oops", 0),
    ],
)
def test_what_roku_echoes_reaches_no_attribute_no_log_and_no_metric(
    status: str, letters: int, relay: Relay, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    failed = [
        {"event_id": f"e{n}", "errors": {"user_data": f"<{canary}> is no good", canary: "unknown"}}
        for n, canary in enumerate(CANARIES)
    ]
    told = {"code": int(status[:3]), "description": str(CANARIES), "events_received": 8, "failed_events": failed}
    first = answer(json.dumps(told).encode(), *(f"X-Trace: {canary}" for canary in CANARIES), status=status)
    alone = answer(json.dumps({"description": str(CANARIES)}).encode(), status=status)
    with wire(Step(first), Step(alone)) as server:
        monkeypatch.setenv("ROKU_URL", server.url)
        relay.put([line(f"e{n}") for n in range(8)])
        relay.run()
    written = [letter["attributes"] for letter in relay.stack.letters()]
    assert len(written) == letters
    assert all("[redacted]" in one["reason"] for one in written)
    captured = capfd.readouterr()
    assert '"_aws"' in captured.out  # so that there is something to search
    assert '"reason"' in captured.out
    haystack = json.dumps(written) + captured.out + captured.err
    for secret in (*CANARIES, "roku-key"):
        assert secret not in haystack
