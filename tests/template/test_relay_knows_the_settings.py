"""`relay doctor` compares each setting that reaches a function; `relay deploy` sets parameters that there are."""

from pathlib import Path
from typing import Any

import pytest

from local.template import expand, read
from relay.checkout import Checkout
from relay.doctor.running import settings
from relay.questions import FIRST

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
# Both destinations, so that every function is there.
BOTH = {"DeliverToRoku": "true", "DeliverToRokt": "true"}


def _environments() -> dict[str, dict[str, Any]]:
    functions = [
        item["Properties"]
        for item in expand(TEMPLATE, BOTH)["Resources"].values()
        if item["Type"] == "AWS::Lambda::Function"
    ]
    return {one["Handler"]: one["Environment"]["Variables"] for one in functions}


def test_every_parameter_that_is_a_variable_of_a_function_is_one_that_doctor_compares() -> None:
    parameters = set(read(TEMPLATE, BOTH).parameters)
    marked = settings({name: f"value of {name}" for name in parameters}, {}, "stack")
    compared = 0
    for handler, variables in _environments().items():
        for name, value in variables.items():
            if isinstance(value, dict) and value.get("Ref") in parameters:
                assert marked[name] == f"value of {value['Ref']}", f"{handler}: {name}"
                compared += 1
    assert compared > 20


@pytest.mark.parametrize("name", ["ROKU_QUEUE_URL", "ROKT_QUEUE_URL", "LEDGER_TABLE"])
def test_what_a_switch_turns_off_is_compared_too(name: str) -> None:
    assert any(name in variables for variables in _environments().values())
    assert settings({}, {}, "stack")[name] == ""


def test_relay_deploy_sets_parameters_that_the_template_has_and_reads_their_rules() -> None:
    checkout = Checkout(ROOT)
    assert checkout.parameters() == set(read(TEMPLATE, {}).parameters)
    assert set(FIRST.parameters()) <= checkout.parameters()
    pattern, said = checkout.rule("AlarmEmail")
    assert pattern.startswith("^(")
    assert said == "one e-mail address or nothing"


def test_the_first_answers_are_the_templates_defaults() -> None:
    defaults = read(TEMPLATE, {}).parameters
    assert FIRST.parameters() == {name: defaults[name] for name in FIRST.parameters()}
