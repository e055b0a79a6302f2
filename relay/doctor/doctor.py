"""`relay doctor`: what is wrong with a stack, and how to fix it."""

from typing import Annotated

import typer

from relay.deployment import Deployment
from relay.destinations import shown
from relay.doctor import alarm_checks, checks, circuit_checks, match_checks, running
from relay.doctor.checks import Finding
from relay.printing import STYLES, Out, number
from relay.verbs import BAD, KeyOption


def doctor(
    deployment: Deployment,
    out: Out,
    group: Annotated[list[str] | None, typer.Option(help="An event group to ask Roku about too (repeat it).")] = None,
    key: KeyOption = None,
) -> int:
    """Look for what is wrong, and say how it is fixed. Exit code 1 if there is a problem."""
    findings: list[Finding] = []
    senders, found = checks.sender_keys(deployment)
    findings += found
    for destination in deployment.destinations():
        findings += shown(destination.name).look(deployment, senders, group or [], key)
    findings += checks.clock(deployment)
    findings += checks.settings(deployment)
    for destination in deployment.destinations():
        findings += checks.queues(deployment, destination)
        findings += checks.dead_letters(deployment, destination)
        findings += checks.poller(deployment, destination)
    findings += running.running(deployment)
    findings += running.throttled(deployment)
    findings += circuit_checks.answers(deployment)
    findings += match_checks.matching(deployment)
    findings += alarm_checks.alarms(deployment)
    out.answer([{"level": one.level, "check": one.check, "found": one.text, "fix": one.fix} for one in findings])
    styles = {**STYLES, checks.ABSENT: "dim", checks.NOT_ASKED: "dim"}
    out.table(["", "what", "found"], [[one.level, one.check, one.told()] for one in findings], styles)
    problems = sum(one.level == checks.PROBLEM for one in findings)
    warnings = sum(one.level == checks.WARNING for one in findings)
    out.line(f"{number(problems, 'problem')}, {number(warnings, 'warning')}", style="red" if problems else "green")
    return BAD if problems else 0
