"""`python -m local`: runs the whole system here, shows what becomes of the samples, and goes on serving."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from destinations import load
from local.cases import CaseError, read_cases
from local.choices import AWS_PORT, PORT, ROOT, StackError
from local.dead_letters import RedriveError
from local.intrinsics import TemplateError
from local.options import choices, given, parser
from local.samples import Row, run
from local.stack import Stack
from local.tables import report

SAMPLES = ROOT / "events"
_LOOK_SECONDS = 0.2  # between two looks whether somebody wants it to end
_COLUMNS = {True: 140, False: 100}  # without a terminal: all samples, or the most telling ones


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 if all went as the files say, 1 if not, 2 if the stack cannot start, 130 if interrupted."""
    asked = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _COLUMNS[asked.all])
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
    urls = given(asked, "url")
    samples = not asked.serve and not urls
    serves = _serves(asked)
    if not samples and not serves:
        raise StackError(f"--{next(iter(urls))}-url posts no samples, for they would be counted there: add --serve")
    begun = time.monotonic()
    cases = read_cases(SAMPLES) if samples else []
    rows: list[Row] = []
    with Stack(choices(asked), logs=sys.stderr if asked.logs else None) as stack:
        try:
            _print_addresses(stack, console, asked)
            if samples:
                rows = run(stack, cases)
                for shown in report(rows, time.monotonic() - begun, everything=asked.all):
                    console.print(shown)
            if serves:
                _serve(stack, console)
        finally:
            _ignore_interrupts()
    return 1 if any(row.fault for row in rows) else 0


def _serves(asked: argparse.Namespace) -> bool:
    at_a_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return asked.serve or (at_a_terminal and not asked.once)


def _ignore_interrupts() -> None:
    """One interrupt is enough: a second one must not break off the ending."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _serve(stack: Stack, console: Console) -> None:
    # Noted, not raised: an exception that meets the end of some object's life is swallowed, and the wish with it.
    wishes: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: wishes.append(number))
    _print_commands(stack, console)
    while not wishes:
        time.sleep(_LOOK_SECONDS)


def _print_addresses(stack: Stack, console: Console, asked: argparse.Namespace) -> None:
    addresses = [("Console", f"{stack.url}/"), ("API", stack.url), ("AWS", stack.aws_endpoint)]
    for name, url in stack.destination_urls.items():
        addresses.append((load(name).title, f"{url} (sandbox)" if name in stack.sandboxes else url))
    for name, address in addresses:
        console.print(f"{name:8}{address}", soft_wrap=True)
    if not (asked.port or stack.url.endswith(f":{PORT}")):
        console.print(f"Port {PORT} is in use by another program, so a free one was chosen.", soft_wrap=True)


def _here(stack: Stack) -> str:
    """How `relay` is told about this stack: it knows the usual port."""
    usual = stack.aws_endpoint.endswith(f":{AWS_PORT}")
    return "--local" if usual else f"--local --local-endpoint {stack.aws_endpoint}"


def _relay() -> str:
    """The command `relay` of the environment that this runs in, as one types it here."""
    beside = Path(sys.executable).with_name("relay")
    return os.path.relpath(beside) if beside.exists() else "relay"


def _print_commands(stack: Stack, console: Console) -> None:
    here = _here(stack)
    event = {
        "event_name": "PURCHASE",
        "event_time": int(time.time()),
        "event_id": "order-1",
        "user_data": {"em": "jane@example.com"},
        "custom_data": {"value": 25, "currency": "USD"},
    }
    body = json.dumps({"event_group_id": "example_website_123", "events": [event]})
    post = f"curl -i {stack.url}/v1/events -H 'Authorization: Bearer {stack.choices.key}' -d '{body}'"
    commands = [
        ("Look at it in a browser", f"{stack.url}/"),
        ("Send a conversion", post),
        ("What became of it", f"{_relay()} status order-1 {here}"),
        ("What Roku and Rokt rejected", f"{_relay()} dlq list {here}"),
    ]
    for title, command in commands:
        console.print(f"\n{title}:\n  {command}", soft_wrap=True, markup=False)
    console.print("\nServing until interrupted (Ctrl-C).", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
