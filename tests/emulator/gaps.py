"""What AWS has and the emulator has not, by name; each is tried, and one that it has by now must leave the list."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from local.template import Template
from tests.smoke import measures, steps
from tests.smoke.account import Failed, client, resources, until
from tests.smoke.stack import RelayStack

METRIC_MATH = "alarms with metric math"
ROUTES = "routes of an API's OpenAPI body"
NUMBERS = "numbers that a parameter gives to a mapping"
UNALIASED = "a mapping whose function loses its alias"
MOVE_TASKS = "message move tasks"
EMBEDDED_METRICS = "metrics in log lines"
INIT_DURATIONS = "init durations in REPORT lines"


def still_there() -> dict[str, bool]:
    """Each gap, and whether the emulator still has it; what each needs is made and removed again."""
    return {name: not has() for name, has in _TRIED.items()}


def fill(stack: RelayStack) -> None:
    """Does by hand, after a deployment, what CloudFormation would have done: the routes, and the mappings' numbers."""
    made = resources(stack.name)
    _add_routes(stack, made)
    for name, properties in stack.expected().of_type("AWS::Lambda::EventSourceMapping").items():
        numbers = properties.get("ScalingConfig", {}).get("MaximumConcurrency")
        limit = int(stack.expected().resolve(numbers, stack.names()))
        called = client("lambda").get_event_source_mapping(UUID=made[name])["FunctionArn"]
        client("lambda").update_event_source_mapping(
            UUID=made[name], FunctionName=called, ScalingConfig={"MaximumConcurrency": limit}
        )


def _add_routes(stack: RelayStack, made: dict[str, str]) -> None:
    api, gateway = made["HttpApi"], client("apigatewayv2")
    for route in gateway.get_routes(ApiId=api)["Items"]:
        gateway.delete_route(ApiId=api, RouteId=route["RouteId"])
    for one in gateway.get_integrations(ApiId=api)["Items"]:
        gateway.delete_integration(ApiId=api, IntegrationId=one["IntegrationId"])
    made_of: dict[str, str] = {}
    for key, called in _declared_routes(stack.expected()):
        if called not in made_of:
            uri = client("lambda").get_function_configuration(FunctionName=made[called])["FunctionArn"]
            integration = gateway.create_integration(
                ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0", IntegrationUri=uri
            )
            made_of[called] = integration["IntegrationId"]
        gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{made_of[called]}")


def _declared_routes(template: Template) -> Iterator[tuple[str, str]]:
    """The key of each route, and the logical id of the function or, in stacks of the time when there was one, alias."""
    names = {name + end: name for name in template.resources for end in ("", ".Arn")}
    (api,) = template.of_type("AWS::ApiGatewayV2::Api").values()
    for path, operations in template.resolve(api["Body"]["paths"], names).items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and "x-amazon-apigateway-integration" in operation:
                uri = operation["x-amazon-apigateway-integration"]["uri"]
                verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
                key = path if path == "$default" else f"{verb} {path}"
                yield key, uri.rpartition("/functions/")[2].removesuffix("/invocations")


def _stack_of(name: str, made: dict[str, Any], **parameters: str) -> bool:
    """Whether CloudFormation makes these resources."""
    declared = {key: {"Type": "Number", "Default": value} for key, value in parameters.items()}
    body = json.dumps({"Parameters": declared, "Resources": made} if declared else {"Resources": made})
    try:
        client("cloudformation").create_stack(StackName=name, TemplateBody=body)
        waiter = client("cloudformation").get_waiter("stack_create_complete")
        waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    except Exception:  # noqa: BLE001 - however it says that it cannot
        return False
    return True


def _metric_math() -> bool:
    metric = {"Namespace": "N", "MetricName": "M"}
    metrics = [
        {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
        {"Id": "e", "Expression": "m * 2"},
    ]
    limits = {"EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": metrics, **limits}}
    return _tried("gap-metric-math", {"Alarm": alarm}, lambda _: True)


def _routes() -> bool:
    answer = {"responses": {"200": {"description": "yes"}}}
    integration = {
        "type": "http_proxy",
        "httpMethod": "GET",
        "uri": "https://example.com",
        "payloadFormatVersion": "1.0",
    }
    paths = {"/a": {"get": {**answer, "x-amazon-apigateway-integration": integration}}}
    body = {"openapi": "3.0.1", "info": {"title": "a", "version": "1"}, "paths": paths}
    api = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}
    return _tried(
        "gap-routes", {"Api": api}, lambda made: bool(client("apigatewayv2").get_routes(ApiId=made["Api"])["Items"])
    )


