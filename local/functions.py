"""What the expanded template says of functions: their code, their environment, their routes and their queues."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.intrinsics import TemplateError
from local.template import ACCOUNT, REGION, Template

_ANY_METHOD = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
DEFAULT = "$default"  # the route that takes what no other takes
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})


@dataclass(frozen=True, slots=True)
class Function:
    """One Lambda function: where its code lies and what it runs with."""

    logical_id: str
    handler: str  # "package.module.function"
    folder: str  # where the bundle's root lies, relative to the template
    timeout_seconds: int
    memory_mb: int
    variables: Mapping[str, Any]  # as the template has them, references included

    @property
    def name(self) -> str:
        """The name it would have in the account."""
        return f"local-{self.logical_id}"

    @property
    def arn(self) -> str:
        """The ARN it would have in the account."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API; the method is "ANY" where it takes every one, the path may hold {parameters}."""

    method: str
    path: str
    function: str

    @property
    def key(self) -> str:
        """What API Gateway calls it."""
        return DEFAULT if self.path == DEFAULT else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class EventSource:
    """A queue that feeds a function, with Lambda's own defaults where the template is silent."""

    queue_arn: str
    function: str
    batch_size: int
    window_seconds: float
    reports_item_failures: bool


def functions(template: Template) -> dict[str, Function]:
    """Every Lambda function of the template by its logical id; limits default as Lambda's do (3 s, 128 MB)."""
    return {
        name: Function(
            logical_id=name,
            handler=properties["Handler"],
            folder=properties["Code"]["S3Key"],
            timeout_seconds=int(template.resolve(properties.get("Timeout", 3), {})),
            memory_mb=int(template.resolve(properties.get("MemorySize", 128), {})),
            variables=properties.get("Environment", {}).get("Variables", {}),
        )
        for name, properties in template.of_type("AWS::Lambda::Function").items()
    }


def function_names(template: Template) -> dict[str, str]:
    """What Ref and GetAtt give for each function, in the form `Template.resolve` takes."""
    names: dict[str, str] = {}
    for name, function in functions(template).items():
        names |= {name: function.name, f"{name}.Arn": function.arn}
    return names


def environments(template: Template, names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The variables of each function by its logical id; `names` holds what they refer to."""
    return {
        name: {variable: str(value) for variable, value in template.resolve(dict(one.variables), names).items()}
        for name, one in functions(template).items()
    }


def routes(template: Template) -> list[Route]:
    """The routes of every HTTP API of the template."""
    names = {name: name for name in template.resources} | function_names(template)
    found = []
    for api in template.of_type("AWS::ApiGatewayV2::Api").values():
        # Resolved first: of a function with a condition SAM makes the whole path conditional.
        for path, operations in template.resolve(api["Body"]["paths"], names).items():
            for method, operation in operations.items():
                if method == _ANY_METHOD or method in _METHODS:
                    verb = "ANY" if method == _ANY_METHOD else method.upper()
                    function = _function_in(operation[_INTEGRATION]["uri"], template)
                    found.append(Route(method=verb, path=path, function=function))
    return found


def event_sources(template: Template, names: Mapping[str, str]) -> list[EventSource]:
    """The queues that feed functions; `names` holds at least the queues' ARNs."""
    known = {**function_names(template), **names}
    return [
        EventSource(
            queue_arn=template.resolve(properties["EventSourceArn"], known),
            function=_function_in(template.resolve(properties["FunctionName"], known), template),
            batch_size=int(template.resolve(properties.get("BatchSize", 10), known)),
            window_seconds=float(template.resolve(properties.get("MaximumBatchingWindowInSeconds", 0), known)),
            reports_item_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
        )
        for properties in template.of_type("AWS::Lambda::EventSourceMapping").values()
    ]


def _function_in(reference: str, template: Template) -> str:
    for name, function in functions(template).items():
        if function.name in reference.replace("/", ":").split(":"):
            return name
    raise TemplateError(f"no function of the template is {reference}")
