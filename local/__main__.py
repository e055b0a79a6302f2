"""`python -m local`: runs the whole system here, shows what becomes of the samples, and goes on serving."""

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Sequence

from rich.console import Console

from destinations import load
from local.cases import CaseError, read_cases
from local.dead_letters import RedriveError
from local.intrinsics import TemplateError
from local.options import choices, given, parser
from local.samples import Row, run
from local.stack import ROOT, Stack, StackError
from local.tables import summary, table

SAMPLES = ROOT / "events"
_COLUMNS = 140


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 if all went as the files say, 1 if not, 2 if the stack cannot start, 130 if interrupted."""
    asked = parser().parse_args(arguments)
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
    urls = given(asked, "url")
    samples = not asked.serve and not urls
    serves = asked.serve or (_is_at_a_terminal() and not asked.once)
    if not samples and not serves:
        raise StackError(f"--{next(iter(urls))}-url posts no samples, for they would be counted there: add --serve")
    begun = time.monotonic()
    cases = read_cases(SAMPLES) if samples else []
    rows: list[Row] = []
    with Stack(choices(asked), logs=sys.stderr if asked.logs else None) as stack:
        try:
            _print_addresses(stack, console)
            if samples:
                rows = run(stack, cases)
                console.print(table(rows))
                console.print(summary(rows, time.monotonic() - begun))
            if serves:
                _serve(stack, console)
        finally:
            _ignore_interrupts()
    return 1 if any(row.fault for row in rows) else 0


def _is_at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _ignore_interrupts() -> None:
    """One interrupt is enough: a second one must not break off the ending."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


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
