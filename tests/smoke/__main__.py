"""`make smoke STACK=NAME`: does the relay work in this AWS account? It deploys, posts, changes, measures, deletes all.

It needs credentials of AWS and costs cents. Two stacks are made, NAME and NAME-recorder, and a bucket. AWS_ENDPOINT_URL
sends it to an emulator in AWS's place; then `--emulated` names the steps for which the emulator has a known gap.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.smoke import measures, recorder, steps
from tests.smoke.account import Failed, client, remove
from tests.smoke.stack import ROOT, RelayStack

Step = Callable[[steps.Smoke], str]

STEPS: dict[str, Step] = {
    "a new stack, in test mode": steps.test_mode,
    "from test to live": steps.live,
    "posts of all kinds": steps.posts,
    "one event refused": steps.rejected,
    "redrive": steps.redrive,
    "every parameter that reaches a function": steps.every_parameter,
    "Rokt on, and off again": steps.rokt,
    "logs in JSON": measures.json_logs,
    "metrics": measures.metrics,
    "delay from POST to destination": measures.delay,
    "cold start": measures.cold_start,
    "nothing lost": steps.nothing_lost,
}
ROW = tuple[str, str, str, float]  # step, outcome, what was seen, seconds


def main() -> int:
    """0 only if every step went well and nothing is left behind."""
    asked = argparse.ArgumentParser(prog="make smoke", description=__doc__)
    asked.add_argument("--stack", required=True, help="the name of the throw-away stack, which must not exist yet")
    asked.add_argument("--build", type=Path, default=ROOT / ".aws-sam" / "build", help="what `sam build` made")
    asked.add_argument(
        "--emulated", action="store_true", help="the steps that tests/emulator/gaps.py names are skipped"
    )
    chosen = asked.parse_args()
    rows: list[ROW] = []
    try:
        with ExitStack() as ends:
            smoke = _made(chosen.stack, chosen.build, chosen.emulated, ends, rows)
            for name, step in {**STEPS, **(_of_the_gaps() if chosen.emulated else {})}.items():
                _run(name, step, smoke, rows)
    except Exception as error:  # noqa: BLE001 - whatever it is, the table comes and the exit code is 1
        traceback.print_exc()
        rows.append(("set up or delete", "FAILED", str(error)[:400], 0))
    _say(_table(rows, chosen.stack))
    return 1 if any(outcome == "FAILED" for _, outcome, _, _ in rows) else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _of_the_gaps() -> dict[str, Step]:
    """For the steps that the emulator cannot take: what is done in their place."""
    from tests.emulator.gaps import INSTEAD

    return INSTEAD


def _run(name: str, step: Step, smoke: steps.Smoke, rows: list[ROW]) -> None:
    began = time.monotonic()
    try:
        seen = step(smoke)
        outcome = "skipped" if seen.startswith("skipped") else "ok"
    except Exception as error:  # noqa: BLE001 - the other steps are tried, and what was made is deleted
        outcome, seen = "FAILED", f"{type(error).__name__}: {error}"
    rows.append((name, outcome, seen, time.monotonic() - began))
    _say(f"{outcome:8} {name}: {seen}")


def _made(name: str, build: Path, emulated: bool, ends: ExitStack, rows: list[ROW]) -> steps.Smoke:
    """The recorder, the bucket and the stack; each is deleted in the end, also if the next one cannot be made."""
    _absent(name)
    began = time.monotonic()
    bucket = ends.enter_context(_bucket(name))
    ends.callback(remove, f"{name}-recorder")
    made = recorder.deploy(f"{name}-recorder")
    parameters = {"DeliveryMode": "test", "RokuUrl": made.url, "BatchWindow": "1"}
    stack = RelayStack(name=name, template=build / "template.yaml", bucket=bucket, parameters=parameters)
    if emulated:
        from tests.emulator.gaps import fill

        stack.after = fill
    ends.callback(stack.remove)
    stack.deploy()
    rows.append(("deploy", "ok", "the recorder and the stack", time.monotonic() - began))
    return steps.Smoke(stack, made, emulated)


def _absent(name: str) -> None:
    """Failed if there is a stack of this name: it would be deleted in the end."""
    try:
        client("cloudformation").describe_stacks(StackName=name)
    except client("cloudformation").exceptions.ClientError as error:
        if "does not exist" in str(error):
            return
        raise
    raise Failed(f"there is a stack {name} already: name one that does not exist, for it is deleted in the end")


@contextmanager
def _bucket(name: str) -> Iterator[str]:
    """A bucket for what `sam deploy` uploads."""
    account, region = client("sts").get_caller_identity()["Account"], client("s3").meta.region_name
    bucket = f"{name}-{account}-{region}".lower()
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client("s3").create_bucket(Bucket=bucket, **where)
    try:
        yield bucket
    finally:
        for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for item in page.get("Contents", []):
                client("s3").delete_object(Bucket=bucket, Key=item["Key"])
        client("s3").delete_bucket(Bucket=bucket)


def _table(rows: list[ROW], stack: str) -> str:
    day = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    lines = [f"{name:42} {outcome:8} {seconds:5.0f} s  {seen}" for name, outcome, seen, seconds in rows]
    return "\n".join(["", f"{stack} in {client('s3').meta.region_name}, {day}", *lines])


if __name__ == "__main__":
    sys.exit(main())
