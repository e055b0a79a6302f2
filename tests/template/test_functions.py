"""Each function's code, environment and routes are what the template says, and the other way round."""

import ast
import importlib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from aws_lambda_powertools.shared import constants

import destinations
from local.functions import Route, functions, routes
from local.template import Template, changed
from pipeline.values.phone import PhoneFormat
from rokt import settings
from roku import settings as roku_settings
from tests.template.stacks import WORDS, Names, of_each, on

SRC = Path(__file__).parents[2] / "src"
READ_BY_POWERTOOLS = {
    constants.SERVICE_NAME_ENV,
    constants.METRICS_NAMESPACE_ENV,
    constants.POWERTOOLS_LOG_LEVEL_ENV,
}
NAMES = ["IngestFunction", "TestEventsFunction", "DeliverRokuFunction", "DeliverRoktFunction", "SilenceFunction"]
# The destinations of a function: it reads ROKU_QUEUE_URL as f"{name.upper()}_QUEUE_URL".
OF = {
    "IngestFunction": destinations.NAMES,
    "TestEventsFunction": ("roku",),
    "DeliverRokuFunction": ("roku",),
    "DeliverRoktFunction": ("rokt",),
    "SilenceFunction": (),
}


def test_there_are_these_functions(stack: Template) -> None:
    test_events = ["TestEventsFunction"] if "Roku" in on(stack) else []
    assert sorted(functions(stack)) == sorted(["IngestFunction", *test_events, *of_each(stack, "Deliver{}Function")])


@pytest.mark.parametrize("name", NAMES)
def test_the_handler_imports(template: Template, name: str) -> None:
    module, _, function = functions(template)[name].handler.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.parametrize("name", NAMES)
def test_the_environment_holds_what_the_code_reads_and_nothing_else(template: Template, name: str) -> None:
    function = functions(template)[name]
    module, _, handler = function.handler.rpartition(".")
    read = variables_read(module, handler, [one.upper() for one in OF[name]]) | READ_BY_POWERTOOLS
    for destination in OF[name]:
        read |= settings_read(destination) - ({"DELIVERY_MODE"} if name == "TestEventsFunction" else set())
    assert set(function.variables) == read


def test_a_function_of_one_destination_is_told_which(template: Template) -> None:
    for name in NAMES[1:4]:
        assert functions(template)[name].variables["DESTINATION"] == OF[name][0]


def test_ingest_is_given_the_queues_of_the_destinations_that_are_on_and_no_other(stack: Template) -> None:
    variables = stack.resolve(dict(functions(stack)["IngestFunction"].variables), Names(stack))
    for word in WORDS:
        assert variables[f"{word.upper()}_QUEUE_URL"] == (f"<{word}Queue>" if word in on(stack) else "")


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


@pytest.mark.parametrize("name", NAMES)
def test_a_function_that_writes_to_the_queue_it_reads_is_not_stopped_as_a_loop(template: Template, name: str) -> None:
    item = template.of_type("AWS::Lambda::Function")[name]
    feeds_itself = name in {"DeliverRokuFunction", "DeliverRoktFunction"}
    assert item.get("RecursiveLoop", "Terminate") == ("Allow" if feeds_itself else "Terminate")  # Lambda's own default


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_json_logs_leave_lambdas_own_lines_out_and_every_line_of_ours_in(template: Template, level: str) -> None:
    as_json = changed(template, {"LogFormat": "JSON", "LogLevel": level})
    as_text = changed(template, {"LogFormat": "Text", "LogLevel": level})
    for name in NAMES:
        own = {"LogFormat": "JSON", "ApplicationLogLevel": level, "SystemLogLevel": "WARN"}
        assert _logging(as_json, name) == own
        assert _logging(as_text, name) == {"LogFormat": "Text"}  # Lambda takes no levels with text


def _logging(stack: Template, name: str) -> dict[str, Any]:
    item = stack.of_type("AWS::Lambda::Function")[name]["LoggingConfig"]
    found: dict[str, Any] = stack.resolve(item, Names(stack))
    return {key: value for key, value in found.items() if key != "LogGroup"}


