"""What `relay doctor` asks AWS and the API about a stack."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from botocore.exceptions import BotoCoreError, ClientError
from pydantic_core import from_json

from pipeline.intake.senders import Sender
from relay.deployment import Deployment, Destination
from relay.durations import now
from relay.errors import Trouble, explain
from relay.letters.letter_queue import look
from relay.posting import session
from relay.printing import age, number
from relay.secret_texts import SecretText, read_secret
from sources import registry

OK, WARNING, PROBLEM, ABSENT, NOT_ASKED = "ok", "warning", "problem", "not local", "not asked"
NOT_LOCAL = "not on the local stack"

# The template: 6 times the function's timeout, and the batch window; retentions in seconds.
_TIMES, _RETENTION, _DEAD_RETENTION, _RECEIVES = 6, 604_800, 1_209_600, 1_000
_TIMEOUT = 60
_REMEMBERED = 60  # seconds for which functions remember a secret
_SOON_LOST = 10 * 86_400  # seconds: of the 14 days that dead letters stay, four are left
# Beyond the first, times of conversions begin to be wrong; beyond the second AWS refuses this machine's signatures.
_SKEW_WARNING, _SKEW_PROBLEM = 30, 300
_API_SECONDS = 35  # API Gateway gives up after 30 s
is_placeholder_key = re.compile(r"your[_ -]|<[^<>]*>|change.?me|x{4,}|placeholder|example", re.IGNORECASE).search


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how bad it is, what was found, and its fix if it is bad."""

    level: str
    check: str
    text: str
    fix: str = ""

    def told(self) -> str:
        """What was found, with its fix."""
        return f"{self.text}. Fix: {self.fix}" if self.fix else self.text


def sender_keys(deployment: Deployment) -> tuple[list[Sender], list[Finding]]:
    """The senders, and what is wrong with their secret."""
    check = "sender keys"
    command = deployment.outputs.get("SenderKeyCommand", "")
    try:
        text = read_secret(deployment, deployment.output("SenderKeysSecretName")).text
    except (Trouble, ClientError) as error:
        why = explain(error) if isinstance(error, ClientError) else str(error)
        return [], [Finding(PROBLEM, check, why, "deploy the stack again, or use a role that may read it")]
    senders, faults = registry.senders(text)
    findings = [Finding(PROBLEM, check, fault, f"look at it: {command}") for fault in faults]
    if senders:
        findings.append(Finding(OK, check, f"{number(len(senders), 'sender')}"))
    elif not faults:
        findings.append(Finding(PROBLEM, check, "nobody may post", "relay keys add NAME"))
    return senders, findings


def just_written(secret: SecretText, destination: str) -> str:
    """A word about a secret that functions may not have read yet; empty if they have."""
    written = now() - secret.written.timestamp()
    told = f", written {age(written)} ago: {destination} may still be asked with the one before"
    return told if written < _REMEMBERED else ""


def settings(deployment: Deployment) -> list[Finding]:
    """Parameters under which nothing counts, or nobody is told."""
    findings = []
    if deployment.parameters.get("DeliveryMode") == "test":
        fix = "deploy with DeliveryMode=live when ready"
        findings.append(Finding(WARNING, "delivery mode", "test: nothing counts", fix))
    if deployment.parameters.get("LedgerDays") == "0":
        text = (
            "none: repeats after 10 minutes count twice, `relay status` knows little, and each process keeps its"
            " circuits to itself"
        )
        findings.append(Finding(WARNING, "ledger", text, "deploy with LedgerDays=7"))
    return findings


def clock(deployment: Deployment) -> list[Finding]:
    """How far this machine's clock and AWS's are apart, by the Date of an answer."""
    try:
        before = time.time()
        answer = session(local=deployment.local).get(f"{deployment.output('ApiUrl')}/v1/events", timeout=_API_SECONDS)
        here = (before + time.time()) / 2
        there = parsedate_to_datetime(answer.headers["Date"]).timestamp() + 0.5  # it has whole seconds
    except (requests.RequestException, KeyError, ValueError) as error:
        return [Finding(WARNING, "clock", f"not compared: {type(error).__name__}", "see the other findings first")]
    return [skew(here - there)]


def skew(seconds: float) -> Finding:
    """What a clock that is so much ahead means."""
    ahead = "ahead" if seconds > 0 else "behind"
    if abs(seconds) <= _SKEW_WARNING:
        return Finding(OK, "clock", f"within {_SKEW_WARNING} s of the API's")
    level = PROBLEM if abs(seconds) > _SKEW_PROBLEM else WARNING
    return Finding(
        level, "clock", f"this machine is {age(abs(seconds))} {ahead} of the API", "switch its time service (NTP) on"
    )


