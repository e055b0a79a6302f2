"""What holds against each threat of SECURITY.md, where no other test says it; and that each test named there exists."""

import ast
import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from pipeline.contract.destination import Routing
from pipeline.contract.messages import Head, QueuedEvent, decode, encode
from pipeline.intake.access import Request, cors
from pipeline.intake.body import BadRequest
from pipeline.intake.senders import Sender, Senders
from roku.destination import DESTINATION
from roku.event import identify
from tests.unit.conversions import conversion, sha, take

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
THREATS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in DOCUMENT.partition("## Threats")[2].splitlines()
    if line.startswith("| ")
][1:]
NARROW = Sender(name="narrow", key="narrow-key", event_groups=("mine",))


# --- the document -----------------------------------------------------------------------------------------------------


def test_the_document_covers_these_threats() -> None:
    named = " ".join(row[0].lower() for row in THREATS)
    for word in (
        "browser key", "forged sender", "replayed", "oversized", "nested", "duplicate", "header", "log", "ssrf",
        "personal data", "timing", "queue", "dependenc",
    ):  # fmt: skip
        assert word in named


@pytest.mark.parametrize("row", THREATS, ids=lambda row: str(row[0]))
def test_every_threat_names_a_test_that_exists(row: list[str]) -> None:
    _, _, tests = row
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests)
    assert named
    assert [name for path, name in named if name not in functions(ROOT / path)] == []


def functions(path: Path) -> set[str]:
    """The test functions of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


# --- JSON that two readers might read differently ---------------------------------------------------------------------


@pytest.mark.parametrize(("first", "last", "refused"), [("mine", "theirs", True), ("theirs", "mine", False)])
def test_the_group_that_is_checked_is_the_group_that_is_sent(first: str, last: str, refused: bool) -> None:
    body = f'{{"event_group_id": "{first}", "event_group_id": "{last}", "events": [{json.dumps(conversion())}]}}'
    if refused:
        with pytest.raises(BadRequest) as caught:
            take(body, NARROW)
        assert caught.value.status == 403
        return
    received = take(body, NARROW)
    event = QueuedEvent(received.events[0].line.decode(), "", "")
    head, (queued,) = decode(encode(Head(Routing(received.event_group_id, None)), [event]), identify)
    sent = DESTINATION.assemble(head.routing, [queued.line])
    assert once(sent)["event_group_id"] == "mine"


def test_a_name_that_stands_twice_leaves_once() -> None:
    user = '{"em": "a@example.com", "em": "b@example.com", "country": "US", "country": "CA"}'
    whole = json.dumps(conversion(user_data="USER", event_id="first")).replace('"USER"', user)
    whole = whole.replace("{", '{"event_id": "second", ', 1)
    body = f'{{"event_group_id": "mine", "events": [{whole}]}}'
    event = once(take(body, NARROW).events[0].line)
    assert event["event_id"] == "first"  # the later of the two
    assert event["user_data"] == {"is_hashed": True, "em": sha("b@example.com"), "country": "CA"}


def once(text: bytes) -> Any:
    """The JSON, in which no name stands twice in one object."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({name for name, _ in found}) == len(found)
        return dict(found)

    return json.loads(text, object_pairs_hook=pairs)


@pytest.mark.parametrize("depth", [10, 100, 180, 1_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize(
    "changes",
    [
        {"unknown": "DEEP"},
        {"event_id": "DEEP"},
        {"custom_data": "DEEP"},
        {"user_data": {"aGA": "5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a", "country": "DEEP"}},
        {"custom_data": {"contents": [{"id": "a", "quantity": 1, "price": 1, "title": "DEEP"}]}},
    ],
)
def test_what_is_nested_deeply_is_refused_or_dropped(
    depth: int, opening: str, closing: str, changes: dict[str, Any]
) -> None:
    events = json.dumps([conversion(**changes), conversion()]).replace(
        '"DEEP"', opening * depth + "1" + closing * depth
    )
    body = f'{{"event_group_id": "mine", "events": {events}}}'
    if depth > 180:  # the parser takes 200 levels, and the body has some of its own
        with pytest.raises(BadRequest) as caught:
            take(body, NARROW)
        assert caught.value.status == 400
        return
    received = take(body, NARROW)
    assert sorted(received.events) == [0, 1]
    for made in received.events.values():
        assert levels(json.loads(made.line)) <= 4  # the event, its custom_data, the contents, one of them


def levels(value: object) -> int:
    """How deeply objects and arrays are nested."""
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inside is None else 1 + max(map(levels, inside), default=0)


def test_no_address_in_a_post_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    for name in ("getaddrinfo", "gethostbyname", "create_connection", "socket"):
        monkeypatch.setattr(socket, name, lambda *args, **_: opened.append(args))
    inside = "http://169.254.169.254/latest/meta-data/"
    given = conversion(event_source_url=inside, referrer_url="http://localhost:8080/admin")
    received = take(json.dumps({"event_group_id": "mine", "events": [given]}), NARROW)
    assert once(received.events[0].line)["event_source_url"] == inside  # it is passed on as text
    assert opened == []


# --- headers and keys -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end", ["\r\nSet-Cookie: a=b", "\n", "\r", "\x00", " https://evil.example", ",https://evil.example", "\u2028"]
)
def test_an_origin_that_carries_more_is_no_origin(end: str) -> None:
    page = Sender(name="page", key="page-key-1", browser=True, origins=("https://shop.example",))
    request = Request("POST", "/v1/events", {"origin": f"https://shop.example{end}"}, {}, b"", None, None)
    assert cors(request, Senders.of([page], [])) == {}
