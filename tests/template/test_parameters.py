"""What an operator may choose is described, bounded and refused when wrong."""

import re
from pathlib import Path
from typing import Any

import pytest

from local import template as reading
from local.template import Template, read
from rokt.keys import pair_in
from tests.template.stacks import ALL, CHOICES, WORDS, Names, of_each

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
NAMES = [
    "AlarmEmail",
    "AlarmTopicArn",
    "AllowedOrigins",
    "BatchWindow",
    "BeaconThrottleBurst",
    "BeaconThrottleRate",
    "CertificateArn",
    "DefaultCountry",
    "DefaultEventGroup",
    "DeliverToRokt",
    "DeliverToRoku",
    "DeliveryMode",
    "DomainName",
    "LedgerDays",
    "LogFormat",
    "LogLevel",
    "LogRetentionDays",
    "LogSampleRate",
    "MaximumConcurrency",
    "MonthlyBudget",
    "PermissionsBoundary",
    "PhoneFormat",
    "PhoneWithoutCountry",
    "QuietHours",
    "RoktAccountId",
    "RoktApi",
    "RoktConversionType",
    "RoktCopyRtid",
    "RoktHashed",
    "RoktHashedNames",
    "RoktSendBirthDate",
    "RoktUrl",
    "RokuUrl",
    "ThrottleBurst",
    "ThrottleRate",
    "WatchSenders",
]


