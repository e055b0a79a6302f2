"""`relay console`: the page of a deployed stack, with the operator's own credentials and nothing deployed."""

import threading
import webbrowser
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any

import typer

from relay import circuit, console_server, metrics, report
from relay.deployment import Deployment
from relay.durations import now, seconds
from relay.errors import Misuse
from relay.events import ledger_items, log, status
from relay.kept import Kept
from relay.ledger_table import NO_TABLE, table_of
from relay.letters import dlq
from relay.letters.letter_queue import depth
from relay.orders import roku_report
from relay.printing import Out, moment
from relay.senders import keys
from sources import registry

_MOST = 200  # dead letters on the page, the oldest, and events of the door, the newest; the counts are of all
_ALL = 1_000_000
_OWN_SOURCES = ("events", "beacon")  # how `relay log` calls the posts to a path that is not a source's
_SINCE = "24h"
_OF_A_POST = ("sender", "source")


def console(
    deployment: Deployment,
    out: Out,
    allow_redrive: Annotated[
        bool, typer.Option("--allow-redrive", help="Let the page redrive and drop dead letters; else it only reads.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port on 127.0.0.1; 0 is any free one.")] = 0,
    every: Annotated[int, typer.Option(min=1, help="Seconds between two looks of the page.")] = 30,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page.")] = True,
    roku: Annotated[
        Path | None, typer.Option(help="A report from Roku Ads Manager (CSV), for looking up what Roku took.")
    ] = None,
) -> int:
    """Show the stack on a page of this machine: dead letters, posts, senders, delay, and what became of one event.

    It uses your own AWS credentials, and nothing is deployed. Ends with ctrl-C.
    """
    if roku is not None:
        roku_report.of_file(roku)  # what is wrong with it is said now, not on the page
    view = View(deployment, allow_redrive=allow_redrive, every=every, roku=roku)
    token = token_urlsafe(24)
    made = console_server.server(token, view.gets(), view.posts(), port)
    address = f"http://{console_server.HOST}:{made.server_address[1]}/?token={token}"
    out.answer({"url": address, "stack": deployment.name, "read_only": not allow_redrive})
    out.line(f"{deployment.name}: {address}")
    out.aside("Whoever has this address can see what you see" + (", and redrive and drop" if allow_redrive else ""))
    if browser and not out.as_json:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    try:
        made.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        made.server_close()
    return 0


