"""The console's backend on the whole stack: what it sees, what its actions do, and that it disturbs nothing."""

import http.client
import json
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

import pytest
import requests

from local.dead_letters import find
from local.http_server import Answer, Request
from local.senders import SENDER_KEY
from pipeline.contract.outcome import COUNTED_TWICE
from tests.bounds import BOUND
from tests.e2e.relay import EVENT, Relay, running, until

JANE = "jane@example.com"
OUTAGE = {"drop": "before"}


class Page:
    """What the page asks of the backend."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.url = f"{relay.stack.url}/_console/"

    def get(self, name: str, **query: str) -> Any:
        answer = requests.get(self.url + name, params={**query}, timeout=BOUND)
        return answer.json()

    def ask(self, name: str, **asked: object) -> Any:
        answer = requests.post(self.url + name, json=asked, timeout=BOUND)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def faults(self, **faults: object) -> Any:
        return self.ask("faults", destination="roku", faults=faults)

    def story(self, event_id: str) -> list[dict[str, Any]]:
        """The conversions of that id, oldest first, in detail."""
        store = self.relay.stack.console.observer
        with store.changed:
            return [c.detail() for c in store.conversions.changed_since(0) if c.event_id == event_id]

    def until(self, event_id: str, *outcomes: str) -> list[dict[str, Any]]:
        """The conversions of that id, once these are their outcomes."""

        def look() -> list[dict[str, Any]]:
            found = sorted(self.story(event_id), key=lambda item: int(item["number"]))
            return found if [item["outcome"] for item in found] == list(outcomes) else []

        found: list[dict[str, Any]] = until(look)
        return found

    def events(self) -> Generator[tuple[str, Any], None, None]:
        """The stream's events."""
        connection = http.client.HTTPConnection("127.0.0.1", self.relay.stack.api.port, timeout=BOUND)
        connection.request("GET", "/_console/stream")
        name = ""
        with closing(connection), connection.getresponse() as answer:
            for line in answer:
                if line.startswith(b"event: "):
                    name = line[7:].decode().strip()
                if line.startswith(b"data: "):
                    yield name, json.loads(line[6:])

    def lane(self) -> dict[str, Any]:
        """The state of the one destination."""
        found: dict[str, Any] = self.relay.stack.console._state.look()["destinations"][0]
        return found

    def is_idle(self) -> bool:
        """Whether nothing of an earlier test is on its way; what waits comes back now."""
        names: Any = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
        url = self.relay.stack.outputs()["RokuQueueUrl"]
        counts = self.relay.stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        if any(map(int, counts.values())):
            self.relay.try_now()
            return False
        return True


@pytest.fixture
def page(relay: Relay) -> Iterator[Page]:
    relay.accept()
    if relay.letters():
        relay.redrive()
    page = Page(relay)
    until(page.is_idle)
    yield page
    relay.accept()


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with running() as relay:
        yield relay


def _reasons(conversion: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["outcome"], step["reason"]) for step in conversion["history"] if step["outcome"] != "delivering"]


def test_a_conversion_is_followed_from_its_post_to_its_delivery_and_a_repeat_is_told_from_it(page: Page) -> None:
    page.relay.post("seen-1")
    (first,) = page.until("seen-1", "delivered")
    assert (first["path"], first["destination"], first["group"], first["tries"]) == ("/v1/events", "roku", "g", 1)
    page.relay.post("seen-1")
    _, repeat = page.until("seen-1", "delivered", "repeated")
    assert repeat["tries"] == 1


def test_totals_are_of_all_that_was_delivered_not_of_the_rows_that_are_remembered(page: Page) -> None:
    (lane,) = page.relay.stack.console.observer.lanes
    before = dict(lane.counts)  # a look may be a tenth of a second old
    page.relay.post_all([EVENT | {"event_id": f"all-{number}"} for number in range(1_000)])

    def more(count: str) -> int:
        return int(page.lane()["counts"].get(count, 0)) - int(before.get(count, 0))

    until(lambda: more("delivered") >= 1_000)
    page.relay.post_all([EVENT | {"event_id": f"all-{number}"} for number in range(600)])  # repeats
    until(lambda: more("repeated") >= 600)
    assert [more(count) for count in ("queued", "delivered", "repeated", "retried")] == [1_600, 1_000, 600, 0]