def test_there_are_these_parameters(source: dict[str, Any]) -> None:
    assert sorted(source["Parameters"]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_is_described_bounded_and_has_a_default_within_its_bounds(
    source: dict[str, Any], name: str
) -> None:
    parameter = source["Parameters"][name]
    assert parameter["Description"].endswith((".", ")."))
    assert {"AllowedPattern", "AllowedValues", "MinValue"} & parameter.keys()
    assert accepts(parameter, parameter["Default"])
    assert ("AllowedPattern" in parameter) == (
        "ConstraintDescription" in parameter
    )  # AWS itself names bounds and values


def test_every_parameter_is_in_one_group_of_the_console_in_the_order_in_which_sam_asks(source: dict[str, Any]) -> None:
    groups = source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert [name for group in groups for name in group["Parameters"]] == list(source["Parameters"])


def test_the_page_of_parameters_says_what_the_template_says(source: dict[str, Any]) -> None:
    """`make parameters` writes it."""
    page = (TEMPLATE.parent / "docs" / "parameters.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (?:`(.+?)`|empty) \| (.+) \|$", page, re.MULTILINE)
    assert [name for name, _, _ in rows] == list(source["Parameters"])
    for name, default, text in rows:
        assert str(source["Parameters"][name]["Default"]) == default
        assert text.startswith(source["Parameters"][name]["Description"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DefaultEventGroup", "example_website_123"),  # Roku's Events API page, first example
        ("DefaultCountry", "US"),
        ("AllowedOrigins", "https://www.example.com"),
        ("AllowedOrigins", "https://www.example.com,https://shop.example.com:8443"),
        ("RokuUrl", "https://events.ads.rokuapi.net"),
        ("DeliverToRokt", "true"),
        ("AlarmTopicArn", "arn:aws-us-gov:sns:us-gov-west-1:123456789012:pager"),
        ("MonthlyBudget", 200),
        ("QuietHours", 168),
        ("DomainName", "events.example.co.uk"),
        ("CertificateArn", "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"),
        ("LogFormat", "JSON"),
        ("PermissionsBoundary", "arn:aws:iam::123456789012:policy/team/boundary"),
        ("PermissionsBoundary", "arn:aws:iam::aws:policy/PowerUserAccess"),
        ("RoktUrl", ""),
        ("RoktUrl", "https://s2s.us2.mparticle.com"),  # Rokt's quick start
        ("RoktUrl", "https://inbound.mparticle.com/s2s"),  # the same for keys of a partner feed
        ("RoktAccountId", "2846379154962243584"),
        ("RoktHashed", ""),
        ("RoktHashed", "mobile,email"),
        ("BatchWindow", 60),
        ("MaximumConcurrency", 1000),
        ("AlarmEmail", "operator+alarms@example.co.uk"),
        ("LogRetentionDays", 3653),
        ("LogSampleRate", 0.01),
        ("LogSampleRate", 1),
    ],
)
def test_a_sensible_value_is_accepted(source: dict[str, Any], name: str, value: Any) -> None:
    assert accepts(source["Parameters"][name], value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DefaultEventGroup", "two words"),
        ("DefaultEventGroup", 'a","is_hashed":false'),
        ("PhoneFormat", "E.164"),
        ("DefaultCountry", "us"),
        ("DefaultCountry", "USA"),
        ("AllowedOrigins", "*"),
        ("AllowedOrigins", "http://www.example.com"),
        ("AllowedOrigins", "https://www.example.com/"),
        ("AllowedOrigins", "https://www.example.com, https://shop.example.com"),
        ("DeliveryMode", "dry"),
        ("RokuUrl", "http://events.ads.rokuapi.net"),
        ("RokuUrl", "https://events.ads.rokuapi.net/v1/events"),
        ("RokuUrl", "https://user:password@events.ads.rokuapi.net"),
        ("RokuUrl", "https://localhost"),
        ("RokuUrl", "https://169.254.169.254"),
        ("RokuUrl", "https://[fd00:ec2::254]"),
        ("RokuUrl", "https://events.ads.rokuapi.net@evil.example"),
        ("RokuUrl", "https://events.ads.rokuapi.net?x=.evil.example"),
        ("DeliverToRoku", ""),
        ("DeliverToRokt", "True"),  # one way to say it
        ("AlarmTopicArn", "pager"),
        ("AlarmTopicArn", "arn:aws:sqs:us-east-1:123456789012:pager"),
        ("MonthlyBudget", -1),
        ("QuietHours", 169),  # CloudWatch looks back a week
        ("DomainName", "https://events.example.com"),
        ("DomainName", "Events.example.com"),
        ("DomainName", "events"),
        ("CertificateArn", "arn:aws:iam::123456789012:server-certificate/old"),
        ("LogFormat", "json"),
        ("PermissionsBoundary", "boundary"),
        ("RoktApi", "v2"),
        ("RoktUrl", "http://s2s.us2.mparticle.com"),
        ("RoktUrl", "https://inbound.mparticle.com/s2s/"),
        ("RoktUrl", "https://inbound.mparticle.com/s2s?key=1"),
        ("RoktUrl", "https://s2s.us2.mparticle.com/../x"),
        ("RoktUrl", "https://key:secret@s2s.us2.mparticle.com"),
        ("RoktUrl", "https://169.254.169.254"),
        ("RoktUrl", "https://s2s.us2.mparticle.com@evil.example"),
        ("RoktAccountId", "12 34"),
        ("RoktAccountId", "1" * 65),
        ("RoktHashed", "email, mobile"),
        ("RoktHashed", "email,"),
        ("RoktHashed", "phone"),
        ("RoktHashedNames", "upper"),
        ("RoktConversionType", "roku"),
        ("RoktCopyRtid", "yes"),
        ("RoktSendBirthDate", "1"),
        ("BatchWindow", 0),  # batches above 10 need a window
        ("BatchWindow", 61),  # the queue's visibility timeout allows for 60
        ("MaximumConcurrency", 1),  # Lambda's least is 2
        ("MaximumConcurrency", 1001),
        ("AlarmEmail", "operator"),
        ("AlarmEmail", "a@example.com,b@example.com"),
        ("LogLevel", "TRACE"),
        ("LogRetentionDays", 0),
        ("LogSampleRate", -0.1),
        ("LogSampleRate", 1.5),
        ("LogSampleRate", 10),  # a share, no percentage
        ("ThrottleRate", 0),
        ("ThrottleBurst", 0),
        ("BeaconThrottleRate", 0),
        ("BeaconThrottleBurst", 0),
    ],
)
def test_a_wrong_value_is_refused(source: dict[str, Any], name: str, value: Any) -> None:
    assert not accepts(source["Parameters"][name], value)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_used(source: dict[str, Any], name: str) -> None:
    used = {key: item for key, item in source.items() if key not in {"Parameters", "Metadata"}}
    assert {"Ref": name} in _values(used)


