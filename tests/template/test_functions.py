"""Each function's code, environment and routes are what the template says, and the other way round."""

import ast
import importlib
from pathlib import Path
from typing import Any, get_args

import pytest
from aws_lambda_powertools.shared import constants

from handlers import deliver_roku
from local.functions import Route, functions, routes
from local.template import Template
from pipeline.phone import PhoneFormat

SRC = Path(__file__).parents[2] / "src"
READ_BY_POWERTOOLS = {
    constants.SERVICE_NAME_ENV,
    constants.METRICS_NAMESPACE_ENV,
    constants.POWERTOOLS_LOG_LEVEL_ENV,
}
NAMES = ["IngestFunction", "TestEventsFunction", "DeliverRokuFunction"]


def test_there_are_these_functions(template: Template) -> None:
    assert sorted(functions(template)) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_handler_imports(template: Template, name: str) -> None:
    module, _, function = functions(template)[name].handler.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.parametrize("name", NAMES)
def test_the_environment_holds_what_the_code_reads_and_nothing_else(template: Template, name: str) -> None:
    function = functions(template)[name]
    module = function.handler.rpartition(".")[0]
    assert set(function.variables) == _read_by(module, set()) | READ_BY_POWERTOOLS


def test_only_handlers_name_the_environment() -> None:
    readers = {
        path.relative_to(SRC).parts[0]
        for path in SRC.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert readers == {"handlers"}


@pytest.mark.parametrize("name", NAMES)
def test_functions_run_on_arm_with_python_313(template: Template, name: str) -> None:
    properties = template.of_type("AWS::Lambda::Function")[name]
    assert (properties["Architectures"], properties["Runtime"]) == (["arm64"], "python3.13")


@pytest.mark.parametrize("name", ["IngestFunction", "TestEventsFunction"])
def test_api_functions_give_up_before_the_api_does(template: Template, name: str) -> None:
    assert functions(template)[name].timeout_seconds < 30  # HTTP APIs allow an integration 30 s


def test_routes(template: Template) -> None:
    assert sorted(routes(template), key=lambda route: route.path) == [
        Route("ANY", "/v1/events", "IngestFunction"),
        Route("GET", "/v1/relay.js", "IngestFunction"),
        Route("ANY", "/v1/sources/{source}", "IngestFunction"),
        Route("ANY", "/v1/test_events", "TestEventsFunction"),
    ]


def test_every_choice_of_an_operator_is_one_that_the_code_knows(source: dict[str, Any]) -> None:
    parameters = source["Parameters"]
    assert set(parameters["PhoneFormat"]["AllowedValues"]) == set(get_args(PhoneFormat))
    assert set(parameters["DeliveryMode"]["AllowedValues"]) == set(deliver_roku._PATHS)


def test_the_api_is_throttled(template: Template) -> None:
    (stage,) = template.of_type("AWS::ApiGatewayV2::Stage").values()
    limits = template.resolve(stage["DefaultRouteSettings"], {})
    assert {name: int(value) for name, value in limits.items()} == {
        "ThrottlingRateLimit": 1000,
        "ThrottlingBurstLimit": 2000,
    }


def test_the_access_log_holds_no_address_path_query_or_user_agent(template: Template) -> None:
    (stage,) = template.of_type("AWS::ApiGatewayV2::Stage").values()
    logged = set(ast.literal_eval(stage["AccessLogSettings"]["Format"]).values())
    assert logged == {
        "$context.requestId",
        "$context.requestTime",
        "$context.routeKey",
        "$context.httpMethod",
        "$context.status",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integrationStatus",
    }


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_traced(template: Template, name: str) -> None:
    assert template.of_type("AWS::Lambda::Function")[name].get("TracingConfig", {}).get("Mode") != "Active"


@pytest.mark.parametrize("name", NAMES)
def test_each_function_logs_to_a_group_of_its_own_that_forgets(template: Template, name: str) -> None:
    groups = template.of_type("AWS::Logs::LogGroup")
    used = {key: item["LoggingConfig"]["LogGroup"]["Ref"] for key, item in _lambdas(template).items()}
    assert len(set(used.values())) == len(NAMES)
    assert groups[used[name]]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def _lambdas(template: Template) -> dict[str, Any]:
    return dict(template.of_type("AWS::Lambda::Function"))


def _read_by(module: str, seen: set[str]) -> set[str]:
    """The variables that a module of `handlers` and those it imports there read, all by a literal name."""
    if module in seen or not module.startswith("handlers."):
        return set()
    seen.add(module)
    tree = ast.parse((SRC / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    variables: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            inside = [f"handlers.{alias.name}" for alias in node.names] if node.module == "handlers" else [node.module]
            variables |= {name for other in inside if other for name in _read_by(other, seen)}
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            variables.add(ast.literal_eval(node.slice))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"os.environ.get", "os.getenv"}:
            variables.add(ast.literal_eval(node.args[0]))
    return variables
