"""What `relay doctor` says of what really runs: settings of the functions that are called, and room for them to run.

A parameter that never reached a function is silent otherwise: the stack says live, the function tests.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from destinations import NAMES, load
from relay import metrics
from relay.deployment import Deployment, environment_of
from relay.doctor.checks import ABSENT, NOT_LOCAL, OK, PROBLEM, WARNING, Finding, mappings
from relay.errors import explain
from relay.printing import number

# As API Gateway has it of a definition, or the function's ARN alone.
_CALLED = re.compile(r"(?:^|functions/)(arn:[^/:]+:lambda:[^/]+)(?:/invocations)?$").search
_UNQUALIFIED = 7  # parts of a function's ARN; an eighth is a version or an alias
# Executions that posts should always find: ingest takes some 20 ms, so four serve more posts a second than a stack's
# own ThrottleRate allows by default (50).
_FOR_SENDERS = 4
_LOOK_BACK = timedelta(days=7)
_NO_API = Finding(PROBLEM, "running settings", "the API calls no function", "deploy the stack again (relay deploy)")


def running(deployment: Deployment) -> list[Finding]:
    """Whether what runs has the stack's settings, and whether there is room for posts beside deliveries."""
    if deployment.local:
        return [Finding(ABSENT, "running settings", f"what the API and the mappings call is {NOT_LOCAL}")]
    return [*_asked("running settings", _settings, deployment), *_asked("concurrency", _concurrency, deployment)]


def throttled(deployment: Deployment) -> list[Finding]:
    """Whether posts were refused with 429 within the last seven days."""
    if deployment.local:
        return []
    now = datetime.now(UTC)
    try:
        count = metrics.throttled(deployment, now - _LOOK_BACK, now)
    except (BotoCoreError, ClientError) as error:
        return [_not_asked("throttled posts", error)]
    return [throttle_finding(count, deployment.parameters)]


def settings(parameters: Mapping[str, str], outputs: Mapping[str, str], name: str) -> dict[str, str]:
    """What variables of a function's environment must be, if it has them, by the stack's parameters and outputs."""
    queues = {f"{name.upper()}_QUEUE_URL": outputs.get(f"{load(name).title}QueueUrl", "") for name in NAMES}
    return (
        environment_of(parameters)
        | queues
        | {
            "POWERTOOLS_SERVICE_NAME": name,
            "POWERTOOLS_LOG_LEVEL": parameters.get("LogLevel", ""),
            "LEDGER_TABLE": outputs.get("LedgerTableName", ""),
        }
    )


def setting_findings(caller: str, arn: str, has: Mapping[str, str], wanted: Mapping[str, str]) -> list[Finding]:
    """How the function that `caller` calls differs from the stack's settings."""
    wrong = [name for name in sorted(has.keys() & wanted.keys()) if has[name] != wanted[name]]
    if not wrong:
        return []
    told = "; ".join(f"{name} is {has[name] or '(empty)'}, not {wanted[name] or '(empty)'}" for name in wrong)
    parts = arn.split(":")
    if len(parts) > _UNQUALIFIED:
        why = f"it calls the version or alias {parts[_UNQUALIFIED]}, which no changed parameter reaches"
        fix = "deploy the newest version of this project (relay deploy): it calls the functions themselves"
    else:
        why, fix = "the function is not as the stack says", "deploy the stack again (relay deploy)"
    return [Finding(PROBLEM, f"{caller} settings", f"{told}: {why}", fix)]


def mapping_findings(caller: str, mapping: Mapping[str, Any], parameters: Mapping[str, str]) -> list[Finding]:
    """How what reads a queue differs from the stack's settings."""
    has = {
        "BatchWindow": mapping.get("MaximumBatchingWindowInSeconds"),
        "MaximumConcurrency": mapping.get("ScalingConfig", {}).get("MaximumConcurrency"),
    }
    return [
        Finding(
            PROBLEM,
            f"{caller} settings",
            f"{name} is {value}, not {parameters[name]}: somebody changed the event source mapping",
            "set it back in Lambda's console, or deploy with another value and then with this one",
        )
        for name, value in has.items()
        if name in parameters and value is not None and float(value) != float(parameters[name])
    ]


