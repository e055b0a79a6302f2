"""What `relay doctor` says of circuits: which are open, since when and why, and whose empty answers count."""

from shlex import quote

from botocore.exceptions import ClientError

from relay import circuits
from relay.circuits import Answers
from relay.deployment import Deployment, title_of
from relay.doctor.checks import OK, PROBLEM, WARNING, Finding
from relay.durations import now
from relay.errors import explain
from relay.ledger_table import table_of


def answers(deployment: Deployment) -> list[Finding]:
    """Open circuits, and whose answers count as delivered although they say nothing; nothing without a table."""
    if table_of(deployment) is None:
        return []
    try:
        return answer_findings(circuits.look(deployment), now())
    except ClientError as error:
        return [Finding(PROBLEM, "circuits", explain(error), "use a role that may query the table")]


def answer_findings(found: Answers, at: float) -> list[Finding]:
    """What the table says of destinations' answers; `at` is epoch seconds."""
    findings = [
        Finding(
            PROBLEM,
            f"{one.destination} circuit",
            f"{one.group}: {circuits.told(one, at)}",
            "runbook, RokuCircuitOpenAlarm; once its answers are right, the next probes close it, or at once"
            f" relay circuit close {quote(one.group)}",
        )
        for one in found.circuits
        if one.circuit.is_open
    ]
    findings += [
        Finding(
            WARNING,
            f"{name} answers",
            f"a success without a body counts as delivered: what {title_of(name)} refuses in it is not seen",
            f"once its answers have a body: relay circuit accept-empty --destination {name} --undo",
        )
        for name in sorted(found.empty_since)
    ]
    return findings or [Finding(OK, "circuits", f"none of {len(found.circuits)} is open")]
