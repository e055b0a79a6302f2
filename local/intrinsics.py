"""CloudFormation's intrinsic functions and conditions, as far as the template uses them."""

import re
from collections.abc import Mapping
from typing import Any

_SUBSTITUTION = re.compile(r"\$\{([^{}]+)\}")
NO_VALUE = object()


class TemplateError(Exception):
    """The template holds something that the local stack cannot read; the message says what."""


def condition(name: str, bodies: Mapping[str, Any], names: Mapping[str, str], known: dict[str, bool]) -> bool:
    """Whether the condition holds; `known` keeps those that were asked for. Raises TemplateError."""

    def holds(test: Any) -> bool:
        ((function, argument),) = test.items()
        match function:
            case "Condition":
                return condition(argument, bodies, names, known)
            case "Fn::Equals":
                left, right = resolve(argument, names, {})
                return str(left) == str(right)
            case "Fn::Not":
                return not holds(argument[0])
            case "Fn::And":
                return all(holds(item) for item in argument)
            case "Fn::Or":
                return any(holds(item) for item in argument)
        raise TemplateError(f"condition {name} uses {function}, which the local stack does not know")

    if name not in known:
        known[name] = holds(bodies[name])
    return known[name]


def resolve(value: Any, names: Mapping[str, str], conditions: Mapping[str, bool]) -> Any:
    """The value with all functions in it carried out; NO_VALUE if it is left out. Raises TemplateError."""
    if isinstance(value, list):
        return [found for item in value if (found := resolve(item, names, conditions)) is not NO_VALUE]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1 and ("Ref" in value or next(iter(value)).startswith("Fn::")):
        ((function, argument),) = value.items()
        return _call(function, argument, names, conditions)
    resolved = {name: resolve(item, names, conditions) for name, item in value.items()}
    return {name: item for name, item in resolved.items() if item is not NO_VALUE}


def _call(function: str, argument: Any, names: Mapping[str, str], conditions: Mapping[str, bool]) -> Any:
    def inside(item: Any) -> Any:
        return resolve(item, names, conditions)

    found: Any
    match function:
        case "Ref":
            found = NO_VALUE if argument == "AWS::NoValue" else _named(argument, names)
        case "Fn::GetAtt":
            found = _named(argument if isinstance(argument, str) else ".".join(argument), names)
        case "Fn::Sub":
            text, extra = argument if isinstance(argument, list) else (argument, {})
            found = _filled(text, {**names, **inside(extra)})
        case "Fn::If":
            found = inside(argument[1] if conditions[argument[0]] else argument[2])
        case "Fn::Join":
            found = argument[0].join(map(str, inside(argument[1])))
        case "Fn::Split":
            found = str(inside(argument[1])).split(argument[0])
        case "Fn::Select":
            found = inside(argument[1])[int(argument[0])]
        case _:
            raise TemplateError(f"{function} is not known to the local stack")
    return found


def _named(name: str, names: Mapping[str, str]) -> str:
    if name not in names:
        raise TemplateError(f"{name} is referred to, but the local stack has no such thing")
    return names[name]


def _filled(text: str, names: Mapping[str, str]) -> str:
    return _SUBSTITUTION.sub(lambda part: _substitute(part[1], names), text)


def _substitute(name: str, names: Mapping[str, str]) -> str:
    # "${!x}" is CloudFormation's way to write a literal "${x}".
    return "${" + name[1:] + "}" if name.startswith("!") else _named(name, names)
