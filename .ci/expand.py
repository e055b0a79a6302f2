"""expand.py FILE: writes template.yaml to FILE as CloudFormation gets it, for cfn-lint and checkov.

With all that a stack can have, and as the defaults: checkov leaves out what the defaults' conditions leave out.
"""

import json
import sys
from pathlib import Path

from destinations import NAMES, load
from local.template import read

WHOLE = {f"DeliverTo{load(name).title}": "true" for name in NAMES} | {
    "AlarmEmail": "operator@example.com",
    "MonthlyBudget": "100",
    "QuietHours": "12",
    "WatchSenders": "true",
    "LogFormat": "JSON",
    "DomainName": "events.example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
}


def whole() -> dict[str, object]:
    """The expanded template, with these values as the defaults."""
    body = dict(read(Path("template.yaml"), WHOLE).body)
    body["Parameters"] = {
        name: item | ({"Default": WHOLE[name]} if name in WHOLE else {}) for name, item in body["Parameters"].items()
    }
    return body


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(exist_ok=True, parents=True)
    target.write_text(json.dumps(whole(), indent=1), encoding="utf-8")