class View:
    """What the page asks of one stack: the answers of the verbs."""

    def __init__(self, deployment: Deployment, *, allow_redrive: bool, every: int, roku: Path | None = None) -> None:
        """The page looks `every` so many seconds; without `allow_redrive` it changes nothing. `roku` is its report."""
        self._deployment, self._allowed, self._every, self._roku = deployment, allow_redrive, every, roku
        self._acting = threading.Lock()  # looking at dead letters hides them from another look

    def gets(self) -> dict[str, console_server.Ask]:
        """What can be read, by name."""
        return {
            "setup": self._setup,
            "overview": self._overview,
            "door": self._door,
            "letters": self._letters,
            "status": self._status,
        }

    def posts(self) -> dict[str, console_server.Ask]:
        """What can be done, by name."""
        return {"redrive": self._redrive, "drop": self._drop}

    def _setup(self, _: Mapping[str, str]) -> dict[str, Any]:
        told = _answer(keys.list_, self._deployment)
        named = {registry.base_of(name) for sender in told["senders"] for name in sender["sources"]}
        return {
            "stack": self._deployment.name,
            "allow_redrive": self._allowed,
            "every": self._every,
            "destinations": [one.name for one in self._deployment.destinations()],
            "senders": told["senders"],
            "sources": [*_OWN_SOURCES, *sorted(named)],
            "mode": self._deployment.parameters.get("DeliveryMode", "live"),
        }

    def _overview(self, query: Mapping[str, str]) -> dict[str, Any]:
        since, at = query.get("since") or _SINCE, query.get("destination") or None
        told = _answer(report.report, self._deployment, since=since, destination=at)
        end = datetime.now(UTC)
        start = end - timedelta(seconds=seconds(since))
        sqs = self._deployment.client("sqs")
        ways = {one.name: one for one in self._deployment.destinations()}
        for one in told["destinations"]:
            way = ways[one["destination"]]
            one["delay"] = metrics.delay(self._deployment, way.name, start, end)
            one["dead_letters"] = depth(sqs, way.dead_letters_url)
            one["queue"] = depth(sqs, way.queue_url)
        circuits = _answer(circuit.list_, self._deployment, destination=at)["circuits"] if self._has_table() else []
        notes = list(dict.fromkeys(note for one in told["destinations"] for note in one["notes"]))
        return {**told, "circuits": circuits, "notes": notes, "at": end.timestamp()}

    def _door(self, query: Mapping[str, str]) -> dict[str, Any]:
        """What ended at the door. A post that was refused as a whole was so for every destination."""
        if not self._has_table():
            return {"total": 0, "outcomes": {}, "events": [], "notes": [NO_TABLE]}
        chosen = {"since": query.get("since") or _SINCE, **{name: query.get(name) or None for name in _OF_A_POST}}
        found = _answer(log.log, self._deployment, most=_ALL, **chosen)
        if at := query.get("destination"):
            found = [one for one in found if at in (one["destinations"] or [at])]
        return {
            "total": len(found),
            "outcomes": Counter(one["outcome"] for one in found),
            # The page has columns of their own for the sender and the source.
            "events": [one | {"why": ledger_items.why(one | {"sender": ""})} for one in reversed(found[-_MOST:])],
            "notes": [],
        }

    def _letters(self, query: Mapping[str, str]) -> dict[str, Any]:
        with self._acting:
            kept = Kept(as_json=True)
            dlq.show(self._deployment, kept, destination=query.get("destination") or None, most=_ALL)
        start = moment(now() - seconds(query.get("since") or _SINCE))
        shown = [one for one in kept.value if one["rejected_at"] >= start]
        reasons = Counter((one["destination"], one["reason"]) for one in shown)
        return {
            "total": len(shown),
            "older": len(kept.value) - len(shown),
            "reasons": [{"destination": at, "reason": why, "count": n} for (at, why), n in reasons.most_common()],
            "letters": shown[:_MOST],
            "notes": kept.notes,
        }

    def _status(self, query: Mapping[str, str]) -> Any:
        if not query.get("id"):
            raise Misuse("an event id is needed")
        kept = Kept(as_json=True)
        with self._acting:
            status.status(self._deployment, kept, query["id"], roku=self._roku)
        return {"answer": kept.value, "tables": kept.tables, "lines": kept.lines}

    def _redrive(self, asked: Mapping[str, str]) -> Any:
        return self._act(dlq.redrive, asked)

    def _drop(self, asked: Mapping[str, str]) -> Any:
        return self._act(dlq.drop, asked, yes=True)

    def _act(self, verb: Callable[..., int], asked: Mapping[str, str], **more: Any) -> Any:
        """One letter by its message, those of a reason, or all of a destination."""
        if not self._allowed:
            raise Misuse("this console only reads: start it with --allow-redrive")
        if not asked.get("destination"):
            raise Misuse("say of which destination")
        chosen = {name: asked.get(name) or None for name in ("destination", "reason", "message_id")}
        with self._acting:
            kept = Kept(as_json=True)
            verb(self._deployment, kept, **chosen, **more)
        return {"done": kept.value, "notes": kept.notes}

    def _has_table(self) -> bool:
        return table_of(self._deployment) is not None


def _answer(verb: Callable[..., int], deployment: Deployment, *given: Any, **options: Any) -> Any:
    kept = Kept(as_json=True)
    verb(deployment, kept, *given, **options)
    return kept.value
