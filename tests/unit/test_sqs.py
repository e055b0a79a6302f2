"""SQS calls: at most 10 entries and 1 MiB each, every failure reported for the message that it befell."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.aws.sqs import Outgoing, Queue
from tests.unit.doubles import Never

bounded = settings(derandomize=True, max_examples=40, deadline=None)
URL = "https://sqs.example/queue"
MIB = 1_048_576  # SQS: a message, and all messages of one call
FAULTS = [
    ClientError({"Error": {"Code": "ServiceUnavailable", "Message": ""}}, "SendMessageBatch"),
    ReadTimeoutError(endpoint_url=URL),
]


class Client:
    """An SQS client that remembers its calls; `refuses` names bodies or receipts that SQS reports as failed."""

    def __init__(self, refuses: Callable[[str], bool] = lambda _: False, error: Exception | None = None) -> None:
        self.refuses, self.error = refuses, error
        self.calls: list[list[dict[str, Any]]] = []

    def _answer(self, url: str, entries: list[dict[str, Any]], word: str) -> dict[str, Any]:
        assert url == URL
        self.calls.append(entries)
        if self.error is not None and any(self.refuses(entry[word]) for entry in entries):
            raise self.error
        failed = [entry["Id"] for entry in entries if self.refuses(entry[word])]
        answer: dict[str, Any] = {"ResponseMetadata": {}}
        if len(failed) < len(entries):  # boto3 leaves out what is empty
            answer["Successful"] = [{"Id": entry["Id"]} for entry in entries if entry["Id"] not in failed][::-1]
        if failed:
            answer["Failed"] = [{"Id": id_, "SenderFault": False, "Code": "InternalError"} for id_ in failed]
        return answer

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Answer one call."""
        return self._answer(QueueUrl, Entries, "MessageBody")

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803
        """Answer one call."""
        return self._answer(QueueUrl, Entries, "ReceiptHandle")


def queue(client: Any) -> Queue:
    return Queue(client, URL, ThreadPoolExecutor(4))


def weight(entry: dict[str, Any]) -> int:
    """What SQS counts: the body, and each attribute's name, type and value."""
    attributes = entry.get("MessageAttributes", {})
    return len(entry["MessageBody"].encode()) + sum(
        len(name) + len(value["DataType"]) + len(value["StringValue"].encode()) for name, value in attributes.items()
    )


messages = st.builds(
    Outgoing,
    body=st.tuples(st.text("aé", min_size=1, max_size=2), st.integers(1, 260_000)).map(lambda pair: pair[0] * pair[1]),
    attributes=st.dictionaries(st.sampled_from(["reason", "status"]), st.text("xé", max_size=40), max_size=2),
    delay=st.integers(0, 900),
)


