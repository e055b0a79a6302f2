"""`python -m local`: runs the whole system here, shows what becomes of the samples, and goes on serving."""

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Sequence

from rich.console import Console

from destinations import NAMES, load
from local.cases import CaseError, read_cases
from local.dead_letters import RedriveError
from local.intrinsics import TemplateError
from local.samples import run
from local.sandboxes import declared
from local.stack import AWS_PORT, PORT, ROOT, SENDER_KEY, Choices, Stack, StackError
from local.tables import summary, table

SAMPLES = ROOT / "events"
_COLUMNS = 140


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 if all went as the files say, 1 if not, 2 if the stack cannot start, 130 if interrupted."""
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Without a terminal rich would take 80 columns, too few for the table.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _COLUMNS)
    errors = Console(stderr=True, highlight=False)
    try:
        return _run(asked, console)
    except (CaseError, RedriveError, StackError, TemplateError) as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        errors.print("interrupted", style="red")
        return 130


def _run(asked: argparse.Namespace, console: Console) -> int:
    urls = {name: url for name in NAMES if (url := getattr(asked, f"{name}_url")) is not None}
    samples = not asked.serve and not urls
    serves = asked.serve or (sys.stdin.isatty() and sys.stdout.isatty() and not asked.once)
    if not samples and not serves:
        raise StackError(f"--{next(iter(urls))}-url posts no samples, for they would be counted there: add --serve")
    begun = time.monotonic()
    cases = read_cases(SAMPLES) if samples else []
    choices = Choices(
        port=asked.port,
        aws_port=asked.aws_port,
        sandbox_ports={name: getattr(asked, f"{name}_port") for name in NAMES},
        urls=urls,
        keys={name: key for name in NAMES if (key := getattr(asked, f"{name}_key")) is not None},
        key=asked.key,
        window=asked.window,
        parameters=_parameters(asked),
    )
    with Stack(choices, logs=sys.stderr if asked.logs else None) as stack:
        try:
            _print_addresses(stack, console)
            rows = run(stack, cases) if samples else []
            if samples:
                console.print(table(rows))
                console.print(summary(rows, time.monotonic() - begun))
            if serves:
                _serve(stack, console)
        finally:
            # One interrupt is enough: a second one must not break off the ending.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
    return 1 if any(row.fault for row in rows) else 0


def _parameters(asked: argparse.Namespace) -> dict[str, str]:
    made = {}
    for name in NAMES:
        made[f"DeliverTo{load(name).title}"] = "true" if name in asked.destinations.split(",") else "false"
        made |= declared(name).chosen(asked)
    return made


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Runs the relay here, with stand-ins for AWS and the destinations, and posts events/ through it.",
    )
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument(
        "--once", action="store_true", help="post the samples and exit: 0 if each ended as its file says"
    )
    modes.add_argument("--serve", action="store_true", help="post no samples and serve until interrupted")
    for flag, default, what in (("--port", PORT, "the API"), ("--aws-port", AWS_PORT, "the AWS endpoint")):
        parser.add_argument(flag, type=int, default=default, metavar="PORT", help=f"of {what} (default {default})")
    parser.add_argument(
        "--destinations",
        type=_destinations,
        default=",".join(NAMES),
        metavar="NAMES",
        help=f"where to deliver, with a comma between (default {','.join(NAMES)})",
    )
    for name in NAMES:
        _add_destination(parser, name, load(name).title)
    parser.add_argument(
        "--key", default=SENDER_KEY, metavar="KEY", help=f"the sender key to accept (default {SENDER_KEY})"
    )
    parser.add_argument(
        "--window", type=_seconds, default=1, metavar="SECONDS", help="that events wait for others (default 1)"
    )
    parser.add_argument("--logs", action="store_true", help="show what the functions log, on stderr")
    return parser


def _add_destination(parser: argparse.ArgumentParser, name: str, title: str) -> None:
    made = declared(name)
    parser.add_argument(
        made.flag,
        dest=f"{name}_port",
        type=int,
        default=made.port,
        metavar="PORT",
        help=f"of the {title} sandbox (default {made.port})",
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


def _serve(stack: Stack, console: Console) -> None:
    try:
        _print_commands(stack, console)
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def _print_addresses(stack: Stack, console: Console) -> None:
    addresses = [("Console", f"{stack.url}/"), ("API", stack.url), ("AWS", stack.aws_endpoint)]
    for name, url in stack.destination_urls.items():
        addresses.append((load(name).title, f"{url} (sandbox)" if name in stack.sandboxes else url))
    for name, address in addresses:
        console.print(f"{name:8}{address}", soft_wrap=True)


def _print_commands(stack: Stack, console: Console) -> None:
    event = {
        "event_name": "PURCHASE",
        "event_time": int(time.time()),
        "event_id": "order-1",
        "user_data": {"em": "jane@example.com"},
        "custom_data": {"value": 25, "currency": "USD"},
    }
    body = json.dumps({"event_group_id": "example_website_123", "events": [event]})
    names = stack.deployment.names
    post = f"curl -i {stack.url}/v1/events -H 'Authorization: Bearer {stack.choices.key}' -d '{body}'"
    sqs = (
        "AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1 "
        f"aws --endpoint-url {stack.aws_endpoint} sqs"
    )
    commands = [("Send a conversion", post)]
    for title in map(str.capitalize, stack.choices.destinations):
        look = (
            f"{sqs} receive-message --queue-url {names[f'{title}DeadLetterQueue']} "
            "--message-attribute-names All --max-number-of-messages 10 --visibility-timeout 0"
        )
        dead_letters, queue = names[f"{title}DeadLetterQueue.Arn"], names[f"{title}Queue.Arn"]
        redrive = f"{sqs} start-message-move-task --source-arn {dead_letters} --destination-arn {queue}"
        commands += [(f"Look at the dead letters of {title}", look), ("Redrive them", redrive)]
    for title, command in commands:
        console.print(f"\n{title}:\n  {command}", soft_wrap=True, markup=False)
    console.print("\nServing until interrupted (Ctrl-C).", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