def test_a_warning_of_the_importer_does_not_roll_a_first_deployment_back(template: Template) -> None:
    (api,) = template.of_type("AWS::ApiGatewayV2::Api").values()
    assert not api.get("FailOnWarnings")


@pytest.mark.parametrize("name", ["IngestFunction", "TestEventsFunction"])
def test_api_functions_give_up_before_the_api_does(template: Template, name: str) -> None:
    assert functions(template)[name].timeout_seconds < 30  # HTTP APIs allow an integration 30 s


def test_routes(stack: Template) -> None:
    of_pages = [Route("ANY", f"/v1/{short}", "IngestFunction") for short in "abgipst"]
    of_test_events = [Route("ANY", "/v1/test_events", "TestEventsFunction")] if "Roku" in on(stack) else []
    found = routes(stack)
    assert len(found) == len(set(found))
    assert set(found) == {
        Route("ANY", "/v1/beacon", "IngestFunction"),
        Route("ANY", "/v1/events", "IngestFunction"),
        Route("ANY", "/v1/{call}", "IngestFunction"),
        Route("GET", "/v1/relay.js", "IngestFunction"),
        Route("ANY", "/v1/sources/{source+}", "IngestFunction"),
        Route("ANY", "/v5/ad_accounts/{id}/events", "IngestFunction"),
        Route("ANY", "/{version}/{id}/events", "IngestFunction"),
        Route("ANY", "$default", "IngestFunction"),
        *of_pages,
        *of_test_events,
    }


def test_every_choice_of_an_operator_is_one_that_the_code_knows(source: dict[str, Any]) -> None:
    parameters = source["Parameters"]
    assert set(parameters["PhoneFormat"]["AllowedValues"]) == set(get_args(PhoneFormat))
    assert set(parameters["DeliveryMode"]["AllowedValues"]) == set(roku_settings._PATHS)
    assert set(parameters["RoktApi"]["AllowedValues"]) == set(get_args(settings.Api))
    hashed = {field.name.removeprefix("hash_") for field in fields(settings.Settings) if field.name.startswith("hash_")}
    assert set(parameters["RoktHashed"]["Default"].split(",")) == hashed


@pytest.mark.parametrize(
    ("name", "module"), [("DeliverRokuFunction", roku_settings), ("DeliverRoktFunction", settings)]
)
def test_what_is_not_chosen_is_as_the_code_has_it(template: Template, name: str, module: Any) -> None:
    variables = template.resolve(dict(functions(template)[name].variables), Names(template))
    assert module.in_environment({name: str(value) for name, value in variables.items()}) == module.Settings()


def test_the_api_is_throttled(template: Template) -> None:
    (stage,) = template.of_type("AWS::ApiGatewayV2::Stage").values()
    limits = template.resolve(stage["DefaultRouteSettings"], {})
    assert {name: int(value) for name, value in limits.items()} == {
        "ThrottlingRateLimit": 50,
        "ThrottlingBurstLimit": 200,
    }


def test_pages_have_a_throttle_of_their_own(template: Template) -> None:
    (stage,) = template.of_type("AWS::ApiGatewayV2::Stage").values()
    # API Gateway knows a route by its key, and refuses settings of one that is not there.
    of_pages = {f"/v1/{short}" for short in ("beacon", *"abgipst")}  # analytics.js posts to the short ones
    assert {key: limits for key, limits in stage["RouteSettings"].items() if key != "$default"} == {
        f"ANY {path}": {
            "ThrottlingRateLimit": {"Ref": "BeaconThrottleRate"},
            "ThrottlingBurstLimit": {"Ref": "BeaconThrottleBurst"},
        }
        for path in of_pages
    }
    assert {Route("ANY", path, "IngestFunction") for path in of_pages} <= set(routes(template))