def _tried(name: str, template: dict[str, Any], has: Callable[[dict[str, str]], bool], **parameters: str) -> bool:
    try:
        return _stack_of(name, template, **parameters) and has(resources(name))
    finally:
        client("cloudformation").delete_stack(StackName=name)


def _mapped(function: object, **scaling: object) -> dict[str, Any]:
    """A queue, a function that takes everything, and the mapping between them."""
    code = {"ZipFile": "def handler(event, context):\n    return None\n"}
    role = "arn:aws:iam::000000000000:role/none"
    properties = {"Runtime": "python3.13", "Handler": "index.handler", "Role": role, "Code": code}
    mapping = {"EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}, "FunctionName": function, "BatchSize": 1, **scaling}
    return {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": properties},
        "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping},
    }


def _numbers() -> bool:
    template = _mapped({"Ref": "Function"}, ScalingConfig={"MaximumConcurrency": {"Ref": "Most"}})

    def has(made: dict[str, str]) -> bool:
        raw: list[bytes] = []  # boto3 would make a number of a text
        client("lambda").meta.events.register(
            "after-call", lambda http_response, **_: raw.append(http_response.content)
        )
        client("lambda").get_event_source_mapping(UUID=made["Mapping"])
        return isinstance(json.loads(raw[0])["ScalingConfig"]["MaximumConcurrency"], int)

    return _tried("gap-numbers", template, has, Most="2")


def _unaliased() -> bool:
    name, function = "gap-unaliased", {"Ref": "Function"}
    version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": function}}
    number = {"Fn::GetAtt": ["Version", "Version"]}
    alias = {
        "Type": "AWS::Lambda::Alias",
        "Properties": {"FunctionName": function, "FunctionVersion": number, "Name": "live"},
    }
    before = {**_mapped({"Ref": "Alias"}), "Version": version, "Alias": alias}

    def has(made: dict[str, str]) -> bool:
        body = json.dumps({"Resources": _mapped(function)})
        client("cloudformation").update_stack(StackName=name, TemplateBody=body)
        waiter = client("cloudformation").get_waiter("stack_update_complete")
        waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
        client("sqs").send_message(QueueUrl=made["Queue"], MessageBody="{}")
        try:
            until(lambda: _empty(made["Queue"]), "the message to be taken", 30)
        except Failed:
            return False
        return True

    return _tried(name, before, has)


def _empty(queue: str) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return all(int(number) == 0 for number in found.values())


def _move_tasks() -> bool:
    try:
        client("sqs").list_message_move_tasks(SourceArn="arn:aws:sqs:us-east-1:000000000000:none")
    except ClientError as error:
        return error.response["Error"]["Code"] not in {
            "InvalidAction",
            "UnknownOperationException",
            "AWS.SimpleQueueService.UnsupportedOperation",
        }
    return True


_TRIED: dict[str, Callable[[], bool]] = {
    METRIC_MATH: _metric_math,
    ROUTES: _routes,
    NUMBERS: _numbers,
    UNALIASED: _unaliased,
    MOVE_TASKS: _move_tasks,
}


def _list_is_true(_: steps.Smoke) -> str:
    """Each gap is tried: what the emulator has by now must leave the list."""
    gone = [name for name, gap in still_there().items() if not gap]
    steps.expect(not gone, f"the emulator has {', '.join(gone)} by now: take it off the list in tests/emulator/gaps.py")
    return f"still gaps: {', '.join(_TRIED)}"


def _skipped(gap: str, has: Callable[[steps.Smoke], object]) -> Callable[[steps.Smoke], str]:
    def step(smoke: steps.Smoke) -> str:
        steps.expect(not has(smoke), f"the emulator has {gap} by now: take it off the list in tests/emulator/gaps.py")
        return f"skipped: the emulator has no {gap}"

    return step


# What is done in the place of a step of the same name, or after all of them.
INSTEAD: dict[str, Callable[[steps.Smoke], str]] = {
    "redrive": steps.redrive_by_hand,
    "metrics": _skipped(EMBEDDED_METRICS, measures.metric_points),
    "cold start": _skipped(INIT_DURATIONS, measures.init_durations),
    "the emulator's gaps": _list_is_true,
}
