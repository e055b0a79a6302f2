"""What an operator may choose is described, bounded and refused when wrong."""

import re
from typing import Any

import pytest

from local.template import Template
from rokt.keys import pair_in
from tests.template.stacks import WORDS, of_each

NAMES = [
    "AlarmEmail",
    "AllowedOrigins",
    "BatchWindow",
    "BeaconThrottleBurst",
    "BeaconThrottleRate",
    "DefaultCountry",
    "DefaultEventGroup",
    "DeliveryMode",
    "Destinations",
    "LedgerDays",
    "LogLevel",
    "LogRetentionDays",
    "LogSampleRate",
    "MaximumConcurrency",
    "PhoneFormat",
    "RoktAccountId",
    "RoktApi",
    "RoktCopyRtid",
    "RoktHashed",
    "RoktSendBirthDate",
    "RoktUrl",
    "RokuUrl",
    "SnapStart",
    "ThrottleBurst",
    "ThrottleRate",
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
    assert _accepts(parameter, parameter["Default"])
    if "AllowedPattern" in parameter or "MinValue" in parameter:
        assert parameter["ConstraintDescription"]


def test_every_parameter_stands_in_one_group_of_the_console(source: dict[str, Any]) -> None:
    groups = source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == NAMES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DefaultEventGroup", "example_website_123"),  # Roku's Events API page, first example
        ("DefaultCountry", "US"),
        ("AllowedOrigins", "https://www.example.com"),
        ("AllowedOrigins", "https://www.example.com,https://shop.example.com:8443"),
        ("RokuUrl", "https://events.ads.rokuapi.net"),
        ("Destinations", "rokt"),
        ("Destinations", "roku,rokt"),
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
    assert _accepts(source["Parameters"][name], value)


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
        ("Destinations", ""),
        ("Destinations", "rokt,roku"),  # one way to say it
        ("Destinations", "roku, rokt"),
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
    assert not _accepts(source["Parameters"][name], value)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_used(source: dict[str, Any], name: str) -> None:
    used = {key: item for key, item in source.items() if key not in {"Parameters", "Metadata"}}
    assert {"Ref": name} in _values(used)


NEEDS_ACCOUNT, NEEDS_LIVE = "RoktAccountId", "DeliveryMode"


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, []),
        ({"Destinations": "rokt"}, []),
        ({"Destinations": "roku,rokt", "DeliveryMode": "test"}, []),
        ({"RoktApi": "events", "DeliveryMode": "test"}, []),  # there is no Rokt
        ({"Destinations": "rokt", "RoktApi": "events"}, [NEEDS_ACCOUNT]),
        ({"Destinations": "roku,rokt", "RoktApi": "events"}, [NEEDS_ACCOUNT]),
        ({"Destinations": "rokt", "RoktApi": "events", "RoktAccountId": "1"}, []),
        ({"Destinations": "rokt", "RoktApi": "events", "RoktAccountId": "1", "DeliveryMode": "test"}, [NEEDS_LIVE]),
        ({"Destinations": "roku,rokt", "RoktApi": "events", "DeliveryMode": "test"}, [NEEDS_ACCOUNT, NEEDS_LIVE]),
    ],
)
def test_parameters_that_do_not_go_together_are_refused(
    source: dict[str, Any], values: dict[str, str], missing: list[str]
) -> None:
    defaults = {name: str(item["Default"]) for name, item in source["Parameters"].items()}
    said = [
        each["AssertDescription"]
        for rule in source["Rules"].values()
        if _holds(rule["RuleCondition"], defaults | values)
        for each in rule["Assertions"]
        if not _holds(each["Assert"], defaults | values)
    ]
    assert len(said) == len(missing)
    assert all(name in text for name, text in zip(missing, said, strict=True))


def test_every_output_is_described_and_the_promised_ones_exist(stack: Template) -> None:
    assert all(output["Description"] for output in stack.outputs.values())
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


def _accepts(parameter: dict[str, Any], value: Any) -> bool:
    if "AllowedValues" in parameter:
        return value in parameter["AllowedValues"]
    if parameter["Type"] == "Number":
        return bool(parameter["MinValue"] <= value <= parameter["MaxValue"])
    return re.fullmatch(parameter["AllowedPattern"], value) is not None


def _holds(test: dict[str, Any], values: dict[str, str]) -> bool:
    """Whether a condition of a rule holds for these parameters."""
    ((function, given),) = test.items()
    if function == "Fn::And":
        return all(_holds(each, values) for each in given)
    if function == "Fn::Not":
        return not _holds(given[0], values)
    assert function == "Fn::Equals"
    left, right = (values[each["Ref"]] if isinstance(each, dict) else each for each in given)
    return bool(left == right)


def _values(value: Any) -> list[Any]:
    """A value and everything within it."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for item in inside for found in _values(item))]
