"""The local stack's reading of a template: expansion, parameters, conditions, references, routes and queues."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local import environment
from local.functions import Route, environments, event_sources, functions, routes
from local.intrinsics import TemplateError
from local.template import Template, read

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Window: {Type: Number, Default: 5}
  Days: {Type: Number, Default: 7}
  Mode: {Type: String}
Conditions:
  HasTable: !Not [!Equals [!Ref Days, 0]]
  IsLive: !And [!Condition HasTable, !Equals [!Ref Mode, live]]
Globals:
  Function:
    CodeUri: src/
    Runtime: python3.13
    Timeout: 9
    Environment: {Variables: {MODE: !Ref Mode}}
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  Take:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.take
      Environment:
        Variables: {QUEUE: !Ref Queue, TABLE: !If [HasTable, !Ref Table, ""], NAME: !Sub "${Mode}-${Queue.Arn}"}
      Events:
        Any: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /take, Method: ANY}}
        One: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: "/take/{id}", Method: get}}
  Give:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.give
      Timeout: 60
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 100
            MaximumBatchingWindowInSeconds: !Ref Window
            FunctionResponseTypes: [ReportBatchItemFailures]
  Queue: {Type: AWS::SQS::Queue}
  Table:
    Type: AWS::DynamoDB::Table
    Condition: HasTable
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
"""
NAMES = {"Queue": "http://queue", "Queue.Arn": "arn:queue", "Table": "table"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return path


@pytest.fixture
def template(path: Path) -> Template:
    return read(path, {"Mode": "live", "Window": "0.5"})


def test_routes_name_method_path_and_function(template: Template) -> None:
    assert sorted(routes(template), key=lambda route: route.path) == [
        Route(method="ANY", path="/take", function="Take"),
        Route(method="GET", path="/take/{id}", function="Take"),
    ]


ASK = """
  Ask:
    Type: AWS::Serverless::Function
    Condition: IsLive
    Properties:
      Handler: app.ask
      Events: {Any: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /ask, Method: ANY}}}
"""


@pytest.mark.parametrize(("mode", "there"), [("live", True), ("test", False)])
def test_a_route_is_there_if_its_function_is(path: Path, mode: str, there: bool) -> None:
    path.write_text(TEMPLATE + ASK)
    found = routes(read(path, {"Mode": mode}))
    assert (Route(method="ANY", path="/ask", function="Ask") in found) is there
    assert len(found) == 2 + there


def test_functions_have_their_code_and_limits(template: Template) -> None:
    declared = functions(template)
    assert {name: (one.handler, one.folder, one.timeout_seconds) for name, one in declared.items()} == {
        "Take": ("app.take", "src", 9),
        "Give": ("app.give", "src", 60),
    }


def test_a_queue_feeds_its_function(template: Template) -> None:
    (source,) = event_sources(template, NAMES)
    assert (source.queue_arn, source.function, source.batch_size) == ("arn:queue", "Give", 100)
    assert (source.window_seconds, source.reports_item_failures) == (0.5, True)


def test_each_function_has_its_own_variables_with_references_resolved(template: Template) -> None:
    assert environments(template, NAMES) == {
        "Take": {"MODE": "live", "QUEUE": "http://queue", "TABLE": "table", "NAME": "live-arn:queue"},
        "Give": {"MODE": "live"},
    }


def test_a_function_reads_its_own_variables_and_the_processes_and_no_others() -> None:
    with environment.separate():
        os.environ["OF_ALL"] = "process"
        with environment.of({"OWN": "mine", "OF_ALL": "mine"}), ThreadPoolExecutor(1) as another:
            assert (os.environ["OWN"], os.environ["OF_ALL"]) == ("mine", "mine")
            assert dict(os.environ)["OWN"] == os.environ.copy()["OWN"] == "mine"
            assert (os.environ | {"MORE": "more"}).items() >= {"OWN": "mine", "MORE": "more"}.items()
            assert another.submit(os.environ.get, "OWN").result() is None
        assert (os.environ.get("OWN"), os.environ["OF_ALL"]) == (None, "process")
    assert "OF_ALL" not in os.environ


def test_a_condition_that_fails_takes_its_resources_away(path: Path) -> None:
    template = read(path, {"Mode": "live", "Days": "0"})
    assert "Table" not in template.resources
    assert template.conditions == {"HasTable": False, "IsLive": False}
    names = {name: value for name, value in NAMES.items() if name != "Table"}
    assert environments(template, names)["Take"]["TABLE"] == ""


@pytest.mark.parametrize(
    ("overrides", "fault"),
    [({}, "needs a value for the parameter Mode"), ({"Mode": "live", "Wimdow": "1"}, "no parameter Wimdow")],
)
def test_parameters_must_be_known_and_complete(path: Path, overrides: dict[str, str], fault: str) -> None:
    with pytest.raises(TemplateError, match=fault):
        read(path, overrides)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Join": [":", ["a", {"Ref": "Mode"}]]}, "a:live"),
        ({"Fn::Select": [1, {"Fn::Split": ["/", "x/y/z"]}]}, "y"),
        ({"Fn::Sub": ["${Mode} ${Other} ${!Kept}", {"Other": {"Ref": "Window"}}]}, "live 0.5 ${Kept}"),
        ({"Fn::GetAtt": "Queue.Arn"}, "arn:queue"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Ref": "AWS::NoValue"}]}, {"b": [1]}),
        ({"Fn::If": ["IsLive", {"Ref": "AWS::Region"}, "no"]}, "us-east-1"),
        ({"Ref": "AWS::NoValue"}, None),
    ],
)
def test_intrinsic_functions_are_worked_out(template: Template, value: object, expected: object) -> None:
    assert template.resolve(value, NAMES) == expected


@pytest.mark.parametrize("value", [{"Ref": "Nowhere"}, {"Fn::Sub": "${Nowhere}"}, {"Fn::ImportValue": "x"}])
def test_what_cannot_be_resolved_is_named(template: Template, value: object) -> None:
    with pytest.raises(TemplateError, match=r"Nowhere|ImportValue"):
        template.resolve(value, NAMES)
