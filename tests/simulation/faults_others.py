"""Deliberate faults that the simulation once did not see: of other groups, other senders, other people's messages."""

# name -> module, what is right in its source, what is wrong.
SOURCES: dict[str, tuple[str, str, str]] = {
    "sending: one group's refused key holds all groups": (
        "pipeline.delivery.ask",
        "self.held[None if one_key else part.routing]",
        "self.held[None]",
    ),
    "once: a browser's copy goes first": (
        "pipeline.delivery.once",
        "(message.head.sender == BROWSER, -message.windows)",
        "(message.head.sender != BROWSER, -message.windows)",
    ),
    "once: of copies the least tried is sent": (
        "pipeline.delivery.once",
        "(message.head.sender == BROWSER, -message.windows)",
        "(message.head.sender == BROWSER, message.windows)",
    ),
    "once: a page's note holds back whom it does not know": (
        "pipeline.delivery.once",
        "return forged and not share_an_identifier",
        "return forged and share_an_identifier",
    ),
    "once: two conversions of one id in a batch are one": (
        "pipeline.delivery.once",
        "elif not are_plainly_two(there[1].queued.fingerprint, mine):",
        "else:",
    ),
    "putting back: what nobody can deliver is acknowledged unburied": (
        "pipeline.delivery.putting_back",
        "if message.unreadable and not message.buried:",
        "if message.unreadable and message.buried:",
    ),
    "settling: an operator's word is taken from a table that fails": (
        "pipeline.delivery.settling",
        "if found.complete:\n        world.remembered",
        "if not found.complete:\n        world.remembered",
    ),
    "statuses: 413 passes with time": (
        "pipeline.answers.statuses",
        "return _MEANINGS.get(status) or",
        "return _MEANINGS.get(0 if status == 413 else status) or",
    ),
    "client: every 403 with a partner is the partner's": (
        "roku.client",
        "if self._groups.is_open(group, lambda:",
        "if True or self._groups.is_open(group, lambda:",
    ),
    "ingest: a page is told 210 where half was queued": (
        "handlers.ingest",
        "if request.path != access.EVENTS and code == 210",
        "if request.path == access.EVENTS and code == 210",
    ),
    "received: what was not queued is not told": (
        "pipeline.intake.received",
        '        self.fail(index, {"event": "could not be queued: send this event again"})\n',
        "",
    ),
}
