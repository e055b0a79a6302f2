"""The lines of a file of conversions to the API, in as few posts as fit, and what became of each."""

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from relay.deployment import Deployment
from relay.errors import DECLINED, Trouble
from relay.files.checkpoint import Sent, digest_of
from relay.files.file_bar import bar
from relay.files.file_questions import again_means, asking
from relay.files.inputs import Item, Reading, format_of, items
from relay.files.opening import STDIN
from relay.posting import MOST_BYTES, MOST_EVENTS, Outcome, Poster, sender_key
from relay.printing import Out
from relay.secret_texts import read_secret
from sources import registry

_TEST_EVENTS = 100  # in one post to /v1/test_events, whose answer waits for Roku's


@dataclass(slots=True)
class Tally:
    """What became of one file's lines."""

    file: str
    accepted: int = 0
    already: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    warnings: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # by destination, field and text
    ignored: Counter[str] = field(default_factory=Counter)  # lines that are no conversions, by reason
    withheld: Counter[tuple[str, str]] = field(default_factory=Counter)  # by destination and reason


@dataclass(slots=True)
class _Batch:
    head: dict[str, Any]
    items: list[Item] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    size: int = 0


class Sending:
    """One send: the posts under way at once, and who may post."""

    def __init__(
        self,
        deployment: Deployment,
        out: Out,
        reading: Reading,
        key: str | None,
        *,
        concurrency: int = 4,
        dry_run: bool = False,
        yes: bool = False,
    ) -> None:
        self._deployment = deployment
        self._out = out
        self._reading = reading
        self._given_key = key
        self._concurrency = concurrency
        self._dry_run = dry_run
        self._yes = yes
        self._stopping = threading.Event()
        path = "/v1/test_events" if dry_run else "/v1/events"
        url = deployment.output("ApiUrl").rstrip("/") + path
        self._poster = Poster(url, local=deployment.local, stopping=self._stopping)
        self._key = cache(self._find_key)

    def send(self, tally: Tally, again: bool) -> None:
        """Send one file, with `again` also what was accepted before. Raises Trouble; what is accepted is remembered."""
        way = {
            "map": dict(self._reading.mapping),
            "set": dict(self._reading.defaults),
            "group": self._reading.group,
            "format": format_of(tally.file, self._reading),
        }
        remembered = STDIN if self._dry_run else tally.file
        sent = Sent(remembered, self._deployment.name, self._deployment.stack_id, way, again=again)
        if again and remembered != STDIN:
            self._agree(tally.file, sent.forgotten)
        with sent, bar(tally.file) as shown:
            asked = asking(tally.file, self._out, shown.paused)
            reading = replace(self._reading, asked=asked)
            lines = items(tally.file, reading, read=shown.read, say=self._out.aside, ignored=tally.ignored)
            self._post_all(self._batches(lines, sent, tally), sent, tally)

    def _agree(self, file: str, accepted: int) -> None:
        """Say what sending everything again can do, and at a terminal ask whether to do it. Raises Trouble."""
        self._out.aside(f"{file}: {again_means(accepted, self._deployment.parameters.get('LedgerDays', ''))}")
        if accepted and not self._yes and sys.stdin.isatty() and not self._out.agrees("send it again?"):
            raise Trouble(DECLINED)

    def _batches(self, lines: Iterator[Item], sent: Sent, tally: Tally) -> Iterator[_Batch]:
        """The lines still to be sent, in posts as large as may be, each of one event group."""
        opened: dict[str, _Batch] = {}
        most = _TEST_EVENTS if self._dry_run else MOST_EVENTS
        for item in lines:
            if item.conversion is None:
                tally.refused.append({"line": item.number, "event_id": None, "errors": {"line": str(item.fault)}})
                continue
            digest = digest_of(item)
            if sent.knows(digest):
                tally.already += 1
                continue
            size = len(json.dumps(item.conversion, ensure_ascii=False).encode()) + 2
            name = json.dumps(item.head, sort_keys=True)
            batch = opened.setdefault(name, _Batch(dict(item.head)))
            if batch.items and (len(batch.items) == most or batch.size + size > MOST_BYTES):
                yield batch
                batch = opened[name] = _Batch(dict(item.head))
            batch.items.append(item)
            batch.digests.append(digest)
            batch.size += size
        yield from (batch for batch in opened.values() if batch.items)

    def _post_all(self, batches: Iterator[_Batch], sent: Sent, tally: Tally) -> None:
        under_way: dict[Future[Outcome], _Batch] = {}

        def settle() -> None:
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                self._note(under_way.pop(future), future, sent, tally)

        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="post") as threads:
            try:
                for batch in batches:
                    group = batch.head.get("event_group_id")
                    events = [item.conversion for item in batch.items]
                    under_way[threads.submit(self._poster.post, self._key(group), batch.head, events)] = batch
                    if len(under_way) >= self._concurrency:
                        settle()
                while under_way:
                    settle()
            except BaseException:
                # What is under way ends first: what it was told must be remembered.
                self._stopping.set()
                for future, batch in under_way.items():
                    if future.exception() is None:
                        self._note(batch, future, sent, tally)
                raise

    def _note(self, batch: _Batch, future: Future[Outcome], sent: Sent, tally: Tally) -> None:
        outcome = future.result()
        taken = [digest for place, digest in enumerate(batch.digests) if place not in outcome.refused]
        sent.add(taken)
        tally.accepted += len(taken)
        for place, errors in sorted(outcome.refused.items()):
            item = batch.items[place]
            tally.refused.append({"line": item.number, "event_id": _event_id(item), "errors": errors})
        for warning in outcome.warnings:
            said = warning.get("destination", ""), warning.get("field", ""), warning.get("warning", "")
            tally.warnings[said] += warning.get("count", 1)
        for one in outcome.withheld:
            tally.withheld[one.get("destination", ""), one.get("reason", "")] += 1

    def _find_key(self, group: str | None) -> str:
        if self._given_key:
            return self._given_key
        secret = read_secret(self._deployment, self._deployment.output("SenderKeysSecretName"))
        found = sender_key(registry.senders(secret.text)[0], group)
        if found is None:
            where = f"the event group {group}" if group else "this"
            raise Trouble(f"no sender key for {where} is kept in plain text: name one with --key (RELAY_SENDER_KEY)")
        return found


def _event_id(item: Item) -> str | None:
    value = (item.conversion or {}).get("event_id")
    return str(value)[:200] if isinstance(value, str | int) and not isinstance(value, bool) else None
