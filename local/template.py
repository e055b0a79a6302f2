"""Reads template.yaml as CloudFormation does: the SAM expansion, then parameters, conditions and references."""

import logging
import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local.intrinsics import NO_VALUE, TemplateError, condition, resolve

REGION = "us-east-1"
ACCOUNT = "123456789012"  # the account that moto answers as
BUNDLE_BUCKET = "local"

_FUNCTION = "AWS::Serverless::Function"


@dataclass(frozen=True, slots=True)
class Template:
    """An expanded template with its parameters settled; resources whose condition fails are left out."""

    resources: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, Mapping[str, Any]]
    parameters: Mapping[str, str]
    conditions: Mapping[str, bool]
    body: Mapping[str, Any]

    def of_type(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """The properties of each resource of one CloudFormation type, by logical id."""
        return {name: item.get("Properties", {}) for name, item in self.resources.items() if item["Type"] == kind}

    def resolve(self, value: Any, names: Mapping[str, str]) -> Any:
        """`value` with every intrinsic function worked out; `names` maps "Id" (Ref) and "Id.Attribute" (GetAtt)."""
        found = resolve(value, {**_pseudo_parameters(), **self.parameters, **names}, self.conditions)
        return None if found is NO_VALUE else found


class _NoManagedPolicies(ManagedPolicyLoader):
    """Replaces the IAM call that the translator would make to list AWS's managed policies."""

    def __init__(self) -> None:
        """Takes no IAM client, for it calls none."""

    def load(self) -> dict[str, str]:
        return {}


def expand(path: Path, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The CloudFormation template that SAM makes of the file at `path`, worked out offline."""
    source = _source(path)
    functions = [item for item in source["Resources"].values() if item["Type"] == _FUNCTION]
    common = source.get("Globals", {}).get("Function", {})
    for properties in [common, *(item.setdefault("Properties", {}) for item in functions)]:
        if isinstance(properties.get("CodeUri"), str):
            # The translator wants a packaged bundle; the key keeps the folder, from where the handlers are imported.
            properties["CodeUri"] = {"Bucket": BUNDLE_BUCKET, "Key": properties["CodeUri"].rstrip("/")}
    logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)  # it warns of statistics that it did not send
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)  # the translator resolves the partition from it
    expanded: dict[str, Any] = transform(source, {**_pseudo_parameters(), **parameters}, _NoManagedPolicies())
    return expanded


def read(path: Path, overrides: Mapping[str, str]) -> Template:
    """The template at `path` with `overrides` for its parameters; unknown or missing ones are a TemplateError."""
    declared = _source(path).get("Parameters", {})
    if unknown := overrides.keys() - declared.keys():
        raise TemplateError(f"{path.name} has no parameter {', '.join(sorted(unknown))}")
    parameters = {name: str(overrides.get(name, item.get("Default", NO_VALUE))) for name, item in declared.items()}
    if missing := [name for name, item in declared.items() if "Default" not in item and name not in overrides]:
        raise TemplateError(f"{path.name} needs a value for the parameter {', '.join(missing)}")
    return _settled(expand(path, parameters), parameters)


def changed(template: Template, overrides: Mapping[str, str]) -> Template:
    """The same template with other values for some parameters; SAM's expansion, which takes half a second, is kept."""
    if unknown := overrides.keys() - template.parameters.keys():
        raise TemplateError(f"the template has no parameter {', '.join(sorted(unknown))}")
    return _settled(template.body, {**template.parameters, **overrides})


def _settled(body: Mapping[str, Any], parameters: Mapping[str, str]) -> Template:
    names = {**_pseudo_parameters(), **parameters}
    conditions: dict[str, bool] = {}
    for name in body.get("Conditions", {}):
        condition(name, body["Conditions"], names, conditions)
    return Template(
        resources=_existing(body["Resources"], conditions),
        outputs=_existing(body.get("Outputs", {}), conditions),
        parameters=parameters,
        conditions=conditions,
        body=body,
    )


def _source(path: Path) -> dict[str, Any]:
    """What the file says, to be changed at will."""
    return deepcopy(_parsed(path.read_text(encoding="utf-8")))


@cache
def _parsed(text: str) -> dict[str, Any]:
    source: dict[str, Any] = yaml_parse(text)  # type: ignore[no-untyped-call]  # 0.3 s of a stack's start
    return source


def _existing(section: Mapping[str, Any], conditions: Mapping[str, bool]) -> dict[str, Any]:
    return {
        name: item for name, item in section.items() if "Condition" not in item or conditions[str(item["Condition"])]
    }


def _pseudo_parameters() -> dict[str, str]:
    return {
        "AWS::Region": REGION,
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::StackName": "local",
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/local/0",
    }
