"""Each function may do what it needs and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.template import Template, read
from tests.template.stacks import ALL, Names, of_each, on

TEMPLATE = Path(__file__).parents[2] / "template.yaml"

LOGS = {(f"logs:{action}", "{}LogGroup") for action in ("CreateLogStream", "PutLogEvents")}
SENDERS = ("secretsmanager:GetSecretValue", "SenderKeysSecret")
INGEST = {SENDERS, ("sqs:SendMessage", "{}Queue")}
TEST_EVENTS = {SENDERS, ("secretsmanager:GetSecretValue", "RokuKeysSecret")}
DELIVER = {
    ("sqs:ReceiveMessage", "{}Queue"),
    ("sqs:DeleteMessage", "{}Queue"),
    ("sqs:GetQueueAttributes", "{}Queue"),
    ("sqs:ChangeMessageVisibility", "{}Queue"),
    ("sqs:SendMessage", "{}Queue"),
    ("sqs:SendMessage", "{}DeadLetterQueue"),
    ("secretsmanager:GetSecretValue", "{}KeysSecret"),
}
LEDGER = {
    ("dynamodb:BatchGetItem", "LedgerTable"),
    ("dynamodb:BatchWriteItem", "LedgerTable"),
    ("dynamodb:PutItem", "LedgerTable"),
}


WATCH = {
    ("logs:StartQuery", "IngestLogGroup"),
    ("logs:GetQueryResults", "*"),  # it knows no resource
    ("dynamodb:Query", "LedgerTable"),
    ("dynamodb:BatchWriteItem", "LedgerTable"),
}


def needed(template: Template) -> dict[str, set[tuple[str, str]]]:
    """What each function of the stack needs besides its log."""
    ledger = set() if template.parameters["LedgerDays"] == "0" else LEDGER
    found = {
        f"Deliver{word}": {(action, name.format(word)) for action, name in DELIVER} | ledger for word in on(template)
    }
    if "Roku" in on(template):
        found["TestEvents"] = TEST_EVENTS
    if "SilenceFunction" in template.resources:
        found["Silence"] = WATCH
    kept = {("secretsmanager:GetSecretValue", "FingerprintSecret"), ("dynamodb:BatchWriteItem", "LedgerTable")}
    ingest = {(action, name.format(word)) for action, name in INGEST for word in on(template)}
    return found | {"Ingest": ingest | (kept if ledger else set())}


def test_a_role_allows_exactly_what_its_function_does(deployed: Template) -> None:
    roles = deployed.of_type("AWS::IAM::Role")
    expected = needed(deployed)
    assert set(roles) == {f"{name}Role" for name in expected}
    for name, permissions in expected.items():
        function = deployed.of_type("AWS::Lambda::Function")[f"{name}Function"]
        assert function["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        # Each statement as it is for these parameters, with the words for its resources.
        policies = deployed.resolve(roles[f"{name}Role"]["Policies"], Names(deployed))
        allowed = {
            (action, _owner(resource.strip("<>")))
            for statement in _allowed(policies)
            for action in _list(statement["Action"])
            for resource in _list(statement["Resource"])
        }
        assert allowed == permissions | {(action, group.format(name)) for action, group in LOGS}
        assert "ManagedPolicyArns" not in roles[f"{name}Role"]


def test_every_role_has_the_boundary_that_is_asked_for_and_none_unless_it_is(template: Template) -> None:
    arn = "arn:aws:iam::123456789012:policy/boundary"
    bounded = read(TEMPLATE, ALL | {"PermissionsBoundary": arn})
    roles = bounded.of_type("AWS::IAM::Role")
    assert [bounded.resolve(role["PermissionsBoundary"], {}) for role in roles.values()] == [arn] * len(roles) != []
    for role in template.of_type("AWS::IAM::Role").values():
        assert template.resolve(role["PermissionsBoundary"], {}) is None


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
    (unnamed,) = (each for each in statements if each["Action"] == "logs:GetQueryResults")
    for statement in statements:
        if statement is unnamed:
            continue
        assert "*" not in str(statement), statement
        assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()


def test_only_the_api_calls_the_api_functions(stack: Template) -> None:
    callers = {
        permission["FunctionName"]["Ref"]: permission["Principal"]
        for permission in stack.of_type("AWS::Lambda::Permission").values()
    }
    called = ["Ingest", "TestEvents"] if "Roku" in on(stack) else ["Ingest"]
    assert callers == {f"{name}Function": "apigateway.amazonaws.com" for name in called}


def test_no_secret_holds_a_value_that_stands_in_the_template(template: Template) -> None:
    secrets = template.of_type("AWS::SecretsManager::Secret")
    assert set(secrets) == {"SenderKeysSecret", "FingerprintSecret", *of_each(template, "{}KeysSecret")}
    for secret in secrets.values():
        assert "SecretString" not in secret
    # Put in by an operator: a value or a generator here would overwrite it when it changes.
    for name in of_each(template, "{}KeysSecret"):
        assert "GenerateSecretString" not in secrets[name]
    # CloudFormation generates a new secret when any of these changes, and every key in use would be gone.
    assert secrets["SenderKeysSecret"]["GenerateSecretString"] == {
        "SecretStringTemplate": "{}",
        "GenerateStringKey": "first",
        "PasswordLength": 40,
        "ExcludePunctuation": True,
    }
    # Letters and digits: 43 of them have 256 bits.
    assert secrets["FingerprintSecret"]["GenerateSecretString"] == {"PasswordLength": 43, "ExcludePunctuation": True}


def test_there_is_a_key_of_fingerprints_only_where_a_ledger_keeps_them(deployed: Template) -> None:
    has_ledger = deployed.parameters["LedgerDays"] != "0"
    assert ("FingerprintSecret" in deployed.resources) is has_ledger
    names = Names(deployed)
    for name, function in deployed.of_type("AWS::Lambda::Function").items():
        variables = deployed.resolve(dict(function["Environment"]["Variables"]), names)
        if name in ("IngestFunction", "TestEventsFunction"):
            assert variables["FINGERPRINT_SECRET"] == ("<FingerprintSecret>" if has_ledger else "")
        else:
            assert "FINGERPRINT_SECRET" not in variables


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


def _owner(arn: str) -> str:
    """The resource that an ARN belongs to; a secret's Ref is its ARN."""
    if arn == "*":
        return arn
    assert arn.endswith((".Arn", "Secret"))
    return arn.removesuffix(".Arn")