def test_a_rejected_one_has_rokus_reason_and_is_followed_through_its_redrive(page: Page) -> None:
    page.relay.refuse("seen-2")
    page.relay.post("seen-2")
    (rejected,) = page.until("seen-2", "rejected")
    assert (rejected["reason"], rejected["status"]) == ("event_time: is too old", 400)
    until(lambda: page.lane()["dead_letters"]["count"] == 1)
    (letter,) = page.lane()["dead_letters"]["letters"]
    assert (letter["event_id"], letter["reason"]) == ("seen-2", "event_time: is too old")

    page.relay.accept()
    page.ask("redrive", destination="roku")
    (delivered,) = page.until("seen-2", "delivered")
    assert _reasons(delivered) == [
        ("accepted", ""),
        ("rejected", "event_time: is too old"),
        ("accepted", "redriven"),
        ("delivered", ""),
    ]
    # A look serves for a tenth of a second: it may still show another test's redrive.

    def over() -> Any:
        lane = page.lane()
        return lane["dead_letters"]["count"] == 0 and lane["redrive"]["status"] == "COMPLETED" and lane["redrive"]

    assert until(over)["moved"] == 1


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (OUTAGE, "unreachable"),
        ({"status": 500}, "server error"),
        ({"status": 429, "headers": {"Retry-After": "40"}}, "throttled"),
        ({"revoked": True}, "key refused"),
    ],
    ids=["outage", "500", "429", "revoked"],
)
def test_a_retry_has_its_reason_and_its_time_and_try_now_ends_the_wait(
    page: Page, faults: dict[str, object], reason: str
) -> None:
    event_id = f"seen-{reason[-7:]}"
    assert page.faults(**faults) == faults
    page.relay.post(event_id)
    (waiting,) = page.until(event_id, "waiting")
    assert reason in waiting["reason"]
    # A look serves for a tenth of a second: it may still show another test's.
    lane = until(lambda: (lane := page.lane()) and [event_id] in [one["events"] for one in lane["waiting"]] and lane)
    (message,) = lane["waiting"]
    assert (message["events"], message["tries"], lane["queue"]["later"]) == ([event_id], 1, 1)
    assert reason in message["why"]

    page.faults(**dict.fromkeys(faults))
    assert page.ask("try-now", destination="roku") == {"messages": 1}
    (delivered,) = page.until(event_id, "delivered")
    assert delivered["tries"] == 2
    assert len(page.relay.conversions(event_id)) == 1
    until(lambda: page.lane()["queue"] == {"visible": 0, "in_flight": 0, "later": 0})


def test_what_is_left_of_a_message_waits_in_one_of_its_own_and_can_be_tried_now(page: Page) -> None:
    page.relay.refuse("twice")
    events = [EVENT | {"event_id": "twice", "custom_data": {"value": value, "currency": "USD"}} for value in (1, 2)]
    page.relay.post_all(events)
    _, left = page.until("twice", "rejected", "waiting")
    assert left["reason"] == "another copy rejected"
    until(lambda: page.lane()["queue"]["later"] == 1)
    page.relay.accept()
    page.ask("try-now", destination="roku")  # it is delayed, and nobody has received it yet
    page.until("twice", "rejected", "delivered")
    page.ask("redrive", destination="roku")
    page.until("twice", "repeated", "delivered")


