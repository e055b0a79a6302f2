"""The command `relay` and its verbs."""

import typer

from relay import calibrate, circuit, deploy, dlq, doctor, drain, hashes, keys, remove, report, send, status, tail
from relay.verbs import verb

_SETTINGS = {"help_option_names": ["-h", "--help"]}
_EPILOG = "Every verb that asks a stack takes --stack NAME (or RELAY_STACK), or --local, and --json."

app = typer.Typer(
    help="Operate the Roku conversions relay: a deployed stack, or the local one of `make run`.",
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
app.command("status")(verb(status.status))
app.add_typer(_dlq, name="dlq")
app.add_typer(_circuit, name="circuit")
app.add_typer(_keys, name="keys")
app.command("calibrate")(verb(calibrate.calibrate))
app.command("drain")(verb(drain.drain))
app.command("remove")(verb(remove.remove))
app.command("report")(verb(report.report))
app.command("tail")(verb(tail.tail))
app.command("hash")(hashes.hash_)

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


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    app(prog_name="relay")
