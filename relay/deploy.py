"""`relay deploy`: from a checkout to Roku's verdict in one command; run again, it updates."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from relay import costs, destination_keys, first_steps, questions, remaining
from relay.checkout import Checkout, find
from relay.deployment import Deployment, NoStack, Where, account, connect, environment_of
from relay.errors import DECLINED, Misuse, Trouble
from relay.printing import Out
from relay.questions import Answers
from relay.verbs import BAD, JsonOption, finish

_STUCK = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})


def deploy(
    stack: Annotated[str | None, typer.Option(envvar="RELAY_STACK", help="The stack's name.")] = None,
    to: Annotated[str | None, typer.Option(help=f"Where conversions go: {questions.WORDS}.")] = None,
    default_group: Annotated[
        str | None, typer.Option(help="The Roku event group of conversions that name none; empty: each must name one.")
    ] = None,
    mode: Annotated[str | None, typer.Option(help="live, or test: everything is checked and nothing counts.")] = None,
    alarm_email: Annotated[str | None, typer.Option(help="Where alarms are mailed; empty: nowhere.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Another parameter of the template: NAME=VALUE (repeat it).")
    ] = None,
    sender: Annotated[
        str, typer.Option(help="The sender that is made; first is the one that the stack makes.")
    ] = "first",
    keys_from_stdin: Annotated[
        bool,
        typer.Option("--keys-from-stdin", help="Read the destinations' keys, a line each, Roku's first; with --yes."),
    ] = False,
    new_keys: Annotated[bool, typer.Option("--new-keys", help="Ask for keys that the stack has already.")] = False,
    show_key: Annotated[bool, typer.Option("--show-key", help="Show the sender's key with --yes too.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Switch a destination off although its queues hold conversions.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: options, the stack's own settings, or defaults.")
    ] = False,
    checkout: Annotated[
        Path | None, typer.Option(help="The checkout to deploy; else this folder, or where relay is installed from.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="The AWS region, unless the AWS configuration names it.")] = None,
    profile: Annotated[str | None, typer.Option(help="The AWS profile to use.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Deploy this checkout, or update a stack with it: asks what matters, builds, puts keys in, and tries it out.

    Exit code 1 if the stack runs and a test event did not go through.
    """

    out = Out(as_json)

    def work() -> int:
        if keys_from_stdin and not yes:
            raise Misuse("--keys-from-stdin needs --yes: standard input cannot answer questions too")
        given = Answers(to=to, group=default_group, mode=mode, email=alarm_email)
        source = find(checkout)
        others = _others(source, set_ or [])
        plan = _Plan(out, source, yes, force, show_key)
        return plan.run(_where(source, stack, region, profile, yes), given, others, sender, keys_from_stdin, new_keys)

    finish(work, out)


