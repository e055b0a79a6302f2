"""The options of `python -m local`, and what they choose for the stack."""

import argparse
import json
import re

from destinations import NAMES, load
from local.choices import AWS_PORT, PORT, Choices, StackError, usual_or_free
from local.sandboxes import declared
from local.senders import SENDER_KEY
from pipeline.intake.sender_entries import read_senders
from pipeline.values.faults import NoKey

_WORDS = re.compile("(?<!^)(?=[A-Z])")  # where the name of a parameter gets an underscore as a variable


def choices(asked: argparse.Namespace) -> Choices:
    """What was chosen for the stack; raises StackError for a key that could never work."""
    chosen = Choices(
        port=_port(asked.port, PORT),
        aws_port=_port(asked.aws_port, AWS_PORT),
        sandbox_ports={name: _port(getattr(asked, f"{name}_port"), declared(name).port) for name in NAMES},
        urls=given(asked, "url"),
        keys=given(asked, "key"),
        key=asked.key,
        window=asked.window,
        parameters=_parameters(asked),
    )
    _check_keys(chosen)
    return chosen


def _check_keys(chosen: Choices) -> None:
    """Raise StackError if one of the keys could never work; it quotes none."""
    _, faults = read_senders(json.dumps({"key": chosen.key}), {})
    if faults or not re.fullmatch(r"[\x21-\x7e]+", chosen.key):
        raise StackError("--key cannot be a sender key: write letters, digits and signs, without blanks")
    variables = {_WORDS.sub("_", name).upper(): value for name, value in chosen.parameters.items()}
    for name, key in chosen.keys.items():
        try:
            load(name).key_words("*", key, variables)
        except NoKey as error:
            raise StackError(f"--{name}-key cannot be used: {error}") from error


def _port(asked: int | None, usual: int) -> int:
    return usual_or_free(usual) if asked is None else asked


def given(asked: argparse.Namespace, what: str) -> dict[str, str]:
    """What was said of destinations by the option --NAME-what."""
    said = {name: getattr(asked, f"{name}_{what}") for name in NAMES}
    return {name: value for name, value in said.items() if value is not None}


def _parameters(asked: argparse.Namespace) -> dict[str, str]:
    made = {}
    for name in NAMES:
        made[f"DeliverTo{load(name).title}"] = "true" if name in asked.destinations.split(",") else "false"
        made |= declared(name).chosen(asked)
    return made


def parser() -> argparse.ArgumentParser:
    """The options of `python -m local`."""
    made = argparse.ArgumentParser(
        prog="python -m local",
        description="Runs the relay here, with stand-ins for AWS and the destinations, and posts events/ through it.",
    )
    modes = made.add_mutually_exclusive_group()
    modes.add_argument("--once", action="store_true", help="post the samples and exit: 0 if each ended as expected")
    made.add_argument("--all", action="store_true", help="show all samples, not the ten most telling ones")
    modes.add_argument("--serve", action="store_true", help="post no samples and serve until interrupted")
    for flag, default, what in (("--port", PORT, "the API"), ("--aws-port", AWS_PORT, "the AWS endpoint")):
        made.add_argument(flag, type=int, metavar="PORT", help=f"of {what} ({default}, or any free one)")
    made.add_argument(
        "--destinations",
        type=_destinations,
        default=",".join(NAMES),
        metavar="NAMES",
        help=f"where to deliver, with a comma between (default {','.join(NAMES)})",
    )
    for name in NAMES:
        _add_destination(made, name, load(name).title)
    made.add_argument(
        "--key", default=SENDER_KEY, metavar="KEY", help=f"the sender key to accept (default {SENDER_KEY})"
    )
    made.add_argument(
        "--window", type=_seconds, default=1, metavar="SECONDS", help="that events wait for others (default 1)"
    )
    made.add_argument("--logs", action="store_true", help="show what the functions log, on stderr")
    return made


def _add_destination(parser: argparse.ArgumentParser, name: str, title: str) -> None:
    made = declared(name)
    parser.add_argument(
        made.flag,
        dest=f"{name}_port",
        type=int,
        metavar="PORT",
        help=f"of the {title} sandbox ({made.port}, or any free one)",
    )
    parser.add_argument(f"--{name}-url", metavar="URL", help="deliver there instead of to a sandbox; posts no samples")
    parser.add_argument(f"--{name}-key", metavar="KEY", help=f"the key to present to {title}")
    made.options(parser)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 300:
        raise argparse.ArgumentTypeError("from 0 to 300, the most that Lambda takes")
    return seconds


def _destinations(text: str) -> str:
    asked = {name.strip() for name in text.split(",")}
    if not asked <= set(NAMES):
        raise argparse.ArgumentTypeError(f"of {' and '.join(NAMES)}, with a comma between")
    return ",".join(name for name in NAMES if name in asked)
