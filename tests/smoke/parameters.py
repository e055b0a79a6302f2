"""Which parameters reach a function, by the template alone, and another value for each."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.template import Template, read

# Another value where the template names none; a parameter that is missing here is a KeyError that names it.
_OTHER = {
    "DefaultEventGroup": "another_group",
    "DefaultCountry": "GB",
    "AllowedOrigins": "https://www.example.com",
    "RokuUrl": "https://roku.example.com",
    "RoktUrl": "https://rokt.example.com",
    "RoktAccountId": "12345",
    "RoktHashed": "email",
    "LedgerDays": "8",
    "LogSampleRate": "1",
}
# These have steps of their own, or reach the hourly check alone, which is off.
_APART = {"DeliverToRoku", "DeliverToRokt", "LogFormat", "AlarmEmail", "AlarmTopicArn"}
_IN_TEXT = re.compile(r"\$\{(\w+)\}")


def reaching(source: Path, parameters: Mapping[str, str]) -> set[str]:
    """The parameters that are in a variable, a timeout, the memory or the log settings of a function."""
    plain = read(source, parameters)
    refers: set[str] = set()
    for function in plain.body["Resources"].values():
        if function["Type"] == "AWS::Lambda::Function":
            kept = {key: value for key, value in function["Properties"].items() if key not in {"Role", "Code", "Tags"}}
            _collect(kept, plain.body.get("Conditions", {}), refers)
    return refers & plain.parameters.keys()


def _collect(value: Any, conditions: Mapping[str, Any], found: set[str]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, conditions, found)
    elif isinstance(value, Mapping):
        if isinstance(value.get("Ref"), str):
            found.add(value["Ref"])
        if "Fn::Sub" in value:
            found |= set(_IN_TEXT.findall(str(value["Fn::Sub"])))
        for key, item in value.items():
            if key == "Condition" or (key == "Fn::If" and isinstance(item, list)):
                name = item if isinstance(item, str) else item[0]
                _collect(conditions.get(name), conditions, found)
            _collect(item, conditions, found)


def others(source: Path, parameters: Mapping[str, str]) -> dict[str, str]:
    """Another allowed value for each parameter that reaches a function, all of which go together."""
    plain = read(source, parameters)
    return {name: _other(plain, name) for name in sorted(reaching(source, parameters) - _APART)}


def _other(plain: Template, name: str) -> str:
    declared, has = plain.body["Parameters"][name], plain.parameters[name]
    if "AllowedValues" in declared:
        return next(str(value) for value in declared["AllowedValues"] if str(value) != has)
    return _OTHER[name]
