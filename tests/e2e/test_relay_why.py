"""Why is this order, or this call, not in Roku? `relay status` answers for each thing that can have happened.

So does the look-up of the console's page, which is asked the same in each test. Besides `relay log`, `relay tail` and
`relay forget`, on the same stack.
"""

import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from moto.sqs.models import SQSBackend

from local.senders import SENDER_KEY
from relay import console_server
from relay.console import View
from relay.deployment import Where, connect
from tests.bounds import BOUND
from tests.e2e.operator import Operator
from tests.e2e.relay import EVENT, MISSED_CALL, until

PARAMETERS = {"DefaultEventGroup": "g"}
TOKEN = "a-token-of-the-test"
CALL = MISSED_CALL | {"resource_id": "CAL-MISSED-1"}


class Console:
    """The look-up of `relay console`, asked as its page asks."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(self, what: str) -> tuple[str, str]:
        """The state, and all that the page shows."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=BOUND)
        asked = f"/api/status?{urlencode({'id': what})}"
        connection.request("GET", asked, headers={"Cookie": f"relay_console_{self._port}={TOKEN}"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
        connection.close()
        assert answer.status == 200, told
        cells = [str(cell) for _, rows in told["tables"] for row in rows for cell in row]
        return told["answer"].get("state", ""), "\n".join([*cells, *told["lines"]])


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of Roku Ads Manager, of a month that is over."""
    path = tmp_path_factory.mktemp("roku") / "report.csv"
    path.write_text("date,activity_name,actions\n05/01/2026,LEAD,7\n05/31/2026,LEAD,9\n")
    return path


@pytest.fixture(scope="module")
def console(operator: Operator, report: Path) -> Iterator[Console]:
    """The console of the stack, started with `--roku`."""
    view = View(connect(Where(stack="local", region="us-east-1")), allow_redrive=False, every=30, roku=report)
    made = console_server.server(TOKEN, view.gets(), view.posts())
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Console(made.server_address[1])
    made.shutdown()
    made.server_close()
    thread.join()


def posted(operator: Operator, event: Any, *, path: str = "/v1/events", key: str = SENDER_KEY) -> dict[str, Any]:
    """The answer to a post of this event, or of this body to another path."""
    body = {"event_group_id": "g", "events": [event]} if path == "/v1/events" else event
    answer = requests.post(
        operator.relay.stack.url + path, json=body, headers={"Authorization": f"Bearer {key}"}, timeout=BOUND
    )
    told: dict[str, Any] = answer.json()
    return told


def state(operator: Operator, event_id: str, wanted: str) -> Any:
    """The answer of `relay status`, once it is this state."""
    return until(lambda: (said := operator.json("status", event_id))["state"] == wanted and said)


def both(operator: Operator, console: Console, what: str, wanted: str, *words: str, options: Sequence[str] = ()) -> int:
    """See that the command line and the console say this state and these words; the command's exit code."""
    said, (shown, text) = operator.run("status", what, *options), console(what)
    assert operator.json("status", what).get("state", "") == shown == wanted
    for one in words:
        assert one in said.text
        assert one in text
    return said.code


def test_never_posted(operator: Operator, console: Console) -> None:
    assert both(operator, console, "order-never", "unknown", "never posted: ask its sender") == 4


@pytest.mark.parametrize(("status", "words"), [("401", "without a known key"), ("429", "beyond the throttle")])
def test_a_wrong_key_and_the_throttle_are_counted_for_nobody_knows_whose_post_it_was(
    operator: Operator, console: Console, status: str, words: str
) -> None:
    if status == "401":
        assert posted(operator, EVENT | {"event_id": "w-1"}, key="nobodys")["code"] == 401
    else:  # the local stack throttles nobody: what the API's log would say
        operator.relay.stack._telemetry.posted(f"x {status} ANY /v1/events")
    until(lambda: f"1 post {words}" in operator.run("status", "w-1").text)
    assert both(operator, console, "w-1", "unknown", f"1 post {words}") == 4


def test_invalid(operator: Operator, console: Console) -> None:
    answer = posted(operator, EVENT | {"event_id": "i-1", "event_time": "yesterday"})
    reason, fix = "event_time: not a time; from local via events", "fix what the reason names"
    assert both(operator, console, "i-1", "invalid", reason, fix) == 1
    (ended,) = operator.json("status", answer["request_id"])["ended_at_the_door"]
    assert (ended["event_id"], ended["outcome"]) == ("i-1", "invalid")
    assert both(operator, console, answer["request_id"], "", "i-1", reason) == 1


def test_ignored(operator: Operator, console: Console) -> None:
    assert posted(operator, CALL, path="/v1/sources/callrail")["ignored"][0]["code"] == "not_answered"
    assert both(operator, console, "CAL-MISSED-1", "ignored", "not_answered; from local via callrail") == 1


def test_withheld_from_every_destination_says_by_which_signal(operator: Operator, console: Console) -> None:
    posted(operator, EVENT | {"event_id": "e-1", "gdpr": 1})
    assert operator.json("status", "e-1")["ledger"][0]["refused_by"] == "tcf"
    assert both(operator, console, "e-1", "withheld", "under European law", "by tcf") == 1


def test_opted_out(operator: Operator, console: Console) -> None:
    posted(operator, EVENT | {"event_id": "u-1", "us_privacy": "1YYN"})
    state(operator, "u-1", "delivered")
    assert both(operator, console, "u-1", "delivered", "its use is limited: us_privacy") == 0


def test_not_queued(operator: Operator, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(SQSBackend, "send_message_batch", lambda *_: ([], []))
        assert posted(operator, EVENT | {"event_id": "q-1"})["code"] == 503
    assert both(operator, console, "q-1", "not queued", "its sender was told to send it again") == 1


def test_waiting(operator: Operator, console: Console) -> None:
    operator.relay.sandbox.set_faults({"status": 429})
    operator.relay.post("wait-1")
    until(lambda: "under way: it may" in operator.run("status", "wait-1").text)
    assert both(operator, console, "wait-1", "unknown", "under way: it may be among them") == 4
    operator.relay.accept()
    operator.relay.try_now()
    state(operator, "wait-1", "delivered")


def test_dead_and_redriven(operator: Operator, console: Console) -> None:
    operator.relay.refuse("dead-1")
    operator.relay.post("dead-1")
    state(operator, "dead-1", "dead letter")
    assert both(operator, console, "dead-1", "dead letter", "is too old", "then `relay dlq redrive`") == 1
    until(lambda: "dead-1 is rejected by roku: event_time: is too old" in operator.run("tail", "--no-follow").text)
    operator.relay.accept()
    operator.run("dlq", "redrive")
    state(operator, "dead-1", "delivered")
    # What was rejected before is still told.
    assert both(operator, console, "dead-1", "delivered", "delivered", "rejected", "is too old") == 0


def test_refused(operator: Operator, console: Console) -> None:
    operator.relay.refuse("refused-1")
    operator.relay.post("refused-1")
    state(operator, "refused-1", "dead letter")
    operator.run("dlq", "drop", "--yes")
    state(operator, "refused-1", "rejected")
    gone = "it is not in the dead-letter queue (any more): redriven, dropped"
    assert both(operator, console, "refused-1", "rejected", "is too old", gone) == 1
    operator.relay.accept()


def test_delivered_and_repeated(operator: Operator, console: Console) -> None:
    for _ in range(2):
        operator.relay.post("d-1")
    state(operator, "d-1", "delivered")
    assert both(operator, console, "d-1", "delivered", "delivered") == 0
    assert len(operator.relay.conversions("d-1")) == 1


def test_delivered_but_not_reported_by_roku(operator: Operator, console: Console, report: Path) -> None:
    operator.relay.post("r-1")
    state(operator, "r-1", "delivered")
    assert "If its report lacks it: the same with `--roku report.csv`" in operator.run("status", "r-1").text
    words = ("the report has 2026-05-01 to 2026-05-31, and it was delivered on", "download one of that day")
    assert both(operator, console, "r-1", "delivered", *words, options=["--roku", str(report)]) == 0


def test_collided(operator: Operator, console: Console) -> None:
    for email, value in (("jane@example.com", 1), ("john@example.net", 2)):
        one = {"user_data": {"em": email}, "custom_data": {"value": value, "currency": "USD"}}
        operator.relay.post("c-1", **one)
        until(lambda: operator.relay.known("c-1"))
    until(lambda: "collided" in operator.run("status", "c-1").text)
    (other,) = [one for one in operator.json("status", "c-1")["ledger"] if one["outcome"] == "collided"]
    new_id = other["reason"].rpartition(" ")[2]
    state(operator, new_id, "delivered")
    assert both(operator, console, "c-1", "delivered", "collided", new_id) == 0
    assert both(operator, console, new_id, "delivered") == 0


def test_an_accepted_request_a_derived_id_an_order_and_a_person_are_found(operator: Operator) -> None:
    person = {"user_data": {"em": "Order.Person@Example.com"}, "custom_data": {"order_id": "1234", "value": 1}}
    answer = posted(operator, EVENT | person)
    (derived,) = answer["event_ids"]
    state(operator, derived["event_id"], "delivered")
    (counts,) = until(lambda: operator.json("status", answer["request_id"]).get("counts"))
    assert (counts["sender"], counts["accepted"]) == ("local", 1)
    (accepted,) = operator.json("status", answer["request_id"], "--scan", "--yes")["accepted"]
    assert (accepted["event_id"], accepted["outcome"]) == (derived["event_id"], "delivered")
    assert operator.json("status", "1234")["state"] == "unknown"
    for what in ("1234", "order.person@example.com", answer["request_id"]):
        said = operator.run("status", what, "--scan", answer="y\n")
        assert said.code == 0
        assert "reads the whole table" in said.errors
        assert derived["event_id"] in said.text
    declined = operator.run("status", "1234", "--scan", answer="n\n")
    assert (declined.code, "nothing was done" in declined.errors) == (3, True)


def test_log_lists_and_filters_and_tail_names_the_event(operator: Operator) -> None:
    posted(operator, EVENT | {"event_id": "l-1", "event_name": "NONSENSE"})
    posted(operator, {}, path="/v1/sources/shopify")
    mine = operator.json("log", "--reason", "not supported")
    assert [(one["event_id"], one["fields"], one["source"]) for one in mine] == [("l-1", "event_name", "events")]
    request = mine[0]["request_id"]
    assert [one["event_id"] for one in operator.json("log", "--request", request)] == ["l-1"]
    assert operator.json("log", "--request", "nothing") == []
    refused = operator.json("log", "--outcome", "refused", "--sender", "local", "--since", "1h")
    assert [(one["status"], one["reason"]) for one in refused] == [(400, "a header is missing")]
    assert operator.json("log", "--sender", "nobody") == []
    assert "l-1" in operator.run("log", "--source", "events").text
    assert operator.run("log", "--outcome", "lost").code == 2
    tailed = operator.run("tail", "--no-follow").text
    assert "l-1 is invalid for roku: event_name: not supported; from local via events" in tailed


def test_forget_leaves_nothing_of_an_event(operator: Operator) -> None:
    operator.relay.refuse("forgotten-1")
    posted(operator, EVENT | {"event_id": "forgotten-1", "event_time": "yesterday"})
    operator.relay.post("forgotten-1")
    state(operator, "forgotten-1", "dead letter")
    until(lambda: any(what.startswith("rejected") for what in operator.relay.known("forgotten-1")))
    assert operator.run("forget", "forgotten-1", answer="n\n").code == 3
    said = operator.json("forget", "forgotten-1", "--yes")
    assert (said["removed"]["ledger"] >= 2, said["removed"]["posts"], said["removed"]["dead_letters"]) == (True, 1, 1)
    operator.relay.accept()
    assert operator.run("status", "forgotten-1").code == 4
    assert "forgotten-1" not in json.dumps(operator.relay.everything_known())
    assert operator.run("forget", "forgotten-1", "--yes").code == 4