def queues(deployment: Deployment, destination: Destination) -> list[Finding]:
    """Whether the queues still are as the template made them."""
    sqs = deployment.client("sqs")
    try:
        queue = sqs.get_queue_attributes(QueueUrl=destination.queue_url, AttributeNames=["All"])["Attributes"]
        dead = sqs.get_queue_attributes(QueueUrl=destination.dead_letters_url, AttributeNames=["All"])["Attributes"]
    except ClientError as error:
        return [Finding(PROBLEM, f"{destination.name} queues", explain(error), "deploy the stack again")]
    return queue_findings(destination, queue, dead, _timeout(deployment, destination))


def queue_findings(
    destination: Destination, queue: Mapping[str, str], dead: Mapping[str, str], timeout: int
) -> list[Finding]:
    """What is wrong with the attributes of the two queues; `timeout` is the function's, in seconds."""
    check = f"{destination.name} queue"
    fix = "somebody changed the queue by hand: set it back, or deploy the stack again (sam deploy changes no drift)"
    wrong = []
    if int(queue["VisibilityTimeout"]) < _TIMES * timeout:
        wrong.append(
            f"its visibility timeout of {queue['VisibilityTimeout']} s is below {_TIMES} x the function's {timeout} s,"
            " so that events can be delivered twice"
        )
    policy = from_json(queue.get("RedrivePolicy", "{}"))
    if policy.get("deadLetterTargetArn") != destination.dead_letters_arn:
        wrong.append("its redrive policy does not name the dead-letter queue")
    elif int(policy.get("maxReceiveCount", 0)) < _RECEIVES:
        wrong.append(f"its maxReceiveCount of {policy.get('maxReceiveCount')} ends retries early: it should be 1000")
    if int(queue["MessageRetentionPeriod"]) < _RETENTION:
        wrong.append(f"it forgets after {age(int(queue['MessageRetentionPeriod']))} instead of 7 d")
    if int(dead["MessageRetentionPeriod"]) < _DEAD_RETENTION:
        wrong.append(f"dead letters are lost after {age(int(dead['MessageRetentionPeriod']))} instead of 14 d")
    if not wrong:
        return [Finding(OK, check, "as the template made it")]
    return [Finding(PROBLEM, check, text, fix) for text in wrong]


def dead_letters(deployment: Deployment, destination: Destination) -> list[Finding]:
    """Dead letters, and how long the oldest still has."""
    check = f"{destination.name} dead letters"
    letters = look(deployment, destination)
    if not letters:
        return [Finding(OK, check, "none")]
    oldest = now() - letters[0].at
    level = PROBLEM if oldest > _SOON_LOST else WARNING
    text = f"{number(len(letters), 'dead letter')}, the oldest {age(oldest)} old; they are lost after 14 days"
    return [Finding(level, check, text, "relay dlq list, fix the cause, relay dlq redrive")]


def poller(deployment: Deployment, destination: Destination) -> list[Finding]:
    """Whether Lambda reads the queue."""
    check = f"{destination.name} delivery"
    if deployment.local:
        return [Finding(ABSENT, check, f"the event source mapping is {NOT_LOCAL}")]
    found = mappings(deployment, destination)
    if not found:
        return [Finding(PROBLEM, check, "nothing reads the queue", "deploy the stack again")]
    state = str(found[0].get("State"))
    if state in ("Enabled", "Updating", "Enabling", "Creating"):
        return [Finding(OK, check, f"the event source mapping is {state.lower()}")]
    return [Finding(PROBLEM, check, f"the event source mapping is {state.lower()}", "enable it in Lambda's console")]


def mappings(deployment: Deployment, destination: Destination) -> list[Any]:
    """The event source mappings that read the queue. Raises botocore's errors."""
    answer = deployment.client("lambda").list_event_source_mappings(EventSourceArn=destination.queue_arn)
    return list(answer["EventSourceMappings"])


def _timeout(deployment: Deployment, destination: Destination) -> int:
    """The timeout of the function that reads the queue (seconds); the template's where it cannot be asked."""
    if deployment.local:
        return _TIMEOUT
    try:
        mapping = mappings(deployment, destination)[0]
        function = deployment.client("lambda").get_function_configuration(FunctionName=mapping["FunctionArn"])
    except (IndexError, BotoCoreError, ClientError):
        return _TIMEOUT
    return int(function["Timeout"])
