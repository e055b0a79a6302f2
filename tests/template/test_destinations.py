"""A stack has all of the destinations that are on and nothing of the others, and Rokt's part is Roku's once more."""

import json
import re
from typing import Any

from local.template import Template
from tests.template.emitted import NAMESPACE
from tests.template.stacks import CHOICES, WORDS, Names, on

# Rokt has nothing to ask for a verdict; and it drops repeats for longer than events are tried, so it needs no circuit.
OF_ROKU_ALONE = ("TestEvents", "CircuitOpen", "MayBeCountedTwice")
# What of a twin is told in its own words, or tested for itself.
OWN = {"AlarmDescription", "Description", "Environment"}


def test_the_parameter_is_what_the_tests_think(source: dict[str, Any]) -> None:
    assert source["Parameters"]["Destinations"]["AllowedValues"] == list(CHOICES)


def test_all_that_has_a_destinations_name_is_there_only_with_it(deployed: Template) -> None:
    off = [word for word in WORDS if word not in on(deployed)]
    names = [*deployed.resources, *deployed.outputs]
    assert [name for name in names if any(word in name for word in off)] == []
    for word in on(deployed):
        assert [name for name in names if word in name]
    if "Roku" in off:
        assert [name for name in names if any(word in name for word in OF_ROKU_ALONE)] == []


def test_nothing_refers_to_what_is_not_there(deployed: Template) -> None:
    names = Names(deployed)
    for item in [*deployed.resources.values(), *deployed.outputs.values()]:
        deployed.resolve({key: value for key, value in item.items() if key != "DependsOn"}, names)  # or TemplateError


def test_what_an_operator_sees_names_only_destinations_that_are_on(deployed: Template) -> None:
    (dashboard,) = deployed.of_type("AWS::CloudWatch::Dashboard").values()
    seen = deployed.resolve(dashboard["DashboardBody"], Names(deployed)).replace(NAMESPACE, "")
    for word in WORDS:
        assert bool(re.search(word, seen, re.IGNORECASE)) == (word in on(deployed))


def test_rokts_part_is_rokus_once_more(template: Template) -> None:
    compared = 0
    for name, item in template.body["Resources"].items():
        # SAM puts a digest of the function into a version's name.
        if any(word in name for word in OF_ROKU_ALONE):
            continue
        if "Roku" in name and item["Type"] not in {"AWS::Lambda::Version", "AWS::Lambda::Alias"}:
            compared += 1
            assert _comparable(template.body["Resources"][_twin(name)]) == _comparable(
                json.loads(_twin(json.dumps(item)))
            )
    assert compared > 15


def _twin(text: str) -> str:
    """The same with Rokt's name; the namespace of the metrics is the project's, not Roku's."""
    return NAMESPACE.join(part.replace("Roku", "Rokt").replace("roku", "rokt") for part in text.split(NAMESPACE))


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items() if key not in OWN}
    return [_comparable(item) for item in value] if isinstance(value, list) else value
