"""Dead letters in their queue: looked at without being taken, and acted upon one by one.

SQS shows a part of a queue at each receive, and some messages twice. So receives go on until a long poll, which asks
all of SQS's servers, finds nothing, and messages are known by their id. What is not acted upon is put back at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from pipeline.contract.messages import MESSAGE_BYTES
from pipeline.contract.packing import fill
from relay.deployment import Deployment, Destination
from relay.letters.dead_letters import Letter, read

# Seconds out of others' sight at most, if this command dies while it looks.
_LOOK_SECONDS = 300
_LONG_POLL_SECONDS = 1
_BATCH = 10  # SQS's limit
_RECEIVERS = 8
_EMPTY_POLLS = 3  # SQS's counts are approximate: so many empty long polls outweigh one that says there is more


@contextmanager
def looking(deployment: Deployment, destination: Destination) -> Iterator[list[Letter]]:
    """Every dead letter that is in sight now, oldest first; all that still lie there are put back on leaving."""
    found: dict[str, Letter] = {}
    try:
        for batch in _batches(deployment, destination):
            found.update({letter.message_id: letter for letter in batch})
        yield sorted(found.values(), key=lambda letter: letter.at)
    finally:
        _put_back(deployment, destination, [letter.receipt for letter in found.values()])


def sift(deployment: Deployment, destination: Destination, act: Callable[[list[Letter]], Iterable[Letter]]) -> None:
    """Go through all dead letters batch by batch: `act` returns those that it took away, the others are put back.

    So any number can be gone through: SQS lets no more than 120,000 be out of sight at once. A letter may come twice.
    """
    held: dict[str, str] = {}
    try:
        for batch in _batches(deployment, destination):
            held.update({letter.message_id: letter.receipt for letter in batch})
            for letter in act(batch):
                held.pop(letter.message_id, None)
    finally:
        _put_back(deployment, destination, list(held.values()))


def look(deployment: Deployment, destination: Destination) -> list[Letter]:
    """Every dead letter that is in sight now, oldest first; they are back in sight when this returns."""
    with looking(deployment, destination) as letters:
        return letters


def depth(sqs: Any, url: str) -> dict[str, int]:
    """How many messages a queue has, about: `visible`, `in_flight` (received by somebody), `delayed`."""
    names = {
        "visible": "ApproximateNumberOfMessages",
        "in_flight": "ApproximateNumberOfMessagesNotVisible",
        "delayed": "ApproximateNumberOfMessagesDelayed",
    }
    given = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names.values()))["Attributes"]
    return {word: int(given.get(name, 0)) for word, name in names.items()}


def move(deployment: Deployment, destination: Destination, letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """Send the letters to the destination's queue as they are, then delete them; yields those moved, batch by batch.

    In this order: a crash in between repeats an event, which the ledger knows, and never loses one.
    """
    sqs = deployment.client("sqs")
    for batch in fill([_size(letter) for letter in letters], capacity=MESSAGE_BYTES, most=_BATCH):
        entries = [_entry(place, letters[place]) for place in batch]
        answer = sqs.send_message_batch(QueueUrl=destination.queue_url, Entries=entries)
        taken = [letters[int(done["Id"])] for done in answer.get("Successful", [])]
        delete(deployment, destination, taken)
        yield taken


def delete(deployment: Deployment, destination: Destination, letters: Sequence[Letter]) -> int:
    """Delete the letters and return how many SQS deleted."""
    sqs = deployment.client("sqs")
    return _each_batch(
        [letter.receipt for letter in letters],
        lambda entries: sqs.delete_message_batch(QueueUrl=destination.dead_letters_url, Entries=entries),
    )


def _batches(deployment: Deployment, destination: Destination) -> Iterator[list[Letter]]:
    """The letters in sight, received batch by batch; one that SQS shows twice comes twice, with its newer receipt."""
    sqs = deployment.client("sqs")
    # The local queue is one server, and shows all that it has at each receive.
    wait = 0 if deployment.local else _LONG_POLL_SECONDS

    def receive(seconds: int) -> list[Letter]:
        answer = sqs.receive_message(
            QueueUrl=destination.dead_letters_url,
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=_LOOK_SECONDS,
            WaitTimeSeconds=seconds,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return [read(destination.name, message) for message in answer.get("Messages", [])]

    visible = depth(sqs, destination.dead_letters_url)["visible"]
    workers = max(1, min(_RECEIVERS, visible // _BATCH))
    empty = 0
    with ThreadPoolExecutor(_RECEIVERS) as threads:
        while empty < _EMPTY_POLLS:
            batches = list(threads.map(receive, [0] * workers if workers > 1 else [wait]))
            if any(batches):
                empty = 0
                yield list({letter.message_id: letter for batch in batches for letter in batch}.values())
            elif workers > 1:
                workers = 1  # short polls found nothing: now a long one must confirm it
            elif depth(sqs, destination.dead_letters_url)["visible"]:
                empty += 1
            else:
                return


def _put_back(deployment: Deployment, destination: Destination, receipts: Sequence[str]) -> None:
    sqs, url = deployment.client("sqs"), destination.dead_letters_url
    _each_batch(
        receipts,
        lambda entries: sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries),
        VisibilityTimeout=0,
    )


def _each_batch(receipts: Sequence[str], call: Callable[[Any], Any], **fields: Any) -> int:
    done = 0
    for start in range(0, len(receipts), _BATCH):
        entries = [
            {"Id": str(place), "ReceiptHandle": receipt, **fields}
            for place, receipt in enumerate(receipts[start : start + _BATCH])
        ]
        done += len(call(entries).get("Successful", []))
    return done


def _entry(place: int, letter: Letter) -> dict[str, Any]:
    kept = ("DataType", "StringValue", "BinaryValue")
    attributes = {
        name: {part: value[part] for part in kept if part in value} for name, value in letter.attributes.items()
    }
    entry: dict[str, Any] = {"Id": str(place), "MessageBody": letter.body}
    return entry | ({"MessageAttributes": attributes} if attributes else {})


def _size(letter: Letter) -> int:
    texts = [
        name + value["DataType"] + str(value.get("StringValue", value.get("BinaryValue", "")))
        for name, value in letter.attributes.items()
    ]
    return sum(len(text.encode()) for text in [letter.body, *texts])
