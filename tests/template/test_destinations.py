"""A stack has all of the destinations that are on and nothing of the others, and Rokt's part is Roku's once more."""

import json
import re
from typing import Any

from local.template import Template
from tests.template.emitted import NAMESPACE
from tests.template.stacks import WORDS, Names, on

# Rokt has nothing to ask for a verdict; and it drops repeats for longer than events are tried, so it needs no circuit.
OF_ROKU_ALONE = ("TestEvents", "CircuitOpen", "MayBeCountedTwice")
# In which properties twins may differ: what is told in other words, what only one of them is set by, and on the
# dashboard what Roku alone has.
OWN = {
    "DeliverRokuFunction": {"Environment"},
    "RokuAnswerUnfamiliarAlarm": {"AlarmDescription"},
    "RokuDashboard": {"DashboardBody"},
    "RokuKeyRefusedAlarm": {"AlarmDescription"},
    "RokuKeysSecret": {"Description"},
    "RokuLedgerUnavailableAlarm": {"AlarmDescription"},
}


def test_each_destination_has_a_switch_and_roku_is_on(source: dict[str, Any]) -> None:
    switches = {name: item for name, item in source["Parameters"].items() if name.startswith("DeliverTo")}
    assert {name: item["Default"] for name, item in switches.items()} == {
        "DeliverToRoku": "true",
        "DeliverToRokt": "false",
    }
    assert all(item["AllowedValues"] == ["true", "false"] for item in switches.values())


def test_a_destinations_part_is_one_block(source: dict[str, Any]) -> None:
    for section in ("Resources", "Outputs"):
        for word in WORDS:
            belongs = [word in name or (word == "Roku" and "TestEvents" in name) for name in source[section]]
            assert belongs[belongs.index(True) :][: sum(belongs)] == [True] * sum(belongs)


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
    bodies = {name: item["DashboardBody"] for name, item in deployed.of_type("AWS::CloudWatch::Dashboard").items()}
    seen = {name: deployed.resolve(body, Names(deployed)).replace(NAMESPACE, "") for name, body in bodies.items()}
    for word in WORDS:
        assert bool(re.search(word, seen["Dashboard"], re.IGNORECASE)) == (word in on(deployed))
        for other in WORDS:
            if word in on(deployed) and word != other:
                assert not re.search(other, seen[f"{word}Dashboard"], re.IGNORECASE)


def test_rokts_part_is_rokus_once_more(template: Template) -> None:
    resources, outputs = template.body["Resources"], template.body["Outputs"]
    twins = [name for name in resources if "Roku" in name and not any(word in name for word in OF_ROKU_ALONE)]
    assert len(twins) >= 25
    assert sorted(_twin(name) for name in twins) == sorted(name for name in resources if "Rokt" in name)
    for name in twins:
        assert _compared(resources[_twin(name)], name) == _compared(
            json.loads(_twin(json.dumps(resources[name]))), name
        )
    for name in (name for name in outputs if "Roku" in name):
        assert outputs[_twin(name)]["Condition"] == _twin(outputs[name]["Condition"])


def test_the_destinations_pages_are_one_text_and_differ_in_what_roku_alone_has(template: Template) -> None:
    pages = [template.body["Resources"][f"{word}Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"] for word in WORDS]
    (roku, of_roku), (rokt, of_rokt) = pages
    assert roku == rokt
    assert of_roku.keys() == of_rokt.keys()
    alone = {name for name in of_roku if of_rokt[name] == ""}
    same = of_roku.keys() - alone - {"Alarms"}
    assert json.loads(_twin(json.dumps({name: of_roku[name] for name in same}))) == {
        name: of_rokt[name] for name in same
    }
    assert all(any(word in json.dumps([name, of_roku[name]]) for word in OF_ROKU_ALONE) for name in alone)


def _twin(text: str) -> str:
    """The same with Rokt's name; the namespace of the metrics is the project's, not Roku's."""
    return NAMESPACE.join(part.replace("Roku", "Rokt").replace("roku", "rokt") for part in text.split(NAMESPACE))


def _compared(item: dict[str, Any], name: str) -> dict[str, Any]:
    """A resource without the properties in which its twin may differ."""
    properties = {key: value for key, value in item.get("Properties", {}).items() if key not in OWN.get(name, ())}
    return item | {"Properties": properties}
