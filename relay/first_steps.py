"""What follows a deployment: the first sender, Roku's verdict on a test event, the curl, and each platform's page."""

import re
import time
from pathlib import Path

from relay.checkout import Checkout
from relay.deployment import Deployment
from relay.destinations import shown
from relay.doctor.checks import Finding, sender_keys
from relay.errors import Trouble
from relay.secret_texts import read_secret
from relay.senders.keys import make

STACKS_OWN = "first"  # the sender whose key the template makes
# Seconds until each function knows a new key: it reads the secret again for an unknown one after 2 s at the soonest.
KNOWN_AFTER = 2.5
_URL, _GROUP = "https://ID.execute-api.REGION.amazonaws.com", "YOUR_EVENT_GROUP_ID"


def sender(deployment: Deployment, name: str, group: str) -> str | None:
    """The key of the sender, made if there is none; it works now. None if only its digest is kept. Raises Trouble."""
    senders, _ = sender_keys(deployment)
    for one in senders:
        if one.name == name:
            return one.key
    if name == STACKS_OWN and read_secret(deployment, deployment.output("SenderKeysSecretName")).text.strip("{} \n"):
        return None  # somebody has taken it away: that was meant
    made = make(deployment, name, {"default_event_group": group} if group else {})
    time.sleep(KNOWN_AFTER)
    return made


def verdict(deployment: Deployment, key: str | None) -> list[Finding]:
    """What each destination says of its key, and of a test event of each known event group, which counts nothing."""
    senders, _ = sender_keys(deployment)
    return [found for one in deployment.destinations() for found in shown(one.name).look(deployment, senders, [], key)]


def curl(deployment: Deployment, key: str | None, group: str) -> str:
    """The command that sends a conversion, filled in as far as is known."""
    command = " ".join(deployment.output("SendCommand").split())
    quoted = (key or "SENDER_KEY").replace("'", "'\\''")  # it is within single quotes there
    return command.replace("SENDER_KEY", quoted).replace(_GROUP, group or _GROUP)


def pages(deployment: Deployment, checkout: Checkout, group: str) -> list[Path]:
    """Write each platform's page with the stack's address, name and event group in it, where git does not look."""
    folder = checkout.root / ".relay" / deployment.name / "senders"
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for page in sorted((checkout.root / "docs" / "senders").glob("*.md")):
        text = page.read_text(encoding="utf-8").replace(_URL, deployment.output("ApiUrl"))
        text = (
            text.replace("STACK/", f"{deployment.name}/")
            .replace("--stack STACK", f"--stack {deployment.name}")
            .replace(_GROUP, group or _GROUP)
        )
        (folder / page.name).write_text(text, encoding="utf-8")
        made.append(folder / page.name)
    return made


def address(page: Path, api: str) -> str:
    """What the platform of a page that is filled in calls."""
    found = re.search(re.escape(api) + r"(/v1/[\w./]+)", page.read_text(encoding="utf-8"))
    return found[1] if found else "as the page says"


def require(deployment: Deployment, destinations: tuple[str, ...]) -> None:
    """Raise Trouble unless the stack came up with these destinations."""
    has = {one.name for one in deployment.destinations()}
    if has != set(destinations):
        raise Trouble(
            f"the stack delivers to {', '.join(sorted(has))}, not to {', '.join(destinations)}: look at sam's words"
        )
