"""The IAM policies of docs/deploy.md name what the command line calls, and the services of what the template makes."""

import ast
import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from local.template import read

ROOT = Path(__file__).resolve().parents[2]
# Services that the command line calls, and their prefix in IAM.
PREFIXES = {"apigatewayv2": "apigateway"} | {
    name: name for name in "cloudformation cloudwatch dynamodb lambda logs secretsmanager sns sqs".split()
}
# Operations that IAM knows under another name: batches need the right of one, and HTTP APIs have verbs for rights.
OTHERS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "apigateway:GetIntegrations": "apigateway:GET",
}
# Only `relay remove` makes these calls: they are rights of whoever deploys.
DEPLOYERS = {"cloudformation:DeleteStack"}


def _policy(name: str) -> list[dict[str, Any]]:
    policy = json.loads((ROOT / "docs" / "iam" / f"{name}.json").read_text(encoding="utf-8"))
    return list(policy["Statement"])


def _actions(name: str) -> set[str]:
    return {
        action
        for one in _policy(name)
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }


def _called() -> set[str]:
    """The rights of every operation whose name the code of `relay` uses, by AWS's own list of operations."""
    session = botocore.session.get_session()
    rights: dict[str, set[str]] = {}
    for service, prefix in PREFIXES.items():
        for operation in session.get_service_model(service).operation_names:
            right = OTHERS.get(f"{prefix}:{operation}", f"{prefix}:{operation}")
            rights.setdefault(xform_name(operation), set()).add(right)
    found: set[str] = set()
    for file in (ROOT / "relay").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                names = [node.func.attr]
                if names == ["get_paginator"] and isinstance(node.args[0], ast.Constant):
                    names = [str(node.args[0].value)]
                for name in names:
                    found |= rights.get(name, set())
    return found


def test_whoever_operates_may_call_what_relay_calls_and_nothing_else() -> None:
    called = _called()
    assert {"sqs:SendMessage", "cloudformation:DescribeStacks", "lambda:GetAccountSettings"} <= called
    assert called - DEPLOYERS == _actions("operate")


def test_whoever_deploys_may_make_each_kind_of_thing_in_the_template() -> None:
    resources = read(ROOT / "template.yaml", {"DeliverToRoku": "true", "DeliverToRokt": "true"}).body["Resources"]
    services = {item["Type"].split("::")[1].lower() for item in resources.values()}
    prefixes = {"apigatewayv2": "apigateway"}
    allowed = {action.split(":")[0] for action in _actions("deploy")}
    assert {prefixes.get(service, service) for service in services} <= allowed


@pytest.mark.parametrize("name", ["deploy", "operate"])
def test_a_policy_fits_into_what_iam_takes_however_long_the_stacks_name_is(name: str) -> None:
    text = json.dumps(_policy(name), separators=(",", ":"))
    assert len(text.replace("STACK", "s" * 80).replace("ACCOUNT", "1" * 12)) <= 6_000  # of 6,144 with what is around it


def test_whoever_deploys_may_remove_too() -> None:
    assert all(any(fnmatch(action, allowed) for allowed in _actions("deploy")) for action in DEPLOYERS)


@pytest.mark.parametrize("name", ["deploy", "operate"])
def test_a_right_over_everything_is_one_that_takes_no_name(name: str) -> None:
    for one in _policy(name):
        if one["Resource"] == "*":
            actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
            assert not [action for action in actions if "*" in action], one["Sid"]
        assert one["Action"] != "*"
        assert "Sid" in one
