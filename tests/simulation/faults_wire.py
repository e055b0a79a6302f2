"""Deliberate faults of messages, requests and answers."""

# name -> module, what is right in its source, what is wrong.
SOURCES: dict[str, tuple[str, str, str]] = {
    # consent
    "consent: what is refused in another's words is sent on": (
        "pipeline.intake.hearing",
        'return rest | {"opt_out": "true"}',
        "return rest",
    ),
    # messages
    "messages: the partner is left out": (
        "pipeline.contract.messages",
        "    if head.routing.partner_name is not None:\n",
        "    if False:\n",
    ),
    "messages: ids in another order": (
        "pipeline.contract.messages",
        'first["ids"] = [event.event_id for event in events]',
        'first["ids"] = [event.event_id for event in events][::-1]',
    ),
    "messages: the window's beginning is left out": (
        "pipeline.contract.messages",
        '"windows", "window_from", "refused_from"',
        '"windows", "refused_from"',
    ),
    "messages: large ones are not divided": (
        "pipeline.contract.messages",
        "if len(events) == 1 or packing.in_bytes(body) <= _MOST_BYTES:",
        "if True:",
    ),
    # queueing
    "queueing: what was not queued is accepted": (
        "pipeline.intake.enqueue",
        "        if not taken:\n",
        "        if False:\n",
    ),
    "queueing: the next event is blamed": (
        "pipeline.intake.enqueue",
        "received.lose(index)",
        "received.lose(index + 1 if index + 1 in received.events else index)",
    ),
    "queueing: partners are mixed": (
        "pipeline.intake.received",
        "found.setdefault(event.partner_name, [])",
        "found.setdefault(None, [])",
    ),
    # http
    "http: the old key forever": (
        "pipeline.aws.http",
        "rotated = key_in(secret.reread())",
        "rotated = key",
    ),
    "http: a broken connection has taken nothing": (
        "pipeline.aws.http",
        "ambiguous=not unsent)",
        "ambiguous=False)",
    ),
    "http: a time-out has taken nothing": (
        "pipeline.aws.http",
        'failed: {type(error).__name__}", ambiguous=True)',
        'failed: {type(error).__name__}", ambiguous=False)',
    ),
    # answer
    "answer: a miscounted success is a success": (
        "roku.answer",
        "if against := contradiction(said, count):",
        "if against := '':",
    ),
    "answer: a success without a body is a success": (
        "roku.answer",
        'Delivered() if taken else unreadable(status, "Roku")',
        "Delivered()",
    ),
    "answer: 210 without names is a success": (
        "roku.answer",
        "    if status == _PARTIAL:\n",
        "    if False:\n",
    ),
    "answer: what is not named was refused": (
        "roku.answer",
        "    return [unnamed] * len(lines)",
        "    return [Rejected('refused', status)] * len(lines)",
    ),
    # request
    "request: an event is left out": (
        "pipeline.contract.destination",
        '",".join(lines)',
        '",".join(lines[:99])',
    ),
}
