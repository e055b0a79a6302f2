"""What one can do from the page: send, switch a sandbox's faults, redrive dead letters, end a wait."""

import http.client
import json
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from botocore.exceptions import BotoCoreError, ClientError

from local.console import circuits, queues
from local.console.destinations import Lane, Redrive
from local.console.observer import Observer
from local.console.posts import TOKEN
from local.dead_letters import RedriveError, find, redrive

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

_ANSWER_SECONDS = 35  # API Gateway gives up after 30
# The faults that the page has switches for, as far as the sandbox knows them.
_SETTABLE = frozenset("status headers delay drop refuse revoked malformed failing wording naming echo".split())


class Refused(Exception):
    """The page asked for what cannot be done; the message says why."""


class Actions:
    """The page's actions on one running stack."""

    def __init__(
        self,
        observer: Observer,
        sqs: "SQSClient",
        dynamodb: "DynamoDBClient",
        table: str,
        port: Callable[[], int],
        keys: Callable[[], Mapping[str, str]],
    ) -> None:
        """`table` is the ledger's, if any; `port` is the API's; `keys` has the sender keys by the senders' names."""
        self._observer = observer
        self._sqs = sqs
        self._dynamodb, self._table = dynamodb, table
        self._port = port
        self._keys = keys
        self._switching = threading.Lock()

    def lane(self, asked: Mapping[str, Any]) -> Lane:
        """The lane that the request names. Raises Refused."""
        for lane in self._observer.lanes:
            if lane.name == asked.get("destination"):
                return lane
        raise Refused("there is no such destination")

    def set_faults(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Set some of a sandbox's faults, null removing one, and leave the others; return those in force.

        `refuse` is set by event id in the same way: two clicks that overtake each other undo nothing.
        """
        lane, wanted = self.lane(asked), asked.get("faults")
        if lane.sandbox is None:
            raise Refused("this destination is not a sandbox: it has no switches")
        settable = _SETTABLE & lane.settable()
        if not isinstance(wanted, Mapping) or not settable.issuperset(wanted):
            raise Refused(f"faults must be an object of {', '.join(sorted(settable))}")
        with self._switching:
            known = lane.sandbox.faults().as_json()
            faults = {**known, **wanted}
            if isinstance(wanted.get("refuse"), Mapping):
                refuse = {**known.get("refuse", {}), **wanted["refuse"]}
                faults["refuse"] = {name: why for name, why in refuse.items() if why is not None} or None
            try:
                lane.sandbox.set_faults({name: value for name, value in faults.items() if value is not None})
            except ValueError as error:
                raise Refused(str(error)) from error
            self.tell()
            return dict(lane.sandbox.faults().as_json())

    def try_now(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Make all waiting messages of a destination visible at once, and the next probes of its open circuits due."""
        lane = self.lane(asked)
        if self._table:
            circuits.make_due(self._dynamodb, self._table, lane.name)
        with self._observer.changed:
            settled = dict(lane.settled)
        return {"messages": queues.release(find(lane.source.queue_arn), settled)}

    def redrive(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Begin to move all dead letters of a destination back to its queue; the state tells how far it is."""
        lane = self.lane(asked)
        with self._observer.changed:
            if lane.redrive and lane.redrive.running:
                raise Refused("a redrive is under way")
            lane.redrive = Redrive("RUNNING")
        threading.Thread(target=self._redrive, args=(lane, lane.redrive), name="console redrive", daemon=True).start()
        return {"status": "RUNNING"}

    def _redrive(self, lane: Lane, task: Redrive) -> None:
        def progress(moved: int, to_move: int) -> None:
            task.moved, task.to_move = moved, to_move
            self.tell()

        try:
            task.moved = redrive(self._sqs, lane.dead_letters_arn, lane.source.queue_arn, progress)
            task.status = "COMPLETED"
        except (RedriveError, ClientError, BotoCoreError) as error:
            task.status, task.failure = "FAILED", str(error)
        self.tell()

    def tell(self) -> None:
        """Whoever waits for news looks again."""
        with self._observer.changed:
            self._observer.changed.notify_all()

    def send(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Post to the API as the chosen sender does, and return the answer; the body is kept nowhere."""
        path, body = str(asked.get("path", "")), str(asked.get("body", ""))
        if not path.startswith("/v1/") or not path.isascii() or not path.isprintable() or " " in path:
            raise Refused("the path begins with /v1/ and has no spaces")
        headers = {"Content-Type": "application/json", TOKEN: str(asked.get("post", ""))}
        for name, value in dict(asked.get("headers") or {}).items():
            headers = {known: kept for known, kept in headers.items() if known.lower() != str(name).lower()}
            headers[str(name)] = str(value)
        path, headers = self._with_key(path, headers, str(asked.get("sender", "")))
        connection = http.client.HTTPConnection("127.0.0.1", self._port(), timeout=_ANSWER_SECONDS)
        try:
            connection.request("POST", path, body.encode(), headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Refused(f"the request could not be sent: {type(error).__name__}") from error
        finally:
            connection.close()
        return {"status": answer.status, "answer": _parsed(text)}

    def _with_key(self, path: str, headers: dict[str, str], sender: str) -> tuple[str, dict[str, str]]:
        if sender == "none":
            return path, headers
        key = self._keys().get(sender, "a-key-that-nobody-has")
        if path.startswith("/v1/sources/"):
            # A platform can often set no header, so its key is in the query.
            return f"{path}{'&' if '?' in path else '?'}{urlencode({'key': key})}", headers
        return path, {"Authorization": f"Bearer {key}", **headers}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text[:2_000]
