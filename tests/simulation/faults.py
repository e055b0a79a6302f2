"""Deliberate faults of the code under test: each must be found, or the simulation proves nothing."""

from collections.abc import Callable
from typing import Any

from tests.simulation.changes import acknowledged, changed, unmatched_delivered, verdicts
from tests.simulation.faults_rokt import ROKT
from tests.simulation.planting import planted


def _setup_rejected(one: Any, outcome: Any) -> Any:
    return outcome.Rejected(one.reason, one.status) if isinstance(one, outcome.Retry) and one.setup else one


def _ambiguity_forgotten(one: Any, outcome: Any) -> Any:
    return outcome.Retry(one.reason, one.status) if isinstance(one, outcome.Retry) and one.ambiguous else one


_BY_CHANGE: dict[str, Callable[[], Any]] = {
    "unmatched failure counted as delivered": changed("roku.answer", "read", verdicts(unmatched_delivered)),
    "acknowledged before it was sent": changed("handlers.deliver_roku", "handler", acknowledged),
    "event dead-lettered for our own key": changed("roku.answer", "read", verdicts(_setup_rejected)),
    "no answer is ambiguous": changed("roku.answer", "read", verdicts(_ambiguity_forgotten)),
}

# name -> module, what is right in its source, what is wrong.
_SOURCES: dict[str, tuple[str, str, str]] = {
    # delivery: the order of its steps, and its deadline
    "delivery: dead letters are not written": (
        "pipeline.delivery",
        "    burying.bury(messages, world.dead_letters,",
        "    burying.bury(messages, type('None', (), {'send': lambda _, letters, __: [True] * len(letters)})(),",
    ),
    "delivery: no visibility is put off": ("pipeline.delivery", "    if receipts:\n", "    if not receipts:\n"),
    "delivery: nothing is noted": ("pipeline.delivery", "if world.ledger is not None and (", "if False and ("),
    "delivery: the run waits past its end": (
        "pipeline.delivery",
        "deadline.left(_AFTER_LETTERS)",
        "deadline.left(-9.0)",
    ),
    "delivery: visibility waits past the end": (
        "pipeline.delivery",
        "deadline.left(_AFTER_VISIBILITY)",
        "deadline.left(-9.0)",
    ),
    "delivery: notes wait past the end": (
        "pipeline.delivery",
        "deadline.left(_AFTER_NOTES, _LONGEST_NOTES)",
        "deadline.left(-9.0)",
    ),
    # settling and telling apart
    "settling: what passes for all alike is rejected": (
        "pipeline.settling",
        "event.outcome.alike and state.delivered_at",
        "False",
    ),
    "settling: the ledger may take its time": (
        "pipeline.settling",
        "_LONGEST_QUESTIONS = 3.0",
        "_LONGEST_QUESTIONS = 90.0",
    ),
    "settling: the answers of two messages change places": (
        "pipeline.settling",
        "for events, outcomes in zip(loads.values(), answers,",
        "for events, outcomes in zip(loads.values(), answers[::-1],",
    ),
    "settling: a changed copy shares the rejection": (
        "pipeline.settling",
        "changed = isinstance(",
        "changed = False and isinstance(",
    ),
    "settling: copies are delivered whatever became of the first": (
        "pipeline.settling",
        "else (original.outcome, original.wait)",
        "else (Repeated(), 0)",
    ),
    "settling: every group has the gate of one": (
        "pipeline.settling",
        "        group: Gate(circuits, group,",
        "        group: Gate(circuits, '',",
    ),
    "once: what the ledger knows is sent": ("pipeline.once", "if note is not None and not", "if False and not"),
    "once: two copies are two": (
        "pipeline.once",
        "first.setdefault(event.key, (message, event))",
        "first.setdefault((event.key, id(event)), (message, event))",
    ),
    # trying and windows
    "trying: a window has no end": ("pipeline.windows", "if now < tried.began + length(repeat_window):", "if True:"),
    "trying: windows are longer than the destination's": (
        "pipeline.windows",
        "_SHARE, _REPEAT_WINDOW = 0.8, 600",
        "_SHARE, _REPEAT_WINDOW = 3.0, 600",
    ),
    "trying: three windows": ("pipeline.windows", "MOST = 2\n", "MOST = 3\n"),
    "trying: one window": ("pipeline.windows", "MOST = 2\n", "MOST = 1\n"),
    "trying: no try within the window": ("pipeline.windows", "_TRIES = (60, 180, 360)", "_TRIES = (0, 0, 0)"),
    "trying: what may not be sent is sent": (
        "pipeline.trying",
        "made(Act.HOLD if state.is_open else Act.SEND,",
        "made(Act.SEND,",
    ),
    "trying: the second window needs no closed circuit": (
        "pipeline.trying",
        "    if state.is_open:\n        return made(Act.HOLD)\n",
        "",
    ),
    "trying: a run that died is forgotten": (
        "pipeline.trying",
        "if record.receives > 1 and event.tried.began is None:",
        "if False:",
    ),
    "trying: the second window is not written down": (
        "pipeline.trying",
        "_CLAIM, Tried(windows.MOST), None",
        "_CLAIM, event.tried, None",
    ),
    "trying: a lost answer leaves no mark": (
        "pipeline.trying",
        "if outcome.ambiguous and step.lost is not None:",
        "if False:",
    ),
    "trying: an event that is over is tried on": ("pipeline.trying", "if standing is Standing.OVER:", "if False:"),
    "trying: held events come back at once": (
        "pipeline.trying",
        "_SPREAD, _LONGEST_HOLD, _SHORTEST_HOLD = 120, 900, 5",
        "_SPREAD, _LONGEST_HOLD, _SHORTEST_HOLD = 1, 1, 1",
    ),
    # circuit and gate
    "circuit: it never opens": ("pipeline.circuit", "if not certain and not state.suspect_at:", "if True:"),
    "circuit: it never closes": (
        "pipeline.circuit",
        "state = replace(state, stage=0, closed_at=now)",
        "state = replace(state, stage=0)",
    ),
    "circuit: no probe is due": ("pipeline.circuit", "if not state.is_open or now < state.next_probe_at:", "if True:"),
    "circuit: a probe is due at any time": (
        "pipeline.circuit",
        "if not state.is_open or now < state.next_probe_at:",
        "if not state.is_open:",
    ),
    "circuit: a probe of everything": ("pipeline.circuit", "return SMALL if state.stage else 1", "return None"),
    "gate: an open circuit lets all pass": (
        "pipeline.gate",
        "        if not self.is_needed:\n            return None\n",
        "        return None\n",
    ),
    "gate: what it hears is not shared": (
        "pipeline.gate",
        "if self._store is None or group not in self._shared:",
        "if True:",
    ),
    # sending
    "sending: requests go out when there is no time": (
        "pipeline.sending",
        "if hold is None and time_left < self.destination.limits.seconds:",
        "if False:",
    ),
    "sending: a late answer is waited for": (
        "pipeline.sending",
        "return list(running) if time_left <= 0 else over",
        "return []",
    ),
    "sending: a late answer counts as not sent": (
        "pipeline.sending",
        "[_NO_TIME if future.cancel() else _NO_ANSWER]",
        "[_NO_TIME]",
    ),
    "sending: messages of all routings in one request": (
        "pipeline.sending",
        "by_routing.setdefault(message.routing, [])",
        "by_routing.setdefault(messages[0].routing, [])",
    ),
    "sending: more bytes than a request takes": (
        "pipeline.sending",
        "return self.destination.limits.bytes - self.destination.overhead(routing) + 1",
        "return 2 * self.destination.limits.bytes",
    ),
    "sending: halves overlap": (
        "pipeline.sending",
        "unsettled[middle:], unsettled[:middle]",
        "unsettled[middle:], unsettled[:middle + 1]",
    ),
    "sending: the ambiguity of a larger request is forgotten": (
        "pipeline.sending",
        "ambiguous = ambiguous or outcome.ambiguous",
        "pass",
    ),
    "sending: a refused key is asked again and again": (
        "pipeline.sending",
        "if outcome.setup or outcome.after is not None:",
        "if False:",
    ),
    # putting back and burying
    "putting back: some remainders are forgotten": (
        "pipeline.putting_back",
        "for chunk in chunks for body",
        "for chunk in chunks[:1] for body",
    ),
    "putting back: a remainder that was not taken is acknowledged": (
        "pipeline.putting_back",
        "if not all(results):",
        "if not any(results):",
    ),
    "putting back: patience starts anew": (
        "pipeline.putting_back",
        "waits_from=int(message.age_from)",
        "waits_from=None",
    ),
    "putting back: windows are not carried on": ("pipeline.putting_back", "windows=used.windows,", "windows=0,"),
    "putting back: remainders are divided for ever": (
        "pipeline.putting_back",
        "size = 1 if head.generation >= _SINGLES_FROM",
        "size = 1 if False",
    ),
    "putting back: a message with settled events stays whole": (
        "pipeline.putting_back",
        "return unchanged and len(left) == len(message.events) and len(parts) == 1",
        "return True",
    ),
    "burying: a refused letter counts as written": (
        "pipeline.burying",
        "event.buried = next(taken)\n",
        "event.buried = next(taken) or True\n",
    ),
    "burying: another's reason": (
        "pipeline.burying",
        "event.letter = event.letter or outcome.reason",
        "event.letter = 'the request was not right'",
    ),
    "burying: waits are short": (
        "pipeline.outcome",
        "LONGEST_AGE, MOST_RECEIVES = 5 * 86_400, 990",
        "LONGEST_AGE, MOST_RECEIVES = 3_600, 990",
    ),
    "burying: after 20 receives": (
        "pipeline.outcome",
        "LONGEST_AGE, MOST_RECEIVES = 5 * 86_400, 990",
        "LONGEST_AGE, MOST_RECEIVES = 5 * 86_400, 20",
    ),
    "burying: what the run had no time for dies too": (
        "pipeline.burying",
        "and not event.letter and not outcome.at_once",
        "and not event.letter",
    ),
    # outcome
    "outcome: waits do not grow": ("pipeline.outcome", "2 ** min(receives - 1, 10)", "2 ** 0"),
    "outcome: Retry-After has no bound": ("pipeline.outcome", "LONGEST_AFTER = 3_600", "LONGEST_AFTER = 10**9"),
    # ledger
    "ledger: events of all groups are one": (
        "pipeline.ledger",
        'what = f"{outcome}#{self._destination}#{_escaped(key.event_group_id)}#{key.event_name}"',
        'what = f"{outcome}#{self._destination}#g#{key.event_name}"',
    ),
    "ledger: names are left out": (
        "pipeline.ledger",
        '#{_escaped(key.event_group_id)}#{key.event_name}"',
        '#{_escaped(key.event_group_id)}#LEAD"',
    ),
    "ledger: ids in lower case and cut": (
        "pipeline.ledger",
        "return _within(key.event_id, _LONGEST_ID), _within(what, _LONGEST_WHAT)",
        "return _within(key.event_id[:4], _LONGEST_ID), _within(what, _LONGEST_WHAT)",
    ),
    "ledger: what has expired still counts": ("pipeline.ledger", "if _expires(item) > now}", "}"),
    "ledger: what was throttled is not asked for again": (
        "pipeline.ledger",
        "                    return items, True\n            return items, False",
        "                    return items, True\n            return items, True",
    ),
    "ledger: notes expire at once": ("pipeline.ledger", '"expires": int(now + self._seconds)', '"expires": now'),
    # sqs and messages
    "sqs: failed entries count as taken": (
        "pipeline.sqs",
        'return [int(done["Id"]) for done in answer.get("Successful", [])]',
        "return indexes",
    ),
    "sqs: a failed call counts as taken": (
        "pipeline.sqs",
        "                return []\n",
        "                return indexes\n",
    ),
    "sqs: delays are left out": ("pipeline.sqs", "    if message.delay:\n", "    if False:\n"),
    "sqs: attributes have no size": (
        "pipeline.sqs",
        "return len(self.body.encode()) + attributes",
        "return len(self.body.encode())",
    ),
    "messages: the partner is left out": (
        "pipeline.messages",
        "    if head.routing.partner_name is not None:\n",
        "    if False:\n",
    ),
    "messages: ids in another order": (
        "pipeline.messages",
        'first["ids"] = [event.event_id for event in events]',
        'first["ids"] = [event.event_id for event in events][::-1]',
    ),
    "messages: the window's beginning is left out": (
        "pipeline.messages",
        '_NUMBERS = ("accepted_at", "waits_from", "windows", "window_from", "generation")',
        '_NUMBERS = ("accepted_at", "waits_from", "windows", "generation")',
    ),
    "messages: large ones are not divided": (
        "pipeline.messages",
        "if len(body.encode()) <= MESSAGE_BYTES - ATTRIBUTE_BYTES or len(events) == 1:",
        "if True:",
    ),
    # ingest
    "queueing: what was not queued is accepted": (
        "pipeline.queueing",
        "        if not taken:\n",
        "        if False:\n",
    ),
    "queueing: the next event is blamed": (
        "pipeline.queueing",
        "received.lose(index)",
        "received.lose(index + 1 if index + 1 in received.events else index)",
    ),
    "queueing: partners are mixed": (
        "pipeline.queueing",
        "by_partner.setdefault(event.partner_name, [])",
        "by_partner.setdefault(None, [])",
    ),
    "http: the old key for ever": ("pipeline.http", "rotated = key_in(secret.reread())", "rotated = key"),
    "http: a broken connection has taken nothing": ("pipeline.http", "ambiguous=not unsent)", "ambiguous=False)"),
    "http: a time-out has taken nothing": (
        "pipeline.http",
        'failed: {type(error).__name__}", ambiguous=True)',
        'failed: {type(error).__name__}", ambiguous=False)',
    ),
    # answers
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
    "answer: 210 without names is a success": ("roku.answer", "    if status == _PARTIAL:\n", "    if False:\n"),
    "answer: what is not named was refused": (
        "roku.answer",
        "    return [unnamed] * len(lines)",
        "    return [Rejected('refused', status)] * len(lines)",
    ),
    "request: an event is left out": ("roku.request", '",".join(lines)', '",".join(lines[:99])'),
}

FAULTS: dict[str, Callable[[], Any]] = {
    **_BY_CHANGE,
    **{name: planted(*fault) for name, fault in _SOURCES.items()},
    **ROKT,
}
