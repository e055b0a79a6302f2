"""What all verbs share: the options that say which stack, how to answer, and how trouble is told.

Exit codes: 0 all well; 1 the answer is a bad one (a problem, a refusal, a sum that is wrong); 2 the command line is
wrong; 3 the work was not done, or not all of it; 4 nothing is known (`status`); 130 interrupted.
"""

import inspect
import traceback
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import requests
import typer
from botocore.exceptions import BotoCoreError, ClientError

from relay.deployment import LOCAL_ENDPOINT, Where, connect
from relay.errors import DECLINED, Misuse, Trouble, explain, unanswered
from relay.printing import Out

BAD, WRONG, TROUBLE, UNKNOWN, INTERRUPTED = 1, 2, 3, 4, 130

JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
DestinationOption = Annotated[
    str | None, typer.Option("--destination", help="Only of this destination; without it of all that the stack has.")
]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", envvar="RELAY_SENDER_KEY", help="The sender key to post with; else one of the secret's."),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

_WHERE: dict[str, Any] = {
    "stack": Annotated[str | None, typer.Option(envvar="RELAY_STACK", help="The deployed stack's name.")],
    "region": Annotated[str | None, typer.Option(help="Its AWS region, unless the AWS configuration names it.")],
    "profile": Annotated[str | None, typer.Option(help="The AWS profile to use.")],
    "local": Annotated[bool, typer.Option("--local", help="The local stack (`make run`) instead.")],
    "local_endpoint": Annotated[
        str, typer.Option(envvar="RELAY_LOCAL_ENDPOINT", help="Where the local stack serves AWS's APIs.")
    ],
    "as_json": JsonOption,
}
_DEFAULTS: dict[str, Any] = {"local": False, "local_endpoint": LOCAL_ENDPOINT, "as_json": False}


def verb(work: Callable[..., int]) -> Callable[..., None]:
    """A command of `work(deployment, out, ...)`, which gives the exit code, with the options of `Where` and --json."""

    @wraps(work)
    def run(**given: Any) -> None:
        out, context = Out(given.pop("as_json")), given.pop("context")
        where = {one.name: given.pop(one.name) for one in fields(Where)}
        finish(lambda: work(connect(_where(context, where)), out, **given), out)

    hints = get_type_hints(work, include_extras=True)
    own = [
        parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in list(inspect.signature(work).parameters.values())[2:]
    ]
    shared = [inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)]
    shared += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_DEFAULTS.get(name), annotation=kind)
        for name, kind in _WHERE.items()
    ]
    run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]  # Typer reads it
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *shared]}
    return run


def finish(work: Callable[[], int], out: Out) -> None:
    """Run `work` and end with its exit code; whatever goes wrong is one line on stderr, never a traceback."""
    try:
        status = work()
    except (BrokenPipeError, typer.Exit):
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - nobody above could tell it in a line
        status, text = failure(error)
        out.fault(text, status)
    if status:
        raise typer.Exit(status)


def failure(error: BaseException) -> tuple[int, str]:
    """The exit code of what went wrong, and the line that tells it."""
    match error:
        case Misuse():
            return WRONG, str(error)
        case Trouble():
            return TROUBLE, str(error)
        case BotoCoreError() | ClientError():
            return TROUBLE, explain(error)
        case requests.RequestException():
            out_of_reach = f"the API is out of reach ({type(error).__name__})"
            return TROUBLE, f"{out_of_reach}: check the network, and the stack with doctor"
        case KeyboardInterrupt():
            return INTERRUPTED, "interrupted"
        case typer.Abort():
            return failure(unanswered(error, DECLINED))
        case OSError():
            return TROUBLE, f"{error.filename or 'a file'}: {error.strerror or type(error).__name__}"
    # A bug, told without its text, which may quote personal data.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return TROUBLE, f"a bug in relay: {type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def _where(context: typer.Context, given: dict[str, Any]) -> Where:
    """Which stack is meant. Raises Misuse where the options contradict each other."""
    said = {name for name in given if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"}
    if given["local"] and given["stack"] is not None:
        if "stack" in said:
            raise Misuse(f"say one of both: --stack {given['stack']}, or --local")
        given["stack"] = None  # it comes from the environment: --local, said now, outweighs it
    if "local_endpoint" in said and not given["local"]:
        raise Misuse("--local-endpoint is of the local stack: add --local, or leave it out")
    return Where(**given)
