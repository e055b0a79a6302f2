"""Deliberate faults of first lines, requests, answers, keys, and of what a run says of itself."""

from typing import Any

# name -> module, what is right in its source, what is wrong; and further such pieces.
SOURCES: dict[str, tuple[Any, ...]] = {
    "messages: what the person refused is left out of a remainder": (
        "pipeline.contract.messages",
        "        if any(column := [getattr(event, of_event) for event in events]):",
        (
            "        if any(column := [getattr(event, of_event) for event in events]) and (name =="
            ' "fingerprints" or not head.generation):'
        ),
    ),
    "messages: remainders have no fingerprints": (
        "pipeline.contract.messages",
        "        if any(column := [getattr(event, of_event) for event in events]):",
        "        if any(column := [getattr(event, of_event) for event in events]) and not head.generation:",
    ),
    "keys: the key of all for each group": (
        "roku.keys",
        'key = keys.get(event_group_id, keys.get("*"))',
        'key = keys.get("*", keys.get(event_group_id))',
    ),
    "delivery: first line says nothing of when it was refused first": (
        "pipeline.delivery.deliver",
        "head.routing.event_group_id, Tried(head.windows, head.window_from), head.refused_from",
        "head.routing.event_group_id, Tried(head.windows, head.window_from), None",
    ),
    "sqs: the first of a batch counts as put off": (
        "pipeline.aws.sqs",
        "return [one for place, one in enumerate(batch) if str(place) not in done]",
        "return [one for place, one in enumerate(batch) if str(place) not in done and place]",
    ),
    "messages: a remainder is a server's": (
        "pipeline.contract.messages",
        '    if head.sender != SERVER:\n        first["sender"] = head.sender\n',
        '    if head.sender != SERVER and not head.generation:\n        first["sender"] = head.sender\n',
    ),
    "messages: names in another order": (
        "pipeline.contract.messages",
        'first["names"] = [event.event_name for event in events]',
        'first["names"] = sorted(event.event_name for event in events)',
    ),
    "messages: fingerprints of a part are those of the first": (
        "pipeline.contract.messages",
        "first[name] = column",
        "first[name] = column[:1] * len(column)",
    ),
    "putting back: what is put off comes back at once": (
        "pipeline.delivery.putting_back",
        "postponed.append((message.record.receipt, min(event.wait for event in left)))",
        "postponed.append((message.record.receipt, 0))",
    ),
    "putting back: windows of the first of all": (
        "pipeline.delivery.putting_back",
        "shares.setdefault((part, event.used, event.refused_from), []).append(event)",
        "shares.setdefault((part,), []).append(event)",
    ),
    "burying: the letter holds the whole message": (
        "pipeline.delivery.burying",
        "_letter(encode(head, [event.queued]), group",
        "_letter(encode(head, [one.queued for one in message.events]), group",
    ),
    "burying: an unsettled letter at age 0": (
        "pipeline.delivery.burying",
        "if is_exhausted(age, message.record.receives, refused):",
        "if is_exhausted(age, message.record.receives, age):",
    ),
    "sending: the first event's outcome holds for its whole request": (
        "pipeline.delivery.ask",
        "self._settle(part, results, lane)\n        lane.unsent",
        "self._settle(part, [results[0]] * len(results), lane)\n        lane.unsent",
    ),
    "answer: duplicate means refused": (
        "pipeline.answers.refusals",
        "if plain and all(OF_THE_EVENT.fullmatch(field) and is_duplicate(text) for field, text in plain):",
        "if False:",
    ),
    "answer: what passes is refused": (
        "pipeline.answers.refusals",
        (
            "    if plain and all(passes(text) for _, text in plain):\n        return Retry(reason, status,"
            " passing=True)\n    return Rejected(reason, status, alike=any"
        ),
        "    return Rejected(reason, status, alike=any",
    ),
    "Rokt: unprocessed records are read from the top": (
        "rokt.event_api_answer",
        'listed((said.get("data", said) or {}) if',
        "listed((said or {}) if",
    ),
    "Rokt: too many errors are cut": (
        "rokt.answer",
        "if len(errors) > most or not all(blame.indexes for blame in attributed):",
        "if False:",
    ),
    "queueing: all posts are a server's": (
        "pipeline.intake.enqueue",
        "Head(routing, sender, post_id, accepted_at=int(now), waits_from=int(now))",
        "Head(routing, accepted_at=int(now), waits_from=int(now))",
    ),
    "queueing: no fingerprints": (
        "pipeline.intake.enqueue",
        'fingerprint = "" if key is None else',
        'fingerprint = "" if True else',
    ),
    "queueing: divided bodies off by one": (
        "pipeline.intake.enqueue",
        'ends.append(ends[-1] + body.count("\\n"))',
        'ends.append(ends[-1] + body.count("\\n") - 1)',
    ),
    "reception: a withheld conversion counts as accepted": (
        "pipeline.intake.received",
        '"Accepted": len(self.events) - len(self.not_queued),',
        '"Accepted": len(self.events) - len(self.not_queued) + len(self.withheld),',
    ),
    "http: the rotated key is not used": (
        "pipeline.aws.http",
        "return first if rotated == key or now() - began > LAST_START else send(rotated)",
        "return first",
    ),
    "reporting: rejected events are noted as delivered": (
        "pipeline.delivery.reporting",
        '    elif event.buried:\n        outcome = "rejected"',
        '    elif event.buried:\n        outcome = "delivered"',
    ),
    "reporting: repeats are deliveries": (
        "pipeline.delivery.reporting",
        'counts["Repeated"] += 1',
        'counts["Delivered"] += 1',
    ),
    "packing: the comma is not counted": (
        "pipeline.contract.packing",
        "return (len(line) if isinstance(line, bytes) else in_bytes(line)) + 1",
        "return len(line) if isinstance(line, bytes) else in_bytes(line)",
    ),
    "packing: one more than a request takes": (
        "pipeline.contract.packing",
        "if size > room or count == most:",
        "if size > room or count > most:",
    ),
}