def test_paths_that_there_are_not_take_little_and_ring_no_alarm(template: Template, source: dict[str, Any]) -> None:
    (stage,) = template.of_type("AWS::ApiGatewayV2::Stage").values()
    limits = stage["RouteSettings"]["$default"]
    assert limits["ThrottlingRateLimit"] <= 0.1 * int(source["Parameters"]["ThrottleRate"]["Default"])
    counted = template.of_type("AWS::Logs::MetricFilter")["ThrottledFilter"]["FilterPattern"]
    # A pattern of words matches lines of as many words: an id, the status, and a route of two words.
    words = counted.strip("[]").split(", ")
    assert words[1] == "status = 429"
    (stage,) = template.of_type("AWS::ApiGatewayV2::Stage").values()
    *before, route = stage["AccessLogSettings"]["Format"].split(" ")
    assert before == ["$context.requestId", "$context.status"]
    assert route == "$context.routeKey"
    keys = {one.method + " " + one.path for one in routes(template) if one.path != "$default"}
    assert {len(before) + len(key.split(" ")) for key in keys} == {len(words)}
    assert len(before) + len(["$default"]) != len(words)


def test_the_access_log_holds_no_address_path_query_or_user_agent(template: Template) -> None:
    (stage,) = template.of_type("AWS::ApiGatewayV2::Stage").values()
    logged = set(stage["AccessLogSettings"]["Format"].split(" "))
    assert logged == {
        "$context.requestId",
        "$context.routeKey",
        "$context.status",
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


def settings_read(destination: str) -> set[str]:
    """The variables that a destination's settings are read from."""
    asked: set[str] = set()

    class Environment(dict[str, str]):
        def __getitem__(self, name: str) -> str:
            asked.add(name)
            return {
                "ROKT_API": "conversions",
                "ROKT_HASHED_NAMES": "lower_case",
                "ROKT_CONVERSION_TYPE": "own",
                "PHONE_FORMAT": "digits",
                "PHONE_WITHOUT_COUNTRY": "drop",
                "DELIVERY_MODE": "live",
            }.get(name, "")

    destinations.load(destination).configured(Environment())
    return asked


def variables_read(module: str, function: str, destinations: list[str]) -> set[str]:
    """The variables that this function of `handlers` reads, and whatever of `handlers` it calls."""
    found: set[str] = set()
    waiting, seen = [(module, function)], set()
    while waiting:
        place = waiting.pop()
        if place in seen or place[1] not in _defined(place[0]):
            continue
        seen.add(place)
        body = _defined(place[0])[place[1]]
        found |= {name for node in ast.walk(body) for name in _names_of_variables(node, destinations)}
        waiting += _mentioned(place[0], body)
    for at_import in {name for name, _ in seen}:  # nothing happens there
        outside = [item for item in _tree(at_import).body if not isinstance(item, ast.FunctionDef | ast.ClassDef)]
        assert not [name for item in outside for node in ast.walk(item) for name in _names_of_variables(node, [])]
    return found


def _names_of_variables(node: ast.AST, destinations: list[str]) -> list[str]:
    """The variable that `os.environ[...]` reads: one for each destination where the name begins with theirs."""
    if not isinstance(node, ast.Subscript) or ast.unparse(node.value) != "os.environ":
        assert not (isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ.get", "os.getenv"})
        return []
    if isinstance(node.slice, ast.JoinedStr):
        _, end = node.slice.values
        return [f"{destination}{ast.literal_eval(end)}" for destination in destinations]
    return [ast.literal_eval(node.slice)]


def _mentioned(module: str, body: ast.AST) -> list[tuple[str, str]]:
    """The functions of `handlers` that a piece of one of its modules may call, by name or as a module's attribute."""
    imported = [node for node in ast.walk(_tree(module)) if isinstance(node, ast.ImportFrom)]
    modules = {alias.name for node in imported if node.module == "handlers" for alias in node.names}
    names = {
        alias.name: node.module
        for node in imported
        if node.module and node.module.startswith("handlers.")
        for alias in node.names
    }
    found = []
    for node in ast.walk(body):
        if isinstance(node, ast.Name):
            found.append((names.get(node.id, module), node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            found.append((f"handlers.{node.value.id}", node.attr))
    return found


@cache
def _defined(module: str) -> dict[str, ast.AST]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {item.name: item for item in _tree(module).body if isinstance(item, kinds)}


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse((SRC / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
