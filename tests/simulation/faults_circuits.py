"""Deliberate faults of windows and circuits, of what a run remembers and of when it tries again."""

from typing import Any

# name -> module, what is right in its source, what is wrong; and further such pieces.
SOURCES: dict[str, tuple[Any, ...]] = {
    "settling: a copy waits no time": (
        "pipeline.delivery.settling",
        "event.outcome, event.wait = original.outcome, original.wait",
        "event.outcome, event.wait = original.outcome, 0",
    ),
    "circuit: a probe that is understood closes it": (
        "pipeline.delivery.circuit",
        "        if state.stage == 0:\n            state = replace(state, stage=1, next_probe_at=now)",
        "        if False:\n            state = replace(state, stage=1, next_probe_at=now)",
    ),
    "circuit: probes never become rarer": (
        "pipeline.delivery.circuit",
        "return float(_LATE_PROBES if now - state.opened_at >= _LATE else _PROBES)",
        "return 60.0",
    ),
    "ledger: the second batch of 100 is not read": (
        "pipeline.delivery.ledger",
        "answers = waiting.each(self._executor, read, _batches(names, _READ), seconds)",
        "answers = waiting.each(self._executor, read, _batches(names[:_READ], _READ), seconds)",
    ),
    "ledger: the rest of unprocessed writes is forgotten": (
        "pipeline.delivery.ledger",
        "        if not left:\n            return True\n    return False\n\n\ndef _batches",
        "        return True\n    return False\n\n\ndef _batches",
    ),
    "ledger: more items in a write than DynamoDB takes": (
        "pipeline.delivery.ledger",
        "_READ, _WRITE = 100, 25",
        "_READ, _WRITE = 100, 26",
    ),
    "statuses: 403 is a refusal of the events": (
        "pipeline.answers.statuses",
        "return _MEANINGS.get(status) or",
        "return _MEANINGS.get(400 if status == 403 else status) or",
    ),
    "statuses: 503 took nothing": (
        "pipeline.answers.statuses",
        "ambiguous=means is Meaning.BROKEN, after=after)",
        "ambiguous=means is Meaning.BROKEN and status != 503, after=after)",
    ),
    "outcome: the first wait is a second": (
        "pipeline.contract.outcome",
        "FIRST_WAIT, LONGEST_WAIT, LEAST_SHARE = 30, 900, 0.6",
        "FIRST_WAIT, LONGEST_WAIT, LEAST_SHARE = 1, 900, 0.6",
    ),
    "outcome: passing for 5 days": (
        "pipeline.contract.outcome",
        "LONGEST_PASSING = 86_400",
        "LONGEST_PASSING = 432_000",
    ),
}
