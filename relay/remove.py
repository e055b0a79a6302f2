"""`relay remove`: a stack away, after saying what goes, what stays and what would be lost."""

from collections.abc import Sequence
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from relay import remaining
from relay.deployment import Deployment
from relay.errors import DECLINED, Misuse, Trouble
from relay.printing import Out, number
from relay.remaining import Held

_GOES = (
    "It takes away the API and its address, all functions, the ledger, alarms, logs, the sender keys and the"
    " destinations' keys. Senders get errors from then on."
)
_STAYS = (
    "The queues stay, with what they hold: conversions for 7 days since they were queued, dead letters for 14. Nothing"
    " delivers from them until you move it into another stack:"
)


def remove(
    deployment: Deployment,
    out: Out,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, unless the queues hold anything.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Do not ask, even if the queues hold conversions.")] = False,
) -> int:
    """Delete a stack. Refused while its queues hold anything, without its name typed in or --force."""
    if deployment.local:
        raise Misuse("the local stack ends with ctrl-C: name a deployed one with --stack")
    found = _held(deployment)
    full = [one for one in found if one.waiting or one.dead]
    out.aside(_GOES)
    for one in found:
        out.aside(one.told())
    if full:
        out.aside("\n".join([_STAYS, *remaining.commands(full)]))
    _agree(deployment, out, full=bool(full), yes=yes, force=force)
    _delete(deployment)
    _tell(deployment, out, found)
    return 0


def _tell(deployment: Deployment, out: Out, found: Sequence[Held]) -> None:
    left = _left(deployment, found)  # counted again: posts were taken until the last moment
    out.answer(
        {
            "removed": deployment.name,
            "queues_left": [url for one in found for url in one.urls()],
            "waiting": sum(one.waiting for one in left),
            "dead_letters": sum(one.dead for one in left),
            "drain": remaining.commands(left),
        }
    )
    out.line(f"{deployment.name} is removed")
    for one in left:
        for count, url in zip((one.waiting, one.dead), one.urls(), strict=True):
            out.line(f"left: {url} ({number(count, 'message')})")


def _left(deployment: Deployment, found: Sequence[Held]) -> list[Held]:
    """What the queues hold after the stack is gone; those of before where they cannot be asked."""
    sqs = deployment.client("sqs")
    try:
        return [remaining.look(sqs, one.destination) for one in found]
    except (BotoCoreError, ClientError):
        return list(found)


def _held(deployment: Deployment) -> list[Held]:
    """Nothing of a stack that never came up, which has no outputs."""
    if not any(name.endswith("QueueUrl") for name in deployment.outputs):
        return []
    return remaining.held(deployment)


def _agree(deployment: Deployment, out: Out, *, full: bool, yes: bool, force: bool) -> None:
    if force or (yes and not full):
        return
    if not full:
        if not out.agrees(f"Delete the stack {deployment.name}?"):
            raise Trouble(DECLINED)
        return
    if yes:
        raise Trouble("nothing was done: the queues hold conversions; say --force if they may wait without a stack")
    told = f"The queues hold conversions. Type the stack's name ({deployment.name}) to delete it:"
    if out.asked(told) != deployment.name:
        raise Trouble("nothing was done: type the stack's name, or say --force")


def _delete(deployment: Deployment) -> None:
    cloudformation = deployment.client("cloudformation")
    # By its id: a stack of the same name that somebody makes meanwhile is not waited for.
    cloudformation.delete_stack(StackName=deployment.stack_id)
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=deployment.stack_id, WaiterConfig={"Delay": 5, "MaxAttempts": 240}
        )
    except WaiterError as error:
        raise Trouble(
            f"the stack {deployment.name} was not deleted: CloudFormation's console shows why, under Events"
        ) from error
