"""No post costs more than its bytes are worth, whatever it holds. Times are of the processor, not of the clock."""

import importlib
import json
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from pipeline.intake import senders
from tests.integration.deployed import Deployed, deploy
from tests.integration.hostile import CLASSES, LONGEST, POSTS, doors
from tests.integration.test_handlers_ingest import post

MOST = 5.0  # seconds of the processor for a post of any size: the bound that is promised
_ROKT = {
    "ROKT_QUEUE_URL": "rokt",
    "ROKT_API": "conversions",
    "ROKT_URL": "",
    "ROKT_ACCOUNT_ID": "1",
    "ROKT_HASHED": "email,first_name,last_name,mobile,billing_zip",
    "ROKT_COPY_RTID": "false",
    "ROKT_HASHED_NAMES": "lower_case",
    "ROKT_CONVERSION_TYPE": "own",
    "ROKT_SEND_BIRTH_DATE": "true",
}


class _Everything:
    """A queue that takes everything and costs nothing."""

    def send(self, messages: list[Any]) -> list[bool]:
        return [True] * len(messages)


Cost = Callable[..., float]


@pytest.fixture(scope="module")
def relay() -> Iterator[Deployed]:
    with pytest.MonkeyPatch.context() as patch:
        keys = {
            "server": {"key": "server-key", "default_event_group": "g1"},
            "page": {"key": "browser-key", "browser": True, "origins": ["https://shop.example"]},
        } | {f"sender {place}": f"another-key-{place}" for place in range(1_000)}
        with deploy(patch, keys, **_ROKT) as stack:
            patch.setattr(importlib.import_module("handlers.ingest"), "_queue", lambda _: _Everything())
            yield stack


@pytest.fixture(scope="module")
def cost(relay: Deployed) -> Cost:
    """Seconds of the processor that a post takes; it is stopped where it would take more than it may."""

    def stop(*_: int | FrameType | None) -> None:
        raise TimeoutError

    def measured(body: str, path: str = "/v1/events", **changes: Any) -> float:
        event = post(body, path=path, **changes)
        before = signal.signal(signal.SIGPROF, stop)
        signal.setitimer(signal.ITIMER_PROF, MOST)
        try:
            begun = time.process_time()
            answer = relay.ingest(event)
            took = time.process_time() - begun
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
        assert len(answer["body"]) < 6_000_000
        assert "send the request again" not in answer["body"], answer["body"][:500]  # a fault of ours, or stopped
        return took

    return measured


_TELLING = 0.2  # seconds: of less than that nothing can be told


def check_growth(cost: Cost, body: Callable[[int], str], size: int, path: str, **changes: Any) -> None:
    """The cost of a text 8 times as long is less than 24 times as much; a square would be 64 times."""
    large = cost(body(size), path, **changes)
    if large > _TELLING:  # the first post of a process loads modules, and a busy machine slows any
        large = min(cost(body(size), path, **changes) for _ in range(3))
    if large > _TELLING:
        assert large < 24 * cost(body(size // 8), path, **changes)


@pytest.mark.parametrize("kind", CLASSES)
def test_a_hostile_text_in_every_field_of_every_door_costs_what_its_bytes_do(cost: Cost, kind: str) -> None:
    for door in doors():
        try:
            check_growth(
                cost,
                lambda size, door=door: door.body(CLASSES[kind](size)),  # type: ignore[misc]
                door.size(kind),
                door.path,
                headers=dict(door.headers),
            )
        except AssertionError as error:
            raise AssertionError(f"{kind} in {door.name}") from error


# Two that cost least; `make thorough` posts them all.
_ALL = pytest.mark.thorough(reason="posts of nearly 6 MB")
_QUICK = ("names that may be signals of consent", "ga4 of parameters")
assert set(_QUICK) < set(POSTS)


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in _QUICK else [_ALL]) for name in POSTS])
def test_a_post_of_nearly_6_megabytes_costs_at_most_5_seconds_whatever_it_holds(cost: Cost, name: str) -> None:
    path, body = POSTS[name]
    posted = body()
    assert len(posted.encode()) < 6_000_000
    cost(posted, path, headers={"x-shopify-topic": "orders/paid"})


# What API Gateway takes is 10,240 bytes of headers; another front door may take more.
_HEADERS = (
    "authorization authentication x-api-key origin referer user-agent sec-gpc content-type signature x-signature"
    " x-shopify-topic x-shopify-hmac-sha256 strange"
).split()


@pytest.mark.parametrize("kind", CLASSES)
def test_a_hostile_text_in_every_header_and_parameter_costs_what_its_bytes_do(cost: Cost, kind: str) -> None:
    lead = {"event_name": "LEAD", "event_time": 1767225600, "event_id": "1", "user_data": {"em": "jane@example.com"}}
    body = json.dumps({"event_group_id": "g1", "events": [lead]})
    page = {"origin": "https://shop.example", "authorization": "Bearer browser-key"}
    text = CLASSES[kind](LONGEST // 4)  # 14 headers, six times what API Gateway takes in each
    everywhere = dict.fromkeys(_HEADERS, text) | {text: text}
    for path in ("/v1/events", "/v1/sources/shopify", "/v1/sources/segment"):
        cost(body, path, headers=everywhere, queryStringParameters={"key": text, text: text})
        cost(body, path, headers=everywhere | {"authorization": "Bearer server-key"})
    cost(body, "/v1/beacon", headers=everywhere | page)
    cost(body, text, method=text)


def test_a_request_hashes_its_key_once_however_many_senders_there_are(
    relay: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.ingest(post({}))  # the first request of a process reads all senders
    hashed: list[str] = []
    make = senders.key_digest

    def counted(key: str) -> bytes:
        hashed.append(key)
        return make(key)

    monkeypatch.setattr(senders, "key_digest", counted)
    for key in ("server-key", "another-key-999"):
        assert relay.ingest(post({}, key=key))["statusCode"] == 400
    assert hashed == ["server-key", "another-key-999"]
    hashed.clear()
    assert relay.ingest(post({}, key="no-such-key"))["statusCode"] == 401
    assert set(hashed) == {"no-such-key"}  # and never one of the 1,003 senders'