def test_try_now_leaves_what_is_with_the_poller_alone(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    take, asked = page.relay.sandbox._serve, threading.Event()

    def hold(request: Request) -> Answer | None:
        asked.wait(BOUND)
        return take(request)

    monkeypatch.setattr(page.relay.sandbox, "_serve", hold)
    page.relay.post("held-1")
    until(lambda: page.story("held-1")[0]["outcome"] == "delivering")
    until(lambda: page.lane()["queue"]["in_flight"] == 1)  # a look serves for a tenth of a second
    assert page.ask("try-now", destination="roku") == {"messages": 0}
    asked.set()
    page.until("held-1", "delivered")
    assert page.relay.answers("held-1") == [200]


def test_what_each_sender_has_to_match_by_is_summed_whatever_rows_are_forgotten(page: Page) -> None:
    def senders() -> list[dict[str, Any]]:
        observer = page.relay.stack.console.observer
        with observer.changed:  # a look of the page may be a tenth of a second old
            return [one for one in observer.quality.rows() if one["sender"] == "local"]

    (before,) = senders() or [{"accepted": 0, "has": {}}]
    page.relay.post_all([EVENT | {"event_id": f"matched-{number}"} for number in range(501)])  # one more than rows
    page.relay.post("matched-not", user_data={"em": "jane@example.com", "ph": "anonymous"})
    (after,) = until(lambda: [one for one in senders() if one["accepted"] == before["accepted"] + 502])
    assert (after["sender"], after["destination"]) == ("local", "roku")
    assert after["has"]["em"] - before["has"].get("em", 0) == 502
    assert ["user_data.ph", "dropped", "withheld number", 1] in after["warned"]


def test_looking_receives_nothing(page: Page) -> None:
    page.relay.refuse("looked-at")
    page.relay.post("looked-at")
    page.until("looked-at", "rejected")
    for _ in range(3):
        until(lambda: page.lane()["dead_letters"]["count"] == 1)
    queue = page.relay.stack.deployment.names["RokuDeadLetterQueue"]
    answer = page.relay.stack.sqs.receive_message(
        QueueUrl=queue, VisibilityTimeout=0, MessageSystemAttributeNames=["ApproximateReceiveCount"]
    )
    (message,) = answer["Messages"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    page.relay.accept()
    page.relay.redrive()
    page.until("looked-at", "delivered")


def test_an_invalid_one_and_a_refused_post_are_told_with_their_reasons(page: Page) -> None:
    body = {"event_group_id": "g", "events": [EVENT | {"event_id": "bad-1", "event_name": "NOT_ONE"}]}
    sent = page.ask("send", path="/v1/events", sender="local", body=json.dumps(body), post="post-1")
    assert (sent["status"], sent["answer"]["failed_events"][0]["event_id"]) == (400, "bad-1")
    (invalid,) = page.until("bad-1", "invalid")
    assert "is not supported" in invalid["errors"]["event_name"]
    assert page.ask("send", path="/v1/events", sender="unknown", body="{}", post="post-2")["status"] == 401
    (refused,) = page.get("post", post="post-2")
    assert (refused["outcome"], refused["status"]) == ("refused", 401)


def test_what_the_composer_posts_is_found_again_as_queued_and_nowhere_in_the_clear(page: Page) -> None:
    event = EVENT | {"event_id": "own-1", "user_data": {"em": JANE, "fn": "Canaryjane"}, "nonsense": 1}
    body = json.dumps({"event_group_id": "g", "events": [event]})
    sent = page.ask("send", path="/v1/events", sender="local", body=body, post="post-3")
    (found,) = page.get("post", post="post-3")
    assert found["event"]["user_data"]["is_hashed"] is True
    # A purchase without its value is told about too.
    assert [warning["field"] for warning in found["warnings"]] == ["custom_data.value", "nonsense"]
    page.until("own-1", "delivered")
    first = [told for _, told in zip(range(2), page.events(), strict=False)]
    everything = json.dumps([sent, found, page.story("own-1"), first]).lower()
    assert [trace for trace in ("jane", "canary", SENDER_KEY) if trace in everything] == []


def test_a_browsers_key_is_sent_with_the_samples_own_headers(page: Page) -> None:
    samples = {sample["name"]: sample for sample in page.get("setup")["samples"]}
    beacon = samples["browser-beacon"]
    assert (beacon["folder"], beacon["sender"], beacon["path"]) == ("api", "browser", "/v1/beacon")
    page.ask(
        "send", path=beacon["path"], sender="browser", headers=beacon["headers"], body=beacon["body"], post="post-4"
    )
    (found,) = page.get("post", post="post-4")
    assert found["event"]["opt_out"] == "true"  # Sec-GPC, which no fetch() of a page could set itself
    assert found["event"]["user_data"]["client_user_agent"].startswith("Mozilla/5.0")


def test_a_switch_changes_its_own_fault_and_leaves_the_others(page: Page) -> None:
    page.faults(refuse={"never": {"event": "no"}})
    assert page.faults(status=500) == {"refuse": {"never": {"event": "no"}}, "status": 500}
    assert page.faults(status=None) == {"refuse": {"never": {"event": "no"}}}
    # By event id: a second refusal leaves the first, and null takes one back.
    both = {"never": {"event": "no"}, "too": {"event": "no"}}
    assert page.faults(refuse={"too": {"event": "no"}}) == {"refuse": both}
    assert page.faults(refuse={"too": None, "unknown": None}) == {"refuse": {"never": {"event": "no"}}}
    wrongs: list[object] = [{"status": 7}, {"nonsense": 1}, {"refuse": "all"}, [], None]
    for wrong in wrongs:
        answer = requests.post(page.url + "faults", json={"destination": "roku", "faults": wrong}, timeout=BOUND)
        assert answer.status_code == 400
    assert page.relay.sandbox.faults().as_json() == {"refuse": {"never": {"event": "no"}}}


def test_the_stream_tells_all_that_is_known_and_then_what_changes(page: Page) -> None:
    page.relay.post("told-1")
    page.until("told-1", "delivered")
    told = page.events()
    assert next(told)[0] == "state"  # first: a row is shown as the state's destinations have it
    name, first = next(told)
    assert (name, first["first"]) == ("conversions", True)
    assert ("told-1", "delivered") in [(row["event_id"], row["outcome"]) for row in first["rows"]]
    page.relay.post("told-2")
    seen: list[str] = []
    for name, more in told:
        if name == "conversions":
            assert not more["first"]
            seen += [row["outcome"] for row in more["rows"] if row["event_id"] == "told-2"]
        if "delivered" in seen:
            break
    told.close()


@pytest.mark.parametrize("name", ["", "console.js", "console.css", "icon.svg", "setup", "stream"])
@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}], ids=["rebinding", "cross-origin"]
)
def test_another_sites_page_reads_nothing(page: Page, name: str, headers: dict[str, str]) -> None:
    url = f"{page.relay.stack.url}/" if name == "" else page.url + name
    assert requests.get(url, headers=headers, timeout=BOUND).status_code == 403


