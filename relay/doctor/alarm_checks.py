"""What `relay doctor` says of alarms: which ring, and whether anybody hears them."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from relay.deployment import Deployment
from relay.doctor.checks import ABSENT, NOT_LOCAL, OK, PROBLEM, WARNING, Finding


def alarms(deployment: Deployment) -> list[Finding]:
    """Alarms that ring, and whether anybody hears them."""
    # CloudFormation names them STACK-LOGICALID-RANDOM; neither part holds a dash.
    ours = re.compile(rf"{re.escape(deployment.name)}-[A-Za-z0-9]+-[A-Za-z0-9]+").fullmatch
    pages = deployment.client("cloudwatch").get_paginator("describe_alarms")
    found = [
        alarm
        for page in pages.paginate(AlarmNamePrefix=f"{deployment.name}-", AlarmTypes=["MetricAlarm"])
        for alarm in page["MetricAlarms"]
        if ours(alarm["AlarmName"])
    ]
    return alarm_findings(found, local=deployment.local) + _hearing(deployment, found)


def alarm_findings(found: list[Any], *, local: bool) -> list[Finding]:
    """What the alarms say, each with the fix in its own description."""
    ringing = [alarm for alarm in found if alarm["StateValue"] == "ALARM"]
    findings = [
        Finding(PROBLEM, alarm["AlarmName"].split("-")[-2], text.strip().rstrip("."), fix.strip().rstrip("."))
        for alarm in ringing
        for text, _, fix in [alarm.get("AlarmDescription", "it rings").partition("Fix:")]
    ]
    if not found:
        return [Finding(PROBLEM, "alarms", "the stack has none", "deploy the stack again")]
    if local:
        return [*findings, Finding(ABSENT, "alarms", f"they do not run here: {NOT_LOCAL}")]
    return findings or [Finding(OK, "alarms", f"none of {len(found)} rings")]


def email_findings(subscriptions: list[Any]) -> list[Finding]:
    """Whether the alarm e-mails reach anybody: the subscriptions of the alarms' topic."""
    waiting = [one for one in subscriptions if one["SubscriptionArn"] == "PendingConfirmation"]
    if waiting:
        return [
            Finding(
                PROBLEM,
                "alarm e-mail",
                "its address never confirmed, so that nobody hears the alarms",
                "open the e-mail of AWS Notifications and confirm; if it is gone, deploy with the address removed, then"
                " with it again",
            )
        ]
    if not subscriptions:
        return [Finding(PROBLEM, "alarm e-mail", "nobody is subscribed", "subscribe again, or deploy the stack again")]
    return [Finding(OK, "alarm e-mail", "confirmed")]


def hearing_findings(topics: Iterable[str], own: str, subscriptions: Callable[[str], list[Any]]) -> list[Finding]:
    """Whether anybody hears the alarms: the stack's own topic mails, any other is the operator's (`AlarmTopicArn`)."""
    mine = [topic for topic in topics if topic.rsplit(":", 1)[-1].startswith(f"{own}-")]
    others = [topic for topic in topics if topic not in mine]
    findings = [Finding(OK, "alarm topic", f"alarms go to {topic}") for topic in others]
    for topic in mine:
        findings += email_findings(subscriptions(topic))
    return findings or [
        Finding(
            WARNING,
            "alarm e-mail",
            "none: alarms show only in CloudWatch",
            "deploy with the parameter AlarmEmail or AlarmTopicArn",
        )
    ]


def _hearing(deployment: Deployment, found: list[Any]) -> list[Finding]:
    if deployment.local:
        return [Finding(ABSENT, "alarm e-mail", NOT_LOCAL)]
    topics = sorted({topic for alarm in found for topic in alarm.get("AlarmActions", []) if ":sns:" in topic})

    def subscriptions(topic: str) -> list[Any]:
        pages = deployment.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        return [one for page in pages for one in page["Subscriptions"]]

    return hearing_findings(topics, deployment.name, subscriptions)
