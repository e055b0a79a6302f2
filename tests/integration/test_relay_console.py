"""The door of `relay console`: this machine's own page with the token, and nothing that changes unless allowed."""

import http.client
import socket
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from typing import Any
from unittest.mock import patch

import pytest

from relay.console import View
from relay.console_server import server
from relay.deployment import Deployment
from relay.errors import Misuse
from relay.events import log, status
from relay.letters import dlq
from relay.printing import Out, moment
from tests.bounds import BOUND

TOKEN = "the-token"


@pytest.fixture(scope="module")
def running() -> Iterator[ThreadingHTTPServer]:
    def fail(_: Mapping[str, str]) -> Any:
        raise Misuse("this console only reads")

    made = server(TOKEN, {"setup": lambda query: {"asked": dict(query)}}, {"drop": fail, "redrive": dict})
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def _ask(
    running: ThreadingHTTPServer, method: str, path: str, headers: Mapping[str, str] | None = None, body: str = ""
) -> tuple[int, str, Mapping[str, str]]:
    port = running.server_address[1]
    cookie = {"Cookie": f"relay_console_{port}={TOKEN}"}
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=BOUND)
    connection.request(method, path, body.encode(), {**cookie, **(headers or {})})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, dict(answer.getheaders())


def _origin(running: ThreadingHTTPServer) -> dict[str, str]:
    return {"Origin": f"http://127.0.0.1:{running.server_address[1]}"}


