"""What all verbs share: the options that say which stack, how to answer, and how trouble is told.

Exit codes: 0 all well; 1 the answer is a bad one (a problem, a refusal, a sum that is wrong); 2 the command line is
wrong; 3 the work could not be done; 4 nothing is known (`status`); 130 interrupted.
"""

import inspect
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import requests
import typer
from botocore.exceptions import BotoCoreError, ClientError

from relay.deployment import LOCAL_ENDPOINT, Where, connect
from relay.errors import Trouble, explain
from relay.printing import Out

BAD, TROUBLE, UNKNOWN, INTERRUPTED = 1, 3, 4, 130

JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

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
        out = Out(given.pop("as_json"))
        # --stack may come from the environment: --local, said now, outweighs it.
        where = {name: given.pop(name) for name in ("stack", "region", "profile", "local", "local_endpoint")}
        if where["local"] and "--stack" not in sys.argv:
            where["stack"] = None
        finish(lambda: work(connect(Where(**where)), out, **given))

    hints = get_type_hints(work, include_extras=True)
    own = [
        parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in list(inspect.signature(work).parameters.values())[2:]
    ]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_DEFAULTS.get(name), annotation=kind)
        for name, kind in _WHERE.items()
    ]
    run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]  # Typer reads it
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *shared]}
    return run


def finish(work: Callable[[], int]) -> None:
    """Run `work` and end with its exit code; whatever goes wrong is one line on stderr, never a traceback."""
    try:
        status = work()
    except Trouble as trouble:
        status = _tell(str(trouble))
    except (BotoCoreError, ClientError) as error:
        status = _tell(explain(error))
    except requests.RequestException as error:
        status = _tell(
            f"the API is out of reach ({type(error).__name__}): check the network, and the stack with doctor"
        )
    except KeyboardInterrupt:
        _tell("interrupted")
        status = INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as error:
        status = _tell(f"{error.filename or 'a file'}: {error.strerror or type(error).__name__}")
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:  # noqa: BLE001 - a defect, told without its text, which may quote personal data
        frame = traceback.extract_tb(error.__traceback__)[-1]
        status = _tell(f"a defect of relay: {type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}")
    if status:
        raise typer.Exit(status)


def _tell(text: str) -> int:
    Out().aside(f"relay: {text}")
    return TROUBLE