def concurrency_finding(limit: int, unreserved: int, deliveries: Mapping[str, int | None]) -> Finding:
    """What the account's limit of executions leaves for posts; None is a mapping without a maximum."""
    check = "concurrency"
    fix = "deploy with a lower MaximumConcurrency, or have AWS raise the quota Concurrent executions of Lambda"
    unbounded = [name for name, most in deliveries.items() if most is None]
    if unbounded:
        return Finding(
            PROBLEM, check, f"deliveries to {', '.join(unbounded)} have no maximum", "deploy the stack again"
        )
    most = sum(count or 0 for count in deliveries.values())
    left = unreserved - most
    text = (
        f"the account runs {limit} at once, {unreserved} of them not reserved; deliveries may take {most},"
        f" which leaves {max(0, left)} for posts and the account's other functions"
    )
    if left <= 0:
        return Finding(PROBLEM, check, f"{text}: while a destination hangs, posts are refused", fix)
    return Finding(WARNING, check, text, fix) if left < _FOR_SENDERS else Finding(OK, check, text)


def throttle_finding(count: int, parameters: Mapping[str, str]) -> Finding:
    """What it means that posts got 429."""
    check = "throttled posts"
    if count == 0:
        return Finding(OK, check, "none within 7 days")
    rates = ", ".join(
        f"{name} {parameters[name]}" for name in ("ThrottleRate", "BeaconThrottleRate") if name in parameters
    )
    return Finding(
        WARNING,
        check,
        f"{number(count, 'post')} got 429 within 7 days and were not taken ({rates})",
        "if they are real, deploy with a higher ThrottleRate (pages: BeaconThrottleRate); if one sender repeats itself,"
        " revoke its key",
    )


def called(integrations: list[Any]) -> list[str]:
    """The functions' ARNs that integrations of an HTTP API call, without repeats."""
    found = [match[1] for one in integrations if (match := _CALLED(str(one.get("IntegrationUri", ""))))]
    return list(dict.fromkeys(found))


def _settings(deployment: Deployment) -> list[Finding]:
    wanted = settings(deployment.parameters, deployment.outputs, deployment.name)
    functions, callers = deployment.client("lambda"), list(_callers(deployment))
    findings = [] if any(caller.startswith("API") for caller, _ in callers) else [_NO_API]
    for caller, arn in callers:
        answer = functions.get_function_configuration(FunctionName=arn)
        findings += setting_findings(caller, arn, answer.get("Environment", {}).get("Variables", {}), wanted)
    for destination in deployment.destinations():
        for mapping in mappings(deployment, destination):
            findings += mapping_findings(f"{destination.name} delivery", mapping, deployment.parameters)
    text = f"those of the stack, in what the API and the queues call ({number(len(callers), 'caller')})"
    return findings or [Finding(OK, "running settings", text)]


def _callers(deployment: Deployment) -> Iterator[tuple[str, str]]:
    api = deployment.client("cloudformation").describe_stack_resource(
        StackName=deployment.name, LogicalResourceId="HttpApi"
    )["StackResourceDetail"]["PhysicalResourceId"]
    pages = deployment.client("apigatewayv2").get_paginator("get_integrations").paginate(ApiId=api)
    for arn in called([one for page in pages for one in page["Items"]]):
        yield f"API ({arn.split(':')[6].rsplit('-', 1)[0].removeprefix(deployment.name + '-')})", arn
    for destination in deployment.destinations():
        for mapping in mappings(deployment, destination):
            yield f"{destination.name} delivery", mapping["FunctionArn"]


def _concurrency(deployment: Deployment) -> list[Finding]:
    limits = deployment.client("lambda").get_account_settings()["AccountLimit"]
    deliveries = {
        destination.name: mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
        for destination in deployment.destinations()
        for mapping in mappings(deployment, destination)
    }
    total, unreserved = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
    return [concurrency_finding(total, unreserved, deliveries)]


def _asked(check: str, ask: Any, deployment: Deployment) -> list[Finding]:
    try:
        return list(ask(deployment))
    except (BotoCoreError, ClientError) as error:
        return [_not_asked(check, error)]


def _not_asked(check: str, error: BotoCoreError | ClientError) -> Finding:
    return Finding(WARNING, check, f"not known: {explain(error)}", "use a role that may (docs/deploy.md)")
