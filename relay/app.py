"""The command `relay` and its verbs."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipeline.values.version import VERSION
from relay import calibrate, circuit, console, deploy, drain, hashes, mapping, remove, report, trigger
from relay.doctor import doctor
from relay.events import forget, log, status, tail
from relay.files import send
from relay.letters import dlq
from relay.orders import reconcile
from relay.printing import Out
from relay.senders import keys, silence
from relay.verbs import WRONG, verb

_SETTINGS = {"help_option_names": ["-h", "--help"]}
_EPILOG = "Every verb that asks a stack takes --stack NAME (or RELAY_STACK), or --local, and --json."

_USAGE_ERROR: Any = typer.BadParameter.__mro__[1]  # of which typer exports only this kind


class _Commands(TyperGroup):
    """The verbs; with --json a command line that cannot be read is told in JSON too."""

    def main(self, args: Sequence[str] | None = None, *given: Any, **extra: Any) -> Any:
        """Run the command line `args`, or the process's own, and end with its exit code."""
        args = sys.argv[1:] if args is None else list(args)
        if "--json" not in args:
            return super().main(args, *given, **extra)
        try:
            sys.exit(super().main(args, *given, **(extra | {"standalone_mode": False})) or 0)
        except _USAGE_ERROR as error:
            Out(as_json=True).fault(error.format_message(), WRONG)
            sys.exit(WRONG)


app = typer.Typer(
    cls=_Commands,
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
)
_dlq = typer.Typer(help="Dead letters: what is no longer tried, and why.", no_args_is_help=True)
_circuit = typer.Typer(help="Circuits: whether a destination's answers are understood.", no_args_is_help=True)
_keys = typer.Typer(help="Sender keys: who may post.", no_args_is_help=True)

app.command("deploy")(deploy.deploy)
app.command("doctor")(verb(doctor.doctor))
app.command("send")(verb(send.send))
app.command("console")(verb(console.console))
app.command("status")(verb(status.status))
app.add_typer(_dlq, name="dlq")
app.add_typer(_circuit, name="circuit")
app.add_typer(_keys, name="keys")
app.command("calibrate")(verb(calibrate.calibrate))
app.command("drain")(verb(drain.drain))
app.command("remove")(verb(remove.remove))
app.command("reconcile")(verb(reconcile.reconcile))
app.command("report")(verb(report.report))
app.command("trigger")(verb(trigger.trigger))
app.command("silence")(verb(silence.silence))
app.command("log")(verb(log.log))
app.command("forget")(verb(forget.forget))
app.command("tail")(verb(tail.tail))
app.command("hash")(hashes.hash_)
app.command("map")(mapping.map_)

_dlq.command("list")(verb(dlq.list_))
_dlq.command("show")(verb(dlq.show))
_dlq.command("redrive")(verb(dlq.redrive))
_dlq.command("export")(verb(dlq.export))
_dlq.command("drop")(verb(dlq.drop))
_circuit.command("list")(verb(circuit.list_))
_circuit.command("close")(verb(circuit.close))
_circuit.command("accept-empty")(verb(circuit.accept_empty))
_keys.command("list")(verb(keys.list_))
_keys.command("add")(verb(keys.add))
_keys.command("revoke")(verb(keys.revoke))


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"relay {VERSION}")
        raise typer.Exit


@app.callback()
def _all(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version, and exit.")
    ] = False,
) -> None:
    """Operate the Roku conversions relay: a deployed stack, or the local one of `make run`."""


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    app(prog_name="relay")
