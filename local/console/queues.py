"""Looks into the local queues without receiving from them: a receive would count, and hide a message from its poller.

The queues are moto's and are in this process, so their messages can be read where they are.
"""

# ruff: noqa: SLF001 - moto has no public names for a queue's messages and their lock

import time
from collections.abc import Mapping
from dataclasses import dataclass

from moto.sqs.models import Message, Queue

MOST_LISTED = 100  # messages of one list: a page is no place for more


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that comes back at `at` (epoch seconds), received so often."""

    message_id: str
    at: float
    receives: int


@dataclass(frozen=True, slots=True)
class Depths:
    """How many messages a queue holds: visible now, with the poller, and coming back later (the soonest listed)."""

    visible: int
    in_flight: int
    later: int
    waiting: list[Waiting]


def depths(queue: Queue, settled: Mapping[str, int]) -> Depths:
    """Count a queue's messages. `settled` has the receive count at which each was last given back by its poller."""
    visible = in_flight = 0
    later: list[Waiting] = []
    now = time.time() * 1000
    with queue._messages_lock:
        for message in queue._messages:
            if _waits(message, settled, now):
                at = max(message.visible_at, message.delayed_until) / 1000
                later.append(Waiting(message.id, at, message.approximate_receive_count))
            elif message.visible_at > now:
                in_flight += 1
            else:
                visible += 1
    later.sort(key=lambda waiting: waiting.at)
    return Depths(visible, in_flight, len(later), later[:MOST_LISTED])


def release(queue: Queue, settled: Mapping[str, int]) -> int:
    """Make every waiting message visible at once and return their number; those with the poller are left alone.

    It is what ChangeMessageVisibility to 0 does, but under the queue's lock, so that no message can be received between
    the look and the change, and without receipt handles, which a delayed message does not have yet.
    """
    now = time.time() * 1000
    with queue._messages_lock:
        waiting = [message for message in queue._messages if _waits(message, settled, now)]
        for message in waiting:
            message.visible_at = message.delayed_until = 0.0
            queue._pending_messages.discard(message)
        queue._messages_lock.notify_all()
    return len(waiting)


def _waits(message: Message, settled: Mapping[str, int], now: float) -> bool:
    if message.delayed_until > now:
        return True
    # Out of sight, and not received again since a run gave it back: nobody holds it.
    return message.visible_at > now and settled.get(message.id) == message.approximate_receive_count