# Another value of each, with what else must be set for it to matter.
OTHERS: dict[str, tuple[str, dict[str, str]]] = {
    "AlarmEmail": ("other@example.com", {}),
    "AlarmTopicArn": ("arn:aws:sns:us-east-1:123456789012:pager", {}),
    "AllowedOrigins": ("https://www.example.com", {}),
    "BatchWindow": ("9", {}),
    "BeaconThrottleBurst": ("9", {}),
    "BeaconThrottleRate": ("9", {}),
    "CertificateArn": ("arn:aws:acm:us-east-1:123456789012:certificate/2", {}),
    "DefaultCountry": ("GB", {}),
    "DefaultEventGroup": ("group", {}),
    "DeliverToRokt": ("false", {}),
    "DeliverToRoku": ("false", {}),
    "DeliveryMode": ("test", {}),
    "DomainName": ("other.example.com", {}),
    "LedgerDays": ("9", {}),
    "LogFormat": ("JSON", {}),
    "LogLevel": ("DEBUG", {}),
    "LogRetentionDays": ("90", {}),
    "LogSampleRate": ("0.5", {}),
    "MaximumConcurrency": ("9", {}),
    "MonthlyBudget": ("9", {}),
    "PermissionsBoundary": ("arn:aws:iam::123456789012:policy/boundary", {}),
    "PhoneFormat": ("e164", {}),
    "PhoneWithoutCountry": ("as_it_stands", {}),
    "QuietHours": ("9", {}),
    "RoktAccountId": ("9", {}),
    "RoktApi": ("events", {"RoktAccountId": "9"}),
    "RoktConversionType": ("listed", {}),
    "RoktCopyRtid": ("false", {}),
    "RoktHashed": ("email", {}),
    "RoktHashedNames": ("as_written", {}),
    "RoktSendBirthDate": ("true", {}),
    "RoktUrl": ("https://s2s.eu1.mparticle.com", {}),
    "RokuUrl": ("https://roku.example.com", {}),
    "ThrottleBurst": ("9", {}),
    "ThrottleRate": ("9", {}),
    "WatchSenders": ("false", {}),
}
# What watches or bounds the functions; whatever is not here must reach a function that runs.
BESIDE_THE_FUNCTIONS = {
    *("AlarmEmail", "MonthlyBudget", "QuietHours"),  # who is told about what
    *("BatchWindow", "MaximumConcurrency"),  # of the event source mapping
    *("BeaconThrottleBurst", "BeaconThrottleRate", "ThrottleBurst", "ThrottleRate"),  # of the API's stage
    *("CertificateArn", "DomainName"),  # of the API's domain
    *("LogRetentionDays", "PermissionsBoundary"),  # of log groups and roles
}


@pytest.mark.parametrize("name", NAMES)
def test_another_value_of_a_parameter_changes_what_runs(name: str) -> None:
    value, besides = OTHERS[name]
    before, after = (_running(ALL | besides | changed) for changed in ({}, {name: value}))
    assert before != after
    assert (_functions(before) == _functions(after)) == (name in BESIDE_THE_FUNCTIONS)


def _functions(resources: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in resources.items() if item["Type"] == "AWS::Lambda::Function"}


def test_whatever_calls_a_function_calls_the_one_that_a_change_reaches(template: Template) -> None:
    # A version is published only when code changes, and an alias goes on calling it with the settings of that day.
    kinds = {item["Type"] for item in template.resources.values()}
    assert not kinds & {"AWS::Lambda::Version", "AWS::Lambda::Alias"}
    called = [each["FunctionName"] for each in template.of_type("AWS::Lambda::EventSourceMapping").values()]
    called += [each["FunctionName"] for each in template.of_type("AWS::Lambda::Permission").values()]
    assert called
    assert {each["Ref"] for each in called} == set(template.of_type("AWS::Lambda::Function"))
    (api,) = template.of_type("AWS::ApiGatewayV2::Api").values()
    uris = [text for text in _values(api["Body"]) if isinstance(text, str) and "/invocations" in text]
    assert len(uris) == 16  # one for each route
    assert all(re.search(r"functions/\$\{\w+Function\.Arn\}/invocations$", uri) for uri in uris)


