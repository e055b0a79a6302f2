"""What `relay deploy` asks, in plain words; each answer is a parameter of the template."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import typer

from destinations import NAMES, load
from relay.checkout import Checkout
from relay.deployment import Deployment
from relay.errors import Misuse, Trouble, unanswered

STACK = "roku-conversions-relay"  # as samconfig.yaml has it
_ALL = "both" if len(NAMES) == 2 else "all"
DESTINATIONS = {name: (name,) for name in NAMES} | {_ALL: NAMES}
WORDS = f"{', '.join(NAMES)} or {_ALL}"
NAME = r"[A-Za-z][A-Za-z0-9-]{0,79}"


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers; None is a question that nobody has answered yet."""

    to: str | None = None
    group: str | None = None
    mode: str | None = None
    email: str | None = None

    def over(self, other: "Answers") -> "Answers":
        """These, and where there is none the other's."""
        mine = {one.name: getattr(self, one.name) for one in fields(self)}
        return replace(other, **{name: value for name, value in mine.items() if value is not None})

    def destinations(self) -> tuple[str, ...]:
        """The names of the destinations."""
        return DESTINATIONS[self.to or NAMES[0]]

    def parameters(self) -> dict[str, str]:
        """The template's parameters."""
        return {
            **{f"DeliverTo{load(name).title}": str(name in self.destinations()).lower() for name in NAMES},
            "DefaultEventGroup": self.group or "",
            "DeliveryMode": self.mode or "live",
            "AlarmEmail": self.email or "",
        }


FIRST = Answers(to=NAMES[0], group="", mode="live", email="")


def of(deployment: Deployment | None) -> Answers:
    """What a deployed stack has been told; the destinations by its outputs, which every version of it has."""
    if deployment is None:
        return Answers()
    has = [name for name in NAMES if f"{load(name).title}QueueUrl" in deployment.outputs]
    told = {names: word for word, names in DESTINATIONS.items()}
    given = deployment.parameters
    return Answers(
        to=told.get(tuple(has)),
        group=given.get("DefaultEventGroup"),
        mode=given.get("DeliveryMode"),
        email=given.get("AlarmEmail"),
    )


def remembered(kept: Mapping[str, Any]) -> Answers:
    """The answers of the last time, as far as they are any."""
    return Answers(**{one.name: kept[one.name] for one in fields(Answers) if isinstance(kept.get(one.name), str)})


def ask(answers: Answers, checkout: Checkout) -> Answers:
    """Ask at the terminal, each with its present answer offered."""
    to = question(f"Where do conversions go? {WORDS}", answers.to, _to)
    if grouped := [load(name).title for name in DESTINATIONS[to] if load(name).needs_group]:
        text = f"{' or '.join(grouped)} event group of conversions that name none (Enter: each must name its own)"
        group = question(text, answers.group, checked(checkout, "DefaultEventGroup"))
    else:
        group = answers.group or ""
    mode = question("Live, or test (everything is checked and nothing counts)", answers.mode, _mode)
    email = question("E-mail address for alarms (Enter: none)", answers.email, checked(checkout, "AlarmEmail"))
    return Answers(to=to, group=group, mode=mode, email=email)


def check(answers: Answers, checkout: Checkout) -> Answers:
    """The answers as the template wants them. Raises Trouble where one is of no use."""
    group = checked(checkout, "DefaultEventGroup")(answers.group or "")
    email = checked(checkout, "AlarmEmail")(answers.email or "")
    return Answers(to=_to(answers.to or ""), group=group, mode=_mode(answers.mode or ""), email=email)


def question(text: str, default: str | None, check: Callable[[str], str]) -> str:
    """Ask until the answer is of use; Enter takes the default. Raises Trouble at the end of standard input."""
    while True:
        try:
            given = typer.prompt(text, default=default or "", show_default=bool(default), err=True).strip()
        except typer.Abort as error:
            text = "no answer: run it at a terminal, or give the answers as options and say --yes"
            raise unanswered(error, text) from error
        if given == "-":  # takes away what was answered before
            given = ""
        try:
            return check(given)
        except Trouble as trouble:
            typer.echo(f"  {trouble}", err=True)


def stack_name(text: str) -> str:
    """The name of a stack. Raises Trouble."""
    if not re.fullmatch(NAME, text):
        raise Misuse("a stack's name has letters, digits and dashes, begins with a letter, and has at most 80")
    return text


def checked(checkout: Checkout, parameter: str) -> Callable[[str], str]:
    """A check by the template's own pattern."""

    def check(text: str) -> str:
        pattern, said = checkout.rule(parameter)
        if not re.search(pattern, text):
            raise Misuse(f"{parameter}: {said}")
        return text

    return check


def _to(text: str) -> str:
    if text.lower() not in DESTINATIONS:
        raise Misuse(f"say {WORDS}")
    return text.lower()


def _mode(text: str) -> str:
    if text.lower() not in ("live", "test"):
        raise Misuse("say live or test")
    return text.lower()
