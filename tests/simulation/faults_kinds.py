"""Deliberate faults of kinds that no other file here has: of one too many, of another's key, of half a batch."""

from typing import Any

# name -> module, what is right in its source, what is wrong.
SOURCES: dict[str, tuple[Any, ...]] = {
    "windows: one more than may be": (
        "pipeline.delivery.windows",
        "return Standing.WAITING if tried.windows < MOST else Standing.OVER",
        "return Standing.WAITING if tried.windows <= MOST else Standing.OVER",
    ),
    "windows: further tries come from now, not from the beginning": (
        "pipeline.delivery.windows",
        "left = (tried.began or 0) + offset * repeat_window / _REPEAT_WINDOW - now",
        "left = offset * repeat_window / _REPEAT_WINDOW",
    ),
    "windows: no try of an event alone": (
        "pipeline.delivery.windows",
        "else 3 if elapsed < _TRIES[2] - 60 else 1",
        "else 3",
    ),
    "trying: the second window begins with the first": (
        "pipeline.delivery.trying",
        "again = Tried(windows.MOST, int(now))",
        "again = Tried(windows.MOST, event.used.began)",
    ),
    "trying: the second window is a first one": (
        "pipeline.delivery.trying",
        "again = Tried(windows.MOST, int(now))",
        "again = Tried(1, int(now))",
    ),
    "trying: Retry-After leads out of the window": (
        "pipeline.delivery.trying",
        "        event.wait = min(event.wait, after)\n",
        "        pass\n",
    ),
    "trying: what is over has no reason": (
        "pipeline.delivery.trying",
        '        event.letter = counted_twice(state.why or "no answer")\n        return\n',
        "        return\n",
    ),
    "trying: a second window that was not written down is sent": (
        "pipeline.delivery.trying",
        "if standing is Standing.WAITING:\n        return made(Act.CLAIM)",
        "if standing is Standing.WAITING:\n        return made(Act.SEND, lost=Tried(windows.MOST, int(now)))",
    ),
    "marks: of the receive before": (
        "pipeline.delivery.reporting",
        "message.record.receives, int(began), used.pop()",
        "message.record.receives - 1, int(began), used.pop()",
    ),
    "marks: nobody reads them": (
        "pipeline.delivery.settling",
        "trying.recall(message, found.put_off.get(message.record.message_id), world.now())",
        "trying.recall(message, None, world.now())",
    ),
    "marks: all of the first message": (
        "pipeline.delivery.reporting",
        "marks.append(PutOff(message.record.message_id,",
        "marks.append(PutOff(messages[0].record.message_id,",
    ),
    "notes: what is tried again was delivered": (
        "pipeline.delivery.reporting",
        '    if isinstance(event.outcome, Delivered):\n        outcome = "delivered"',
        '    if isinstance(event.outcome, Delivered) or event.retry:\n        outcome = "delivered"',
    ),
    "notes: delivered, before it is sent": (
        "pipeline.delivery.deliver",
        "    settled = settling.settle(messages, destination, world)\n",
        (
            "    from pipeline.delivery.table import Entry\n"
            "    for one in messages if world.ledger else ():\n"
            "        world.ledger.note([Entry(event.key, 'delivered') for event in one.events], 3.0)\n"
            "    settled = settling.settle(messages, destination, world)\n"
        ),
    ),
    "notes: of lost answers there are none": (
        "pipeline.delivery.reporting",
        "elif event.retry and event.used.windows:",
        "elif False:",
    ),
    "ledger: what was throttled is nothing": (
        "pipeline.delivery.ledger",
        "if not left:\n                    return got, True\n            return got, False",
        "if not left:\n                    return got, True\n            return [], True",
    ),
    "sqs: nine of a batch of ten": (
        "pipeline.aws.sqs",
        "entries: list[Any] = [_entry(index, messages[index]) for index in indexes]",
        "entries: list[Any] = [_entry(index, messages[index]) for index in indexes[:9]]",
    ),
    "messages: halves without the middle": (
        "pipeline.contract.messages",
        "return within(head, events[:middle]) + within(head, events[middle:])",
        "return within(head, events[:middle]) + within(head, events[middle + 1:])",
    ),
    "sqs: a failed call has put off": (
        "pipeline.aws.sqs",
        "                return list(batch)\n",
        "                return []\n",
    ),
    "sending: the odd one of two halves is lost": (
        "pipeline.delivery.ask",
        "for indexes in (unsettled[middle:], unsettled[:middle]):",
        "for indexes in (unsettled[middle:], unsettled[:len(unsettled) // 2]):",
    ),
    "putting back: three of what is left": (
        "pipeline.delivery.putting_back",
        "for body in within(head, [one.queued for one in chunk])]",
        "for body in within(head, [one.queued for one in chunk[:3]])]",
    ),
    "sending: no request is too late": (
        "pipeline.delivery.ask",
        "return max(0.0, min([time_left, longest, *ends]))",
        "return 900.0",
    ),
    "delivery: notes may take ten minutes": (
        "pipeline.delivery.deliver",
        "deadline.left(_AFTER_NOTES, _LONGEST_NOTES)",
        "600.0",
    ),
    "table: one circuit for all groups": (
        "pipeline.delivery.table",
        '_within(f"{CIRCUIT}#{destination}#{escaped(group)}", _LONGEST_WHAT)',
        '_within(f"{CIRCUIT}#{destination}", _LONGEST_WHAT)',
    ),
    "table: one circuit for all destinations": (
        "pipeline.delivery.table",
        '_within(f"{CIRCUIT}#{destination}#{escaped(group)}", _LONGEST_WHAT)',
        '_within(f"{CIRCUIT}##{escaped(group)}", _LONGEST_WHAT)',
    ),
    "circuit: a success that says nothing is one of two": (
        "pipeline.delivery.circuit",
        "if not certain and not state.suspect_at:",
        "if not state.suspect_at:",
    ),
}
