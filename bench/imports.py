"""What a cold start would pay for parts that the functions do without: `python -m bench.imports`.

CPU of importing and first using each, in milliseconds beyond an empty Python; the least of several processes of their
own, in turn. The figures of docs/decisions.md. Run it in the development environment, which has all of these.
"""

import subprocess
import sys

_TURNS = 9
_SQS = "'sqs', region_name='us-east-1'"
PARTS = {
    "botocore's client of SQS": f"import botocore.session; botocore.session.get_session().create_client({_SQS})",
    "the same by boto3": f"import boto3; boto3.client({_SQS})",
    "pydantic-core": "import pydantic_core",
    "a model of pydantic's": "import pydantic; pydantic.create_model('Event', event_id=(str, ...))",
    "Powertools' logger": "from aws_lambda_powertools import Logger",
    "Powertools' HTTP resolver": "from aws_lambda_powertools.event_handler import APIGatewayHttpResolver",
    "Powertools' batch processor": "from aws_lambda_powertools.utilities.batch import BatchProcessor",
}


def _cpu(code: str) -> float:
    """Milliseconds of CPU that the code takes in a process of its own."""
    timed = f"import time; begun = time.process_time(); {code}; print(time.process_time() - begun)"
    ran = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True)
    return float(ran.stdout) * 1e3


def main() -> None:
    """Measure and print."""
    found: dict[str, list[float]] = {part: [] for part in PARTS}
    for _ in range(_TURNS):
        for part, code in PARTS.items():
            found[part].append(_cpu(code))
    for part, times in found.items():
        print(f"{part:<28}{min(times):>7.0f} ms")


if __name__ == "__main__":
    main()