@pytest.mark.parametrize("name", ["faults", "redrive", "try-now", "send"])
@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["rebinding", "cross-origin", "without-origin"],
)
def test_another_sites_page_does_nothing(page: Page, name: str, headers: dict[str, str]) -> None:
    asked = {"destination": "roku", "faults": {"status": 500}, "path": "/v1/events", "body": "{}"}
    assert requests.post(page.url + name, json=asked, headers=headers, timeout=BOUND).status_code == 403
    assert page.relay.sandbox.faults().as_json() == {}


def test_the_page_may_load_nothing_but_its_own_parts(page: Page) -> None:
    answer = requests.get(f"{page.relay.stack.url}/", timeout=BOUND)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "connect-src", "img-src")} == {"'self'"}
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "http://" not in answer.text.replace("http://www.w3.org", "")
    assert "https://" not in answer.text


@pytest.mark.parametrize(
    "target", ["/_console/nothing", "/_console/observer.py", "/_console/../stack.py", "/_console/page.html", "/x"]
)
def test_nothing_else_is_served(page: Page, target: str) -> None:
    assert requests.get(page.relay.stack.url + target, timeout=BOUND).status_code == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"text"'])
def test_an_action_without_an_object_is_refused(page: Page, body: bytes) -> None:
    assert requests.post(page.url + "try-now", data=body, timeout=BOUND).status_code == 400
    assert requests.post(page.url + "try-now", json={"destination": "nobody"}, timeout=BOUND).status_code == 400
    assert requests.get(page.url + "try-now", timeout=BOUND).status_code == 405