def _running(parameters: dict[str, str]) -> dict[str, Any]:
    """The stack's resources, with every value worked out."""
    stack = read(TEMPLATE, parameters)
    names = Names(stack)
    return {name: stack.resolve(dict(item), names) for name, item in stack.resources.items()}


def test_a_domain_of_ones_own_is_what_senders_are_told(template: Template) -> None:
    assert template.resolve(template.outputs["ApiUrl"]["Value"], {}) == "https://events.example.com"
    assert "curl -i https://events.example.com/v1/events " in template.resolve(
        template.outputs["SendCommand"]["Value"], {}
    )
    assert template.resolve(template.outputs["DomainTarget"]["Value"], Names(template)) == "<Domain.RegionalDomainName>"
    (mapping,) = template.of_type("AWS::ApiGatewayV2::ApiMapping").values()
    assert template.resolve(dict(mapping), Names(template)) == {
        "DomainName": "<Domain>",
        "ApiId": "<HttpApi>",
        "Stage": "<HttpApiApiGatewayDefaultStage>",
    }


# The longest name that each property may have, where the stack's name is in it (CloudFormation's reference of each).
LONGEST = {
    ("AWS::CloudWatch::Dashboard", "DashboardName"): 255,
    ("AWS::Logs::LogGroup", "LogGroupName"): 512,
    ("AWS::SecretsManager::Secret", "Name"): 512,
    ("AWS::SNS::Topic", "DisplayName"): 100,
    ("AWS::Logs::MetricFilter", "MetricNamespace"): 255,
}


def test_names_fit_however_long_the_stacks_name_is(monkeypatch: pytest.MonkeyPatch) -> None:
    usual, longest = reading._pseudo_parameters(), "s" * 128  # CloudFormation's limit
    monkeypatch.setattr(
        reading, "_pseudo_parameters", lambda: usual | {"AWS::StackName": longest, "AWS::Region": "ap-southeast-5"}
    )
    stack = read(TEMPLATE, ALL)
    checked = set()
    for item in stack.resources.values():
        for (kind, name), most in LONGEST.items():
            found = [one[name] for one in _values(dict(item)) if isinstance(one, dict) and name in one]
            if item["Type"] == kind and found:
                checked.add((kind, name))
                assert all(len(stack.resolve(each, Names(stack))) <= most for each in found)
    assert checked == LONGEST.keys()
    for word in WORDS:  # a dimension's value, and a parameter's description
        assert len(longest) <= 1024 >= len(stack.resolve(stack.outputs[f"{word}RedriveCommand"]["Value"], Names(stack)))
    assert all(len(item["Description"]) <= 4000 for item in stack.body["Parameters"].values())


def test_the_template_stays_short_enough_to_be_read() -> None:
    assert len(TEMPLATE.read_text(encoding="utf-8").splitlines()) <= 1_400


NEEDS_ACCOUNT, NEEDS_LIVE = "RoktAccountId", "DeliveryMode"
ROKT, BOTH = CHOICES["rokt"], CHOICES["both"]


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, []),
        (ROKT, []),
        ({"DeliverToRoku": "false"}, ["DeliverToRokt"]),
        (BOTH | {"DeliveryMode": "test"}, []),
        ({"RoktApi": "events", "DeliveryMode": "test"}, []),  # there is no Rokt
        (ROKT | {"RoktApi": "events"}, [NEEDS_ACCOUNT]),
        (BOTH | {"RoktApi": "events"}, [NEEDS_ACCOUNT]),
        (ROKT | {"RoktApi": "events", "RoktAccountId": "1"}, []),
        (ROKT | {"RoktApi": "events", "RoktAccountId": "1", "DeliveryMode": "test"}, [NEEDS_LIVE]),
        (BOTH | {"RoktApi": "events", "DeliveryMode": "test"}, [NEEDS_ACCOUNT, NEEDS_LIVE]),
        ({"DomainName": "a.example.com"}, ["CertificateArn"]),
        ({"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1"}, ["DomainName"]),
        ({"DomainName": "a.example.com", "CertificateArn": "arn:aws:acm:us-east-1:1:certificate/1"}, []),
        ({"MonthlyBudget": "9"}, ["AlarmEmail"]),
        ({"MonthlyBudget": "9", "AlarmEmail": "a@example.com"}, []),
        ({"MonthlyBudget": "9", "AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:t"}, []),
        ({"LogFormat": "JSON"}, []),
        ({"LogFormat": "JSON", "LogLevel": "DEBUG"}, []),
        ({"LogFormat": "JSON", "LogLevel": "WARNING"}, ["LogLevel"]),  # Lambda would drop the lines of metrics
    ],
)
def test_parameters_that_do_not_go_together_are_refused(
    source: dict[str, Any], values: dict[str, str], missing: list[str]
) -> None:
    defaults = {name: str(item["Default"]) for name, item in source["Parameters"].items()}
    said = [
        each["AssertDescription"]
        for rule in source["Rules"].values()
        if "RuleCondition" not in rule or _holds(rule["RuleCondition"], defaults | values)
        for each in rule["Assertions"]
        if not _holds(each["Assert"], defaults | values)
    ]
    assert len(said) == len(missing)
    assert all(name in text for name, text in zip(missing, said, strict=True))