@pytest.mark.parametrize(
    ("attributes", "calls"),
    [
        ({}, [2]),
        ({"r": "x"}, [1, 1]),  # 2 x (name 1 + String 6 + value 1) bytes: too much
        ({"r": "é"}, [1, 1]),
    ],
)
def test_attributes_count_towards_the_bytes_of_a_call(attributes: dict[str, str], calls: list[int]) -> None:
    client = Client()
    queue(client).send([Outgoing("b" * (MIB // 2), attributes)] * 2)
    assert [len(entries) for entries in client.calls] == calls


def test_a_call_is_filled_to_the_last_byte() -> None:
    value = "é" * 50
    two = 2 * (len("reason") + len("String") + len(value.encode()))
    for more, calls in ((0, [2]), (1, [1, 1])):
        client = Client()
        queue(client).send([Outgoing("b" * n, {"reason": value}) for n in (MIB // 2, MIB // 2 - two + more)])
        assert [len(entries) for entries in client.calls] == calls
        assert sum(weight(entry) for entries in client.calls for entry in entries) == MIB + more


@given(st.lists(messages, max_size=25))
@bounded
def test_every_message_is_sent_once_within_the_limits_of_a_call(outgoing: list[Outgoing]) -> None:
    client = Client()
    assert queue(client).send(outgoing) == [True] * len(outgoing)
    for entries in client.calls:
        assert 1 <= len(entries) <= 10
        assert sum(weight(entry) for entry in entries) <= MIB
        assert len({entry["Id"] for entry in entries}) == len(entries)
    sent = sorted(entry["MessageBody"] for entries in client.calls for entry in entries)
    assert sent == sorted(message.body for message in outgoing)


def test_an_entry_carries_body_attributes_and_delay_and_nothing_empty() -> None:
    client = Client()
    queue(client).send([Outgoing("b", {"reason": "no", "status": ""}, delay=900), Outgoing("c")])
    attributes = {"reason": {"DataType": "String", "StringValue": "no"}}
    assert client.calls == [
        [
            {"Id": "0", "MessageBody": "b", "MessageAttributes": attributes, "DelaySeconds": 900},
            {"Id": "1", "MessageBody": "c"},
        ]
    ]


def test_a_message_that_is_larger_than_a_call_goes_alone_and_harms_no_other() -> None:
    client = Client(refuses=lambda body: len(body) > MIB)
    taken = queue(client).send([Outgoing("a"), Outgoing("x" * (MIB + 1)), Outgoing("b")])
    assert taken == [True, False, True]
    assert [len(entries) for entries in client.calls] == [1, 1, 1]


def test_ten_messages_share_a_call_and_eleven_do_not() -> None:
    for number, calls in ((0, []), (1, [1]), (10, [10]), (11, [1, 10]), (25, [5, 10, 10])):
        client = Client()
        queue(client).send([Outgoing(str(n)) for n in range(number)])
        assert sorted(len(entries) for entries in client.calls) == calls


@given(st.sets(st.integers(0, 34)))
@bounded
def test_what_sqs_reports_as_failed_is_reported_for_that_message(failing: set[int]) -> None:
    client = Client(refuses=lambda body: int(body) in failing)
    taken = queue(client).send([Outgoing(str(n)) for n in range(35)])
    assert taken == [n not in failing for n in range(35)]


@pytest.mark.parametrize("error", FAULTS)
def test_a_call_that_fails_took_none_of_its_messages(error: Exception) -> None:
    client = Client(refuses=lambda body: body == "13", error=error)
    taken = queue(client).send([Outgoing(str(n)) for n in range(25)])
    assert taken == [not 10 <= n < 20 for n in range(25)]


def test_an_answer_that_names_nothing_took_nothing() -> None:
    class Silent(Client):
        def send_message_batch(self, **_: Any) -> dict[str, Any]:
            return {}

        def change_message_visibility_batch(self, **_: Any) -> dict[str, Any]:
            return {}

    assert queue(Silent()).send([Outgoing("a")]) == [False]
    assert queue(Silent()).postpone([("r", 30)]) == [("r", 30)]


def test_visibility_is_changed_ten_at_a_time() -> None:
    client = Client()
    assert queue(client).postpone([(f"r{n}", n) for n in range(25)]) == []
    assert sorted(len(entries) for entries in client.calls) == [5, 10, 10]
    changed = {entry["ReceiptHandle"]: entry["VisibilityTimeout"] for entries in client.calls for entry in entries}
    assert changed == {f"r{n}": n for n in range(25)}
    for entries in client.calls:
        assert len({entry["Id"] for entry in entries}) == len(entries)
    assert queue(client).postpone([]) == []
    assert len(client.calls) == 3


@pytest.mark.parametrize("error", FAULTS)
def test_a_visibility_that_cannot_be_changed_stops_nothing(error: Exception) -> None:
    client = Client(refuses=lambda receipt: receipt in ("r3", "r24"), error=error)
    # r3 is in a call of ten, r24 in one of five.
    left = queue(client).postpone([(f"r{n}", 30) for n in range(25)])
    assert left == [(f"r{n}", 30) for n in (*range(10), *range(20, 25))]


def test_a_visibility_that_sqs_refuses_for_one_message_is_counted() -> None:
    client = Client(refuses=lambda receipt: receipt in ("r3", "r24"))
    assert queue(client).postpone([(f"r{n}", 30) for n in range(25)]) == [("r3", 30), ("r24", 30)]


def test_a_call_that_never_ends_is_given_up_and_took_nothing() -> None:
    hanging = Queue(Client(), URL, Never(begun=True))  # type: ignore[arg-type]
    assert hanging.send([Outgoing("a"), Outgoing("b" * MIB)], 0.0) == [False, False]
    assert hanging.postpone([("r", 30)], 0.0) == [("r", 30)]