class _Plan:
    """One run of the verb."""

    def __init__(self, out: Out, checkout: Checkout, yes: bool, force: bool, show_key: bool) -> None:
        self.out, self.checkout, self.yes, self.force = out, checkout, yes, force
        self.shows_key = show_key or not yes

    def run(
        self, where: Where, given: Answers, others: dict[str, str], sender: str, from_stdin: bool, new_keys: bool
    ) -> int:
        """Ask, deploy, and try it out."""
        name = str(where.stack)
        before = _present(where)
        kept = questions.remembered(self.checkout.remembered()["stacks"].get(name, {}))
        known = given.over(questions.of(before)).over(kept).over(questions.FIRST)
        answers = questions.check(known if self.yes else questions.ask(known, self.checkout), self.checkout)
        self._switched_off(before, answers)
        keys = self._keys(before, answers, others, from_stdin, new_keys)
        self._agree(where, answers, before, others)
        self.checkout.build(self.out)
        options = [f"--{key}={value}" for key, value in (("region", where.region), ("profile", where.profile)) if value]
        self.checkout.deploy(name, options, answers.parameters() | others, self.out)
        self.checkout.remember(name, {**asdict(answers), "region": where.region, "profile": where.profile})
        deployment = connect(where)
        first_steps.require(deployment, answers.destinations())
        destination_keys.put(deployment, keys)
        return self._try_out(deployment, answers, sender)

    def _switched_off(self, before: Deployment | None, answers: Answers) -> None:
        if before is None:
            return
        off = [one.name for one in before.destinations() if one.name not in answers.destinations()]
        found = [one for one in remaining.held(before, off) if one.waiting or one.dead] if off else []
        for one in found:
            self.out.aside(f"{one.told()}: the queues stay in the account, and nothing delivers from them any more")
        if found and not self.force:
            raise Trouble("nothing was done: let the queues run empty first (relay dlq), or say --force and drain them")

    def _keys(
        self, before: Deployment | None, answers: Answers, others: dict[str, str], from_stdin: bool, new: bool
    ) -> dict[str, str]:
        environment = environment_of({**(before.parameters if before else {}), **others})
        check = partial(destination_keys.check, group=answers.group, environment=environment)
        if from_stdin:
            keys = destination_keys.from_stdin(answers.destinations())
            for name, key in keys.items():
                check(name, key)
            return keys
        if self.yes:
            return {}
        wanted = answers.destinations() if new else destination_keys.missing(before, answers.destinations())
        return destination_keys.from_terminal(wanted, check)

    def _agree(self, where: Where, answers: Answers, before: Deployment | None, others: dict[str, str]) -> None:
        days = others.get("LedgerDays", before.parameters.get("LedgerDays", "7") if before else "7")
        self.out.aside(costs.told(len(answers.destinations()), ledger=days != "0"))
        what = "Update" if before else "Deploy"
        if self.yes:
            return
        if not typer.confirm(f"{what} the stack {where.stack} ({account(where)})?", default=True, err=True):
            raise Trouble(DECLINED)

    def _try_out(self, deployment: Deployment, answers: Answers, name: str) -> int:
        group = answers.group or ""
        key = first_steps.sender(deployment, name, group)
        found = first_steps.verdict(deployment, key)
        curl = first_steps.curl(deployment, key if self.shows_key else None, group)
        pages = first_steps.pages(deployment, self.checkout, group)
        api = deployment.output("ApiUrl")
        verdict = [{"level": one.level, "check": one.check, "found": one.text, "fix": one.fix} for one in found]
        made = {"stack": deployment.name, "api": api, "sender": name, "verdict": verdict, "curl": curl}
        self.out.answer(made | {"pages": [str(page) for page in pages]})
        for one in found:
            self.out.line(f"{one.level}  {one.check}: {one.told()}")
        self.out.line(f"\nSenders post to {api}. Try it:\n\n{curl}\n")
        folder = pages[0].parent.relative_to(self.checkout.root)
        self.out.line(f"Each platform's page, filled in, is in {folder}:\n")
        self.out.table(["platform", "posts to"], [[page.name, first_steps.address(page, api)] for page in pages])
        self.out.line(f"\nA key for each: relay keys add NAME --stack {deployment.name}")
        self.out.line(f"Is all well? relay doctor --stack {deployment.name}")
        return BAD if any(one.level == "problem" for one in found) else 0


def _where(checkout: Checkout, stack: str | None, region: str | None, profile: str | None, yes: bool) -> Where:
    kept = checkout.remembered()
    name = stack or kept["last"] or questions.STACK
    if stack is None and not yes:
        name = questions.question("The stack's name", name, questions.stack_name)
    name = questions.stack_name(name)
    told: dict[str, Any] = kept["stacks"].get(name, {})
    return Where(stack=name, region=region or told.get("region"), profile=profile or told.get("profile"))


def _present(where: Where) -> Deployment | None:
    """The stack as it is; None if there is none. Raises Trouble if it cannot be updated."""
    try:
        found = connect(where)
    except NoStack:
        return None
    if found.status == "REVIEW_IN_PROGRESS":  # a first change set was made and never carried out
        return None
    if found.status in _STUCK:
        fix = f"relay remove --stack {found.name}, then deploy again"
        raise Trouble(f"the stack {found.name} never came up ({found.status}): {fix}")
    if found.status.endswith("_IN_PROGRESS"):
        raise Trouble(f"the stack {found.name} is being changed ({found.status}): wait until that is done")
    return found


def _others(checkout: Checkout, given: Sequence[str]) -> dict[str, str]:
    """The parameters of --set. Raises Trouble."""
    known, found = checkout.parameters(), {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in known:
            raise Misuse(f"--set {name}: say NAME=VALUE, with one of {', '.join(sorted(known))}")
        if name in Answers().parameters():
            raise Misuse(f"--set {name}: it has an option of its own; see relay deploy --help")
        if '"' in value or "\\" in value:
            raise Misuse(f"--set {name}: the value has a quote or a backslash, which no parameter may have")
        questions.checked(checkout, name)(value)
        found[name] = value
    return found