def test_the_address_gives_the_token_as_a_cookie_that_no_script_and_no_other_site_can_use(
    running: ThreadingHTTPServer,
) -> None:
    status, _, headers = _ask(running, "GET", f"/?token={TOKEN}", {"Cookie": ""})
    assert (status, headers["Location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in headers["Set-Cookie"].split(";")}
    assert running.server_address[0] == "127.0.0.1"


def test_with_it_there_are_the_page_its_parts_and_answers(running: ThreadingHTTPServer) -> None:
    status, text, headers = _ask(running, "GET", "/")
    assert (status, "Relay console" in text) == (200, True)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert [_ask(running, "GET", f"/{name}")[0] for name in ("operator.js", "dom.js", "console.css")] == [200] * 3
    assert _ask(running, "GET", "/api/setup?since=1h")[1] == '{"asked": {"since": "1h"}}'
    assert (
        _ask(running, "POST", "/api/redrive", _origin(running), '{"reason": "x", "more": null}')[1] == '{"reason": "x"}'
    )


@pytest.mark.parametrize(
    ("error", "reported"), [(BrokenPipeError, False), (ConnectionResetError, False), (ValueError, True)]
)
def test_a_page_that_is_closed_before_its_answer_is_no_error(
    running: ThreadingHTTPServer, capsys: pytest.CaptureFixture[str], error: type[Exception], reported: bool
) -> None:
    with socket.socket() as connection:
        try:
            raise error  # noqa: TRY301
        except error:
            running.handle_error(connection, ("127.0.0.1", 1))
    assert (error.__name__ in capsys.readouterr().err) is reported


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {"Cookie": ""}, 401),
        ("GET", "/api/setup", {"Cookie": "relay_console_1=the-token"}, 401),
        ("GET", "/?token=wrong", {"Cookie": ""}, 401),
        ("GET", "/", {"Host": "evil.example"}, 403),
        ("GET", "/api/setup", {"Origin": "https://evil.example"}, 403),
        ("POST", "/api/redrive", {}, 403),  # a browser always says where a POST is from
        ("POST", "/api/redrive", {"Origin": "null"}, 403),
        ("POST", "/api/redrive", {"Origin": "https://evil.example"}, 403),
        ("GET", "/../console.py", {}, 404),
        ("GET", "/nothing.js", {}, 404),
        ("GET", "/api/redrive", {}, 404),
    ],
)
def test_nobody_else_reads_or_does_anything(
    running: ThreadingHTTPServer, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert _ask(running, method, path, headers, "{}")[0] == status


def test_what_goes_wrong_is_a_line(running: ThreadingHTTPServer) -> None:
    assert _ask(running, "POST", "/api/drop", _origin(running), "{}")[:2] == (
        400,
        '{"message": "this console only reads"}',
    )
    assert _ask(running, "POST", "/api/drop", _origin(running), "[]")[0] == 400
    assert _ask(running, "POST", "/api/drop", _origin(running), "x" * 10_001)[0] == 413


def test_without_allow_redrive_nothing_is_asked_of_aws() -> None:
    stack = Deployment("ads", "arn", datetime.now(UTC), {}, {}, local=False, session=None)
    view = View(stack, allow_redrive=False, every=30)
    for act in view.posts().values():
        with pytest.raises(Misuse, match="--allow-redrive"):
            act({"destination": "roku"})
    with pytest.raises(Misuse, match="which destination"):
        View(stack, allow_redrive=True, every=30).posts()["drop"]({})


# --- what the page is told -------------------------------------------------------------------------------------------

STACK = Deployment("ads", "arn", datetime.now(UTC), {}, {"LedgerTableName": "t"}, local=False, session=None)


def _ended(outcome: str, *destinations: str) -> dict[str, Any]:
    told = {"outcome": outcome, "destinations": list(destinations), "fields": "em", "reason": "missing"}
    return told | {"refused_by": None, "sender": "shop", "source": "events", "event_id": outcome}


def test_what_ended_at_the_door_is_counted_whole_and_filtered_by_sender_source_destination_and_time() -> None:
    asked: list[dict[str, Any]] = []

    def listed(_: Deployment, out: Out, **options: Any) -> int:
        asked.append(options)
        out.answer([_ended("invalid", "roku")] * 300 + [_ended("withheld", "rokt"), _ended("refused")])
        return 0

    door = View(STACK, allow_redrive=False, every=30).gets()["door"]
    with patch.object(log, "log", listed):
        everything = door({})
        rokt = door({"since": "7d", "sender": "shop", "source": "events", "destination": "rokt"})
    assert (everything["total"], len(everything["events"])) == (302, 200)
    assert everything["outcomes"] == {"invalid": 300, "withheld": 1, "refused": 1}
    # The newest is first; what was refused as a whole was so for every destination.
    assert [(one["outcome"], one["why"]) for one in rokt["events"]] == [
        ("refused", "em: missing"),
        ("withheld", "em: missing"),
    ]
    assert [(one["since"], one["sender"], one["source"]) for one in asked] == [
        ("24h", None, None),
        ("7d", "shop", "events"),
    ]


def test_without_a_table_the_page_says_why_nothing_is_listed() -> None:
    view = View(Deployment("ads", "arn", datetime.now(UTC), {}, {}, False, None), allow_redrive=False, every=30)
    told = view.gets()["door"]({})
    assert (told["total"], told["events"]) == (0, [])
    assert "LedgerDays=0" in told["notes"][0]


def test_dead_letters_are_those_of_the_time_and_older_ones_are_counted() -> None:
    end = datetime.now(UTC).timestamp()
    letters = [
        {"destination": "roku", "reason": "odd", "rejected_at": moment(end - age)} for age in (9 * 86_400, 7_200, 60)
    ]

    def shown(_: Deployment, out: Out, **options: Any) -> int:
        out.answer(letters)
        return 0

    ask = View(STACK, allow_redrive=False, every=30).gets()["letters"]
    with patch.object(dlq, "show", shown):
        told = {since: ask({"since": since}) for since in ("1h", "24h", "14d")}
    assert {since: (one["total"], one["older"]) for since, one in told.items()} == {
        "1h": (1, 2),
        "24h": (2, 1),
        "14d": (3, 0),
    }
    assert told["24h"]["reasons"] == [{"destination": "roku", "reason": "odd", "count": 2}]


def test_one_conversion_is_what_relay_status_shows() -> None:
    def said(_: Deployment, out: Out, what: str, **_options: Any) -> int:
        out.answer({"event_id": what, "state": "unknown"})
        out.table(["outcome"], [["invalid"]])
        out.line("nothing waits")
        return 4

    with patch.object(status, "status", said):
        told = View(STACK, allow_redrive=False, every=30).gets()["status"]({"id": "order-1"})
    assert told["answer"] == {"event_id": "order-1", "state": "unknown"}
    assert (told["tables"], told["lines"]) == ([(["outcome"], [["invalid"]])], ["nothing waits"])
