"""`make smoke` changes every parameter that reaches a function, to a value that CloudFormation takes."""

import re
from pathlib import Path

from local.functions import functions
from local.template import Template, changed, read
from tests.smoke.parameters import others

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
BOTH = {"DeliverToRoku": "true", "DeliverToRokt": "true"}


def _runs_with(template: Template) -> list[object]:
    """All that the functions have, with words for what is made in the account."""
    names = {name + end: name + end for name in template.resources for end in ("", ".Arn", ".QueueName")}
    kept = template.of_type("AWS::Lambda::Function")
    return [template.resolve({**kept[name], "Role": "", "Code": ""}, names) for name in functions(template)]


def test_each_other_value_is_allowed_and_reaches_a_function() -> None:
    plain = read(TEMPLATE, BOTH)
    found = others(TEMPLATE, BOTH)
    assert {"DeliveryMode", "RokuUrl", "LedgerDays", "LogLevel", "DefaultEventGroup"} <= found.keys()
    for name, value in found.items():
        declared = plain.body["Parameters"][name]
        assert re.fullmatch(declared.get("AllowedPattern", ".*"), value), name
        assert value in map(str, declared.get("AllowedValues", [value])), name
        assert _runs_with(changed(plain, {name: value})) != _runs_with(plain), name


def test_no_parameter_that_changes_a_function_is_missing() -> None:
    plain = read(TEMPLATE, BOTH)
    apart = {"DeliverToRoku", "DeliverToRokt", "LogFormat"}  # steps of their own
    apart |= {"WatchSenders"}  # switched on it adds a function, and changes none
    for name, declared in plain.body["Parameters"].items():
        for value in declared.get("AllowedValues", [7]):  # of the others each takes some number or text here
            if _runs_with(changed(plain, {name: str(value)})) != _runs_with(plain):
                assert name in others(TEMPLATE, BOTH).keys() | apart, name