def test_every_output_is_described_and_the_promised_ones_exist(stack: Template) -> None:
    assert all(output["Description"] for output in stack.outputs.values())
    assert "DomainTarget" not in stack.outputs  # there only with a DomainName
    assert set(stack.outputs) == {
        "ApiUrl",
        "DashboardUrl",
        "LedgerTableName",
        "SendCommand",
        "SenderKeyCommand",
        "SenderKeysSecretName",
        *of_each(
            stack,
            "{}QueueUrl",
            "{}QueueArn",
            "{}DeadLetterQueueUrl",
            "{}DeadLetterQueueArn",
            "{}DeadLettersCommand",
            "{}KeyCommand",
            "{}KeysSecretName",
            "{}RedriveCommand",
        ),
    }


@pytest.mark.parametrize("word", WORDS)
def test_the_redrive_command_names_region_source_and_destination(template: Template, word: str) -> None:
    # Without a destination SQS answers CouldNotDetermineMessageSource for what the function itself put there.
    arns = {f"{word}Queue.Arn": "arn:queue", f"{word}DeadLetterQueue.Arn": "arn:dead"}
    assert template.resolve(template.outputs[f"{word}RedriveCommand"]["Value"], arns) == (
        "aws sqs start-message-move-task --region us-east-1 --source-arn arn:dead --destination-arn arn:queue"
    )


def test_the_command_for_rokts_keys_is_in_a_form_that_the_code_reads(template: Template) -> None:
    command = template.resolve(template.outputs["RoktKeyCommand"]["Value"], {})
    assert pair_in(command.rpartition("--secret-string ")[2], "conversions") == ("YOUR_KEY", "YOUR_SECRET")


@pytest.mark.parametrize(
    ("output", "secret"),
    [
        ("RokuKeysSecretName", "RokuKeysSecret"),
        ("RoktKeysSecretName", "RoktKeysSecret"),
        ("SenderKeysSecretName", "SenderKeysSecret"),
    ],
)
def test_a_secret_is_called_what_the_outputs_say(template: Template, output: str, secret: str) -> None:
    name = template.of_type("AWS::SecretsManager::Secret")[secret]["Name"]
    assert template.resolve(template.outputs[output]["Value"], {}) == template.resolve(name, {})


def accepts(parameter: dict[str, Any], value: Any) -> bool:
    """Whether CloudFormation takes the value for this parameter."""
    if "AllowedValues" in parameter:
        return value in parameter["AllowedValues"]
    if parameter["Type"] == "Number":
        return bool(parameter["MinValue"] <= value <= parameter["MaxValue"])
    return re.fullmatch(parameter["AllowedPattern"], value) is not None


def _holds(test: dict[str, Any], values: dict[str, str]) -> bool:
    """Whether a condition of a rule holds for these parameters."""
    ((function, given),) = test.items()
    if function in ("Fn::And", "Fn::Or"):
        return (all if function == "Fn::And" else any)(_holds(each, values) for each in given)
    if function == "Fn::Not":
        return not _holds(given[0], values)
    assert function == "Fn::Equals"
    left, right = (values[each["Ref"]] if isinstance(each, dict) else each for each in given)
    return bool(left == right)


def _values(value: Any) -> list[Any]:
    """A value and everything within it."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for item in inside for found in _values(item))]
