"""Segment's, RudderStack's and Meta's own libraries, with nothing but the host changed, against the whole stack."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rudderstack.analytics as rudder
import segment.analytics as segment

from local import aws
from tests.bounds import BOUND
from tests.e2e.chromium import chromium, needs_chromium
from tests.e2e.relay import Relay, running, until
from tests.e2e.web import Site

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

FOLDER = Path(__file__).parents[1] / "integration" / "npm_libraries"
KEY, PAGE_KEY = "write-key-of-the-shop", "write-key-of-the-page"
PROPERTIES = {"order_id": "A-1", "total": 42.5, "currency": "USD"}
CONTEXT = {"traits": {"email": "pat@example.com"}}

pytestmark = pytest.mark.thorough(reason="Segment's and RudderStack's libraries, on a local stack")
needs_npm = pytest.mark.skipif(
    shutil.which("node") is None or not (FOLDER / "node_modules" / "@segment").is_dir(),
    reason="`make thorough` installs Segment's and RudderStack's libraries; they need Node.js",
)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with closing(Site()) as site:
        yield site


@pytest.fixture(scope="module")
def relay(site: Site) -> Iterator[Relay]:
    with running() as relay:
        secrets: SecretsManagerClient = aws.client("secretsmanager", relay.stack.aws_endpoint)
        senders = {
            "shop": {"key": KEY, "default_event_group": "g"},
            "page": {"key": PAGE_KEY, "default_event_group": "g", "browser": True, "origins": [site.origin]},
        }
        name = relay.stack.deployment.names["SenderKeysSecret"]
        secrets.put_secret_value(SecretId=name, SecretString=json.dumps(senders))
        secrets.close()
        yield relay


def arrived(relay: Relay, event_id: str) -> Mapping[str, Any]:
    """The event as Roku counted it, once."""
    (taken,) = until(lambda: relay.conversions(event_id))
    event: Mapping[str, Any] = taken["event"]
    assert (event["event_name"], event["custom_data"]["value"]) == ("PURCHASE", 42.5)
    assert len(event["user_data"]["em"]) == 64
    return event


def _order(client: Any, event_id: str, id_name: str) -> None:
    """A batch of a page view, a call that cannot be taken and an order."""
    client.identify("u-7", {"email": "pat@example.com"})
    client.track("u-7", "Order Completed", {"total": "a lot"})
    client.track("u-7", "Order Completed", PROPERTIES, context=CONTEXT, **{id_name: event_id})
    client.page("u-7", name="Thanks")
    client.flush()
    client.shutdown()


@pytest.mark.parametrize("gzip", [False, True])
def test_segments_library_for_python(relay: Relay, gzip: bool) -> None:
    faults: list[object] = []
    client = segment.Client(
        KEY, host=relay.stack.url, gzip=gzip, max_retries=0, timeout=BOUND, on_error=lambda *told: faults.append(told)
    )
    _order(client, f"python-order-{gzip}", "message_id")
    assert faults == []
    arrived(relay, f"python-order-{gzip}")


def test_rudderstacks_library_for_python_which_packs_by_itself(relay: Relay) -> None:
    faults: list[object] = []
    client = rudder.Client(
        KEY, host=relay.stack.url, max_retries=0, timeout=BOUND, on_error=lambda *told: faults.append(told)
    )
    _order(client, "rudder-python-order", "message_id")
    assert faults == []
    arrived(relay, "rudder-python-order")


def test_a_wrong_key_is_told_as_the_librarys_own_error(relay: Relay) -> None:
    with pytest.raises(Exception, match="the key is not known") as refused:
        rudder.request.post("no-such-key", host=relay.stack.url, batch=[])
    assert (type(refused.value).__name__, getattr(refused.value, "status", None)) == ("APIError", 401)


@needs_npm
def test_the_libraries_for_node(relay: Relay) -> None:
    command = ["node", "send.cjs", relay.stack.url, KEY]
    run = subprocess.run(
        command, cwd=FOLDER, capture_output=True, text=True, check=True, env=_no_proxy(), timeout=BOUND
    )
    told = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    assert [one["error"] for one in told] == [None] * 8, run.stdout + run.stderr
    arrived(relay, "node-order")
    arrived(relay, "rudder-order")


@pytest.mark.skipif(
    shutil.which("node") is None or not (FOLDER / "node_modules" / "facebook-nodejs-business-sdk").is_dir(),
    reason="`make thorough` installs Meta's library; it needs Node.js",
)
def test_metas_library_for_node(relay: Relay) -> None:
    def posted(key: str) -> dict[str, Any]:
        command = ["node", "meta.cjs", relay.stack.url, key, "meta-order"]
        run = subprocess.run(
            command, cwd=FOLDER, capture_output=True, text=True, check=True, env=_no_proxy(), timeout=BOUND
        )
        said: dict[str, Any] = json.loads(run.stdout)
        return said

    said = posted(KEY)
    assert said["received"] == 1
    assert "GoldMember" in said["messages"][0]  # a name of one's own costs the order nothing
    arrived(relay, "meta-order")
    assert "key is not known" in posted("no-such-key")["failed"]


def _no_proxy() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}


_LOAD = """async ([apiHost, writeKey]) => {
  const integrations = {"Segment.io": {apiKey: writeKey, apiHost, protocol: "http"}};
  const client = AnalyticsNext.AnalyticsBrowser.load({writeKey, cdnSettings: {integrations}});
  await client.page();
  const properties = {order_id: "A-1", total: 42.5, currency: "USD", email: "pat@example.com", event_id: "page-order"};
  await client.track("Order Completed", properties);
}"""


@needs_npm
@needs_chromium
def test_analytics_js_in_a_page(relay: Relay, site: Site) -> None:
    library = FOLDER / "node_modules" / "@segment" / "analytics-next" / "dist" / "umd" / "index.js"
    with chromium() as browser:
        page = browser.new_page()
        answers: list[tuple[str, int]] = []
        page.on("response", lambda answer: answers.append((answer.request.method + answer.url[-5:], answer.status)))
        page.goto(site.put("/thanks", "<title>Thanks</title>"))
        page.add_script_tag(path=library)
        page.evaluate(_LOAD, [relay.stack.url.removeprefix("http://") + "/v1", PAGE_KEY])
        event = arrived(relay, "page-order")
        until(lambda: ("POST/v1/p", 200) in answers)
    assert ("POST/v1/t", 200) in answers
    assert event["event_source_url"] == site.origin + "/thanks"
    assert event["user_data"]["client_ip_address"]  # the connection's
