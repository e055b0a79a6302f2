"""Each function may do what it needs and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.template import Template

LOGS = {
    ("logs:CreateLogStream", "{}LogGroup"),
    ("logs:PutLogEvents", "{}LogGroup"),
}
NEEDED = {
    "Ingest": {
        ("sqs:SendMessage", "RokuQueue"),
        ("secretsmanager:GetSecretValue", "SenderKeysSecret"),
    },
    "TestEvents": {
        ("secretsmanager:GetSecretValue", "SenderKeysSecret"),
        ("secretsmanager:GetSecretValue", "RokuKeysSecret"),
    },
    "DeliverRoku": {
        ("sqs:ReceiveMessage", "RokuQueue"),
        ("sqs:DeleteMessage", "RokuQueue"),
        ("sqs:GetQueueAttributes", "RokuQueue"),
        ("sqs:ChangeMessageVisibility", "RokuQueue"),
        ("sqs:SendMessage", "RokuQueue"),
        ("sqs:SendMessage", "RokuDeadLetterQueue"),
        ("dynamodb:BatchGetItem", "LedgerTable"),
        ("dynamodb:BatchWriteItem", "LedgerTable"),
        ("secretsmanager:GetSecretValue", "RokuKeysSecret"),
    },
}


@pytest.mark.parametrize("name", NEEDED)
def test_a_role_allows_exactly_what_its_function_does(template: Template, name: str) -> None:
    function = template.of_type("AWS::Lambda::Function")[f"{name}Function"]
    assert function["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    role = template.of_type("AWS::IAM::Role")[f"{name}Role"]
    allowed = {
        (action, _logical_id(resource))
        for statement in _allowed(role["Policies"])
        for action in _list(statement["Action"])
        for resource in _list(statement["Resource"])
    }
    assert allowed == NEEDED[name] | {(action, group.format(name)) for action, group in LOGS}
    assert "ManagedPolicyArns" not in role


def test_there_is_no_role_but_the_functions_own(template: Template) -> None:
    assert set(template.of_type("AWS::IAM::Role")) == {f"{name}Role" for name in NEEDED}


def test_only_lambda_takes_these_roles(template: Template) -> None:
    for role in template.of_type("AWS::IAM::Role").values():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement == {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }


def test_nothing_is_allowed_by_a_wildcard(template: Template) -> None:
    # The stream in a log group is the one part that nobody can name beforehand; the group's own ARN stands for it.
    statements = [item for properties in template.resources.values() for item in _allowed(properties)]
    assert statements
    for statement in statements:
        assert "*" not in str(statement), statement
        assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()


def test_only_the_api_calls_the_api_functions(template: Template) -> None:
    callers = {
        permission["FunctionName"]["Ref"]: permission["Principal"]
        for permission in template.of_type("AWS::Lambda::Permission").values()
    }
    assert callers == {
        "IngestFunctionAliaslive": "apigateway.amazonaws.com",
        "TestEventsFunctionAliaslive": "apigateway.amazonaws.com",
    }


def test_no_secret_holds_a_value_that_stands_in_the_template(template: Template) -> None:
    secrets = template.of_type("AWS::SecretsManager::Secret")
    assert set(secrets) == {"SenderKeysSecret", "RokuKeysSecret"}
    for secret in secrets.values():
        assert "SecretString" not in secret
    # Put in by an operator: a value or a generator here would overwrite it when it changes.
    assert "GenerateSecretString" not in secrets["RokuKeysSecret"]
    # CloudFormation generates anew when any of these changes, and every key in use would be gone.
    assert secrets["SenderKeysSecret"]["GenerateSecretString"] == {
        "SecretStringTemplate": "{}",
        "GenerateStringKey": "first",
        "PasswordLength": 40,
        "ExcludePunctuation": True,
    }


def _allowed(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("Effect") == "Allow":
            yield value
        for item in value.values():
            yield from _allowed(item)
    elif isinstance(value, list):
        for item in value:
            yield from _allowed(item)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _logical_id(reference: dict[str, Any]) -> str:
    """The resource that an ARN belongs to; a secret's Ref is its ARN."""
    if "Ref" in reference:
        return str(reference["Ref"])
    name, attribute = reference["Fn::GetAtt"]
    assert attribute == "Arn"
    return str(name)
