"""Deliberate faults of what goes back to queues and into the table."""

# name -> module, what is right in its source, what is wrong.
SOURCES: dict[str, tuple[str, str, str]] = {
    # putting back
    "putting back: some remainders are forgotten": (
        "pipeline.delivery.putting_back",
        "for chunk in chunks for body",
        "for chunk in chunks[:1] for body",
    ),
    "putting back: a remainder that was not taken is acknowledged": (
        "pipeline.delivery.putting_back",
        "if not all(results):",
        "if not any(results):",
    ),
    "putting back: patience starts again": (
        "pipeline.delivery.putting_back",
        "waits_from=int(message.age_from)",
        "waits_from=None",
    ),
    "putting back: windows are not carried on": (
        "pipeline.delivery.putting_back",
        "windows=used.windows,",
        "windows=0,",
    ),
    "putting back: remainders are divided forever": (
        "pipeline.delivery.putting_back",
        "size = 1 if head.generation >= _SINGLES_FROM",
        "size = 1 if False",
    ),
    "putting back: a message with settled events stays whole": (
        "pipeline.delivery.putting_back",
        "return unchanged and len(left) == len(message.events) and len(parts) == 1",
        "return True",
    ),
    # burying
    "burying: a refused letter counts as written": (
        "pipeline.delivery.burying",
        "event.buried = next(taken)\n",
        "event.buried = next(taken) or True\n",
    ),
    "burying: another's reason": (
        "pipeline.delivery.burying",
        "event.letter = event.letter or outcome.reason",
        "event.letter = 'the request was not right'",
    ),
    "burying: waits are short": (
        "pipeline.contract.outcome",
        "LONGEST_AGE, MOST_RECEIVES = 5 * 86_400, 990",
        "LONGEST_AGE, MOST_RECEIVES = 3_600, 990",
    ),
    "burying: after 20 receives": (
        "pipeline.contract.outcome",
        "LONGEST_AGE, MOST_RECEIVES = 5 * 86_400, 990",
        "LONGEST_AGE, MOST_RECEIVES = 5 * 86_400, 20",
    ),
    "burying: what the run had no time for dies too": (
        "pipeline.delivery.burying",
        "and not event.letter and not outcome.at_once",
        "and not event.letter",
    ),
    # outcome
    "outcome: waits do not grow": (
        "pipeline.contract.outcome",
        "2 ** min(receives - 1, 10)",
        "2 ** 0",
    ),
    "outcome: Retry-After has no bound": (
        "pipeline.answers.statuses",
        "LONGEST_AFTER = 3_600.0",
        "LONGEST_AFTER = 1e9",
    ),
    # ledger
    "ledger: events of all groups are one": (
        "pipeline.delivery.table",
        'what = f"{outcome}#{destination}#{escaped(key.event_group_id)}#{key.event_name}"',
        'what = f"{outcome}#{destination}#g#{key.event_name}"',
    ),
    "ledger: names are left out": (
        "pipeline.delivery.table",
        '#{escaped(key.event_group_id)}#{key.event_name}"',
        '#{escaped(key.event_group_id)}#LEAD"',
    ),
    "ledger: ids in lower case and cut": (
        "pipeline.delivery.table",
        "return _within(key.event_id, _LONGEST_ID)",
        "return _within(key.event_id[:4], _LONGEST_ID)",
    ),
    "ledger: what has expired still counts": (
        "pipeline.delivery.ledger",
        ' if items.number(item, "expires") > now}',
        "}",
    ),
    "ledger: what was throttled is not asked for again": (
        "pipeline.delivery.ledger",
        "return got, True\n            return got, False",
        "return got, True\n            return got, True",
    ),
    "ledger: notes expire at once": (
        "pipeline.delivery.table",
        "_shared(now, int(now + seconds),",
        "_shared(now, now,",
    ),
    "ledger: a circuit is written over": (
        "pipeline.delivery.ledger",
        'ConditionExpression="attribute_not_exists(version) OR version = :version"',
        'ConditionExpression="attribute_not_exists(version) OR version = :version OR version <> :version"',
    ),
    # sqs
    "sqs: failed entries count as taken": (
        "pipeline.aws.sqs",
        'return [int(done["Id"]) for done in answer.get("Successful", [])]',
        "return indexes",
    ),
    "sqs: a failed call counts as taken": (
        "pipeline.aws.sqs",
        "                return []\n",
        "                return indexes\n",
    ),
    "sqs: delays are left out": (
        "pipeline.aws.sqs",
        "    if message.delay:\n",
        "    if False:\n",
    ),
    "sqs: attributes have no size": (
        "pipeline.aws.sqs",
        "return packing.in_bytes(self.body) + attributes",
        "return packing.in_bytes(self.body)",
    ),
}
