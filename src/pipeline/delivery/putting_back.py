"""What is left of a message: whole and unchanged it stays on the queue, put off; else it goes back in new messages."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.aws.sqs import Outgoing
from pipeline.contract.messages import within
from pipeline.contract.outcome import Retry, wait
from pipeline.delivery import trying
from pipeline.delivery.batch import Event, Message
from pipeline.delivery.circuit import SMALL
from pipeline.delivery.surroundings import Sink
from pipeline.delivery.windows import Tried

# SQS delays a message by at most so many seconds.
_LONGEST_DELAY = 900
# From this generation on a remainder goes back one event a message, so that it is not divided again: Lambda may stop a
# chain of 16 runs that feed each other.
_SINGLES_FROM = 6
# Seconds that a message may be received later than it was to be.
_LATE = 60


def remainders(
    messages: Sequence[Message],
    queue: Sink,
    *,
    now: float,
    jitter: Callable[[], float],
    seconds: float,
    is_remembered: bool,
) -> list[tuple[str, int]]:
    """Send what goes back in new messages, and mark what stays on the queue.

    Returns the receipts of those to put off, each with its seconds. `now` is epoch seconds, `seconds` is the longest
    that this may wait. `is_remembered`: whether it is remembered of a message that it was put off, or need not be.
    """
    postponed: list[tuple[str, int]] = []
    divided: list[tuple[Message, list[Outgoing]]] = []
    for message in messages:
        left = [event for event in message.events if event.retry]
        if message.unreadable and not message.buried:
            message.stays = True
            postponed.append((message.record.receipt, wait(Retry(""), message.record.receives, jitter())))
        elif not left:
            continue
        elif _stays_whole(message, left) and (is_remembered or not _needs_new_message(message, left, now)):
            message.stays = True
            postponed.append((message.record.receipt, min(event.wait for event in left)))
        else:
            divided.append((message, _remainders(message, left)))
    _send(divided, queue, seconds)
    return postponed


def _send(divided: Sequence[tuple[Message, list[Outgoing]]], queue: Sink, seconds: float) -> None:
    """Send the new messages. One of which not all were taken stays whole."""
    outgoing = [one for _, bodies in divided for one in bodies]
    taken = iter(queue.send(outgoing, seconds) if outgoing else ())
    for message, bodies in divided:
        results = [next(taken) for _ in bodies]
        if not all(results):
            # The message comes back whole, and only after the queue's own time: so that it is known that it may have
            # been sent. Better an event twice than none.
            message.stays = True


def _stays_whole(message: Message, left: Sequence[Event]) -> bool:
    head = message.head
    said = Tried(head.windows, head.window_from), head.refused_from
    unchanged = all((event.tried, event.refused_from) == said for event in left)
    parts = {event.outcome.part for event in left if isinstance(event.outcome, Retry)}
    return unchanged and len(left) == len(message.events) and len(parts) == 1


def _needs_new_message(message: Message, left: Sequence[Event], now: float) -> bool:
    """Whether it would be taken for one whose run died: a new message was never received. Not without end."""
    back = now + min(event.wait for event in left)
    return message.head.generation < _SINGLES_FROM - 1 and trying.is_suspect(message, back + _LATE)


def _shares(left: Sequence[Event]) -> list[list[Event]]:
    """Events that may travel on together: of one part of a split request, with the same windows and refusals."""
    shares: dict[tuple[object, ...], list[Event]] = {}
    for event in left:
        part = event.outcome.part if isinstance(event.outcome, Retry) else None
        shares.setdefault((part, event.used, event.refused_from), []).append(event)
    return list(shares.values())


def _remainders(message: Message, left: Sequence[Event]) -> list[Outgoing]:
    return [one for share in _shares(left) for one in _remainder(message, share)]


def _remainder(message: Message, share: Sequence[Event]) -> list[Outgoing]:
    used = share[0].used
    head = replace(
        message.head,
        waits_from=int(message.age_from),
        windows=used.windows,
        window_from=used.began,
        refused_from=share[0].refused_from,
        generation=message.head.generation + 1,
    )
    delay = min(_LONGEST_DELAY, *(event.wait for event in share))
    held = all(event.retry and event.retry.held for event in share)
    size = 1 if head.generation >= _SINGLES_FROM else len(share)
    if held and not used.windows:
        # Probes take one event of a message at a time: in small messages fewer have to be divided, and less often.
        size = SMALL if len(share) > SMALL else 1
    chunks = [share[start : start + size] for start in range(0, len(share), size)]
    return [Outgoing(body, delay=delay) for chunk in chunks for body in within(head, [one.queued for one in chunk])]
