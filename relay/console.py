"""`relay console`: the page of a deployed stack, with the operator's own credentials and nothing deployed."""

import threading
import webbrowser
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Annotated, Any

import typer

from relay import circuit, console_server, dlq, keys, metrics, report, status
from relay.deployment import Deployment
from relay.durations import seconds
from relay.errors import Misuse
from relay.kept import Kept
from relay.letter_queue import depth
from relay.printing import Out

_MOST_LETTERS = 200  # on the page, the oldest; the counts are of all
_SINCE = "24h"


def console(
    deployment: Deployment,
    out: Out,
    allow_redrive: Annotated[
        bool, typer.Option("--allow-redrive", help="Let the page redrive and drop dead letters; else it only reads.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port on 127.0.0.1; 0 is any free one.")] = 0,
    every: Annotated[int, typer.Option(min=1, help="Seconds between two looks of the page.")] = 30,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page.")] = True,
) -> int:
    """Show the stack on a page of this machine: dead letters, posts, senders, delay, and what became of one event.

    It uses your own AWS credentials, and nothing is deployed. Ends with ctrl-C.
    """
    view = View(deployment, allow_redrive=allow_redrive, every=every)
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

    def __init__(self, deployment: Deployment, *, allow_redrive: bool, every: int) -> None:
        """The page looks `every` so many seconds; without `allow_redrive` it changes nothing."""
        self._deployment, self._allowed, self._every = deployment, allow_redrive, every
        self._acting = threading.Lock()  # looking at dead letters hides them from another look

    def gets(self) -> dict[str, console_server.Ask]:
        """What can be read, by name."""
        return {"setup": self._setup, "overview": self._overview, "letters": self._letters, "status": self._status}

    def posts(self) -> dict[str, console_server.Ask]:
        """What can be done, by name."""
        return {"redrive": self._redrive, "drop": self._drop}

    def _setup(self, _: Mapping[str, str]) -> dict[str, Any]:
        told = _answer(keys.list_, self._deployment)
        return {
            "stack": self._deployment.name,
            "allow_redrive": self._allowed,
            "every": self._every,
            "destinations": [one.name for one in self._deployment.destinations()],
            "senders": told["senders"],
            "mode": self._deployment.parameters.get("DeliveryMode", "live"),
        }

    def _overview(self, query: Mapping[str, str]) -> dict[str, Any]:
        since = query.get("since") or _SINCE
        told = _answer(report.report, self._deployment, since=since, destination=query.get("destination") or None)
        end = datetime.now(UTC)
        start = end - timedelta(seconds=seconds(since))
        sqs = self._deployment.client("sqs")
        ways = {one.name: one for one in self._deployment.destinations()}
        for one in told["destinations"]:
            way = ways[one["destination"]]
            one["delay"] = metrics.delay(self._deployment, way.name, start, end)
            one["dead_letters"] = depth(sqs, way.dead_letters_url)
            one["queue"] = depth(sqs, way.queue_url)
        circuits = _answer(circuit.list_, self._deployment)["circuits"] if self._has_table() else []
        notes = list(dict.fromkeys(note for one in told["destinations"] for note in one["notes"]))
        return {**told, "circuits": circuits, "notes": notes, "at": end.timestamp()}

    def _letters(self, query: Mapping[str, str]) -> dict[str, Any]:
        with self._acting:
            kept = Kept(as_json=True)
            dlq.show(self._deployment, kept, destination=query.get("destination") or None, most=1_000_000)
        reasons: dict[tuple[str, str], int] = {}
        for one in kept.value:
            key = one["destination"], one["reason"]
            reasons[key] = reasons.get(key, 0) + 1
        ordered = sorted(reasons.items(), key=lambda item: -item[1])
        return {
            "total": len(kept.value),
            "reasons": [{"destination": at, "reason": why, "count": count} for (at, why), count in ordered],
            "letters": kept.value[:_MOST_LETTERS],
            "notes": kept.notes,
        }

    def _status(self, query: Mapping[str, str]) -> Any:
        if not query.get("id"):
            raise Misuse("an event id is needed")
        with self._acting:
            return _answer(status.status, self._deployment, query["id"])

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
        return "LedgerTableName" in self._deployment.outputs


def _answer(verb: Callable[..., int], deployment: Deployment, *given: Any, **options: Any) -> Any:
    kept = Kept(as_json=True)
    verb(deployment, kept, *given, **options)
    return kept.value