def test_a_fault_of_the_observer_reaches_nobody(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the observer is broken")

    for name in ("arrived", "began", "ended", "answered"):
        monkeypatch.setattr(page.relay.stack.console.observer.record, name, broken)
    page.relay.post("undisturbed")
    until(lambda: page.relay.conversions("undisturbed"))


def test_a_thousand_events_are_counted_and_the_last_500_remembered(page: Page) -> None:
    events = [EVENT | {"event_id": f"many-{number}"} for number in range(1_000)]
    page.relay.post_all(events)
    until(lambda: len(page.relay.conversions("many-999")) == 1)
    (last,) = page.until("many-999", "delivered")
    assert last["tries"] == 1
    remembered = page.relay.stack.console.observer.conversions.changed_since(0)
    assert sum(conversion.destination == "roku" for conversion in remembered) == 500


def test_a_circuit_opens_and_closes_as_the_page_shows_it(page: Page) -> None:
    page.relay.post("circuit-0")
    page.until("circuit-0", "delivered")
    page.faults(malformed=True)
    page.relay.post("circuit-1")
    # A look serves for a tenth of a second: it may still show another test's.
    (circuit,) = until(lambda: [one for one in page.lane()["circuits"]["open"] if one["group"] == "g"])
    assert circuit["understood"] is False
    assert circuit["why"] == "Roku answered 200 with a body that cannot be read"
    assert 0 < circuit["next_at"] - circuit["since"] <= 60
    page.relay.put_off_probe()
    page.relay.post("circuit-2")  # never tried: it is the probe
    page.until("circuit-2", "waiting")
    assert len(page.relay.answers("circuit-2")) == 0

    page.faults(malformed=None)
    # Two answers that are read close it: the probe's, and that of the small request that follows.
    until(lambda: page.ask("try-now", destination="roku") and not page.lane()["circuits"]["open"])
    for event_id in ("circuit-1", "circuit-2"):
        page.until(event_id, "delivered")
        assert len(page.relay.conversions(event_id)) == 1


def test_try_now_writes_no_circuit_that_is_due_already(page: Page) -> None:
    """Clicks may come faster than a run can write: each write of ours costs it one of its three tries."""
    what, table = "circuit#roku#clicked", page.relay.stack.deployment.names["LedgerTable"]
    said = {"version": 1, "opened_at": time.time() - 5, "closed_at": 0, "next_probe_at": time.time() + 3_600}
    item: Any = {name: {"N": str(value)} for name, value in said.items()}
    key: Any = {"event_id": {"S": "circuit"}, "what": {"S": what}}
    page.relay.ledger.put_item(TableName=table, Item=item | key)
    for _ in range(3):
        page.ask("try-now", destination="roku")
    (circuit,) = until(lambda: [one for one in page.lane()["circuits"]["open"] if one["group"] == "clicked"])
    assert circuit["next_at"] <= time.time()
    assert page.relay.known("circuit")[what]["version"] == "2"
    page.relay.ledger.delete_item(TableName=table, Key=key)


def test_what_may_have_been_counted_twice_is_shown_as_such(page: Page) -> None:
    page.relay.refuse("twice-1")
    page.relay.post("twice-1")
    page.until("twice-1", "rejected")
    (letter,) = until(lambda: page.lane()["dead_letters"]["letters"])
    assert letter["counted_twice"] is False
    url = page.relay.stack.outputs()["RokuDeadLetterQueueUrl"]
    reason = f"{COUNTED_TWICE}: Roku answered 500"
    attributes: Any = {"reason": {"DataType": "String", "StringValue": reason}}
    body = '{"event_group_id":"g"}\n{"event_id":"twice-2","event_name":"PURCHASE"}'
    page.relay.stack.sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
    newest, _ = until(lambda: len(letters := page.lane()["dead_letters"]["letters"]) == 2 and letters)
    assert (newest["event_id"], newest["reason"], newest["counted_twice"]) == ("twice-2", reason, True)
    page.relay.accept()
    page.relay.stack.sqs.purge_queue(QueueUrl=url)


def test_a_message_that_runs_out_of_receives_is_told_as_rejected(page: Page) -> None:
    names = page.relay.stack.deployment.names
    page.faults(**OUTAGE)
    page.relay.post("exhausted-1")
    page.until("exhausted-1", "waiting")
    # SQS's own way into the dead letters, at once instead of after 1,000 receives.
    queue = find(names["RokuQueue.Arn"])
    policy: Any = queue.redrive_policy
    most, policy["maxReceiveCount"] = policy["maxReceiveCount"], 1
    try:
        # The first lost answer put the event into a new message, which counts its receives again.
        until(lambda: page.ask("try-now", destination="roku") and page.story("exhausted-1")[0]["outcome"] == "rejected")
        (rejected,) = page.until("exhausted-1", "rejected")
    finally:
        policy["maxReceiveCount"] = most
    assert rejected["reason"] == "received too often without an answer"
    page.faults(drop=None)
    page.ask("redrive", destination="roku")
    page.until("exhausted-1", "delivered")
