"""A third destination costs a folder, a registry line, a block of the template with its parameters, and a sandbox."""

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bounds import BOUND

ROOT = Path(__file__).parents[2]
OVERLAY = Path(__file__).parent / "project"
COPIED = ("src", "local", "relay", "events", "docs", "template.yaml")
NEW = [
    "local/pinboard_sandbox/__init__.py",
    "local/pinboard_sandbox/declared.py",
    "src/pinboard/__init__.py",
    "src/pinboard/client.py",
    "src/pinboard/destination.py",
]


def inserted(text: str, before: str, new: str) -> str:
    """The text with something new before a line that is in it once."""
    assert text.count(before) == 1, before
    return text.replace(before, new + before)


def renamed(text: str) -> str:
    """What the template has for Rokt, for the pinboard."""
    return text.replace("Rokt", "Pinboard").replace("rokt", "pinboard").replace("ROKT", "PINBOARD")


def template(text: str) -> str:
    """The template with the pinboard: its parameters and conditions, what ingest needs of it, and its block."""
    start = text.index("  # ================================================================ Rokt: its own copy")
    block = renamed(text[start : text.index("  # ====", start + 10)])
    outputs = [line for line in text.splitlines() if line.startswith(("  RoktQueueUrl:", "  RoktQueueArn:"))]
    start_of_letters = text.index("  RoktDeadLetterQueueUrl:")
    outputs.append(text[start_of_letters : text.index("\n", text.index("  RoktDeadLetterQueueArn:"))])
    outputs += [line for line in text.splitlines() if line.startswith("  RoktKeysSecretName:")]
    text = inserted(
        text,
        "  DeliveryMode:\n    <<:",
        '  DeliverToPinboard: { Type: String, Default: "false", AllowedValues: *Switch }\n'
        "  PinboardColour: { Type: String, Default: white }\n"
        '  PinboardUrl: { Type: String, Default: "https://pinboard.example" }\n',
    )
    text = inserted(text, '!Equals [!Ref DeliverToRokt, "true"]], Assert', '!Equals [!Ref DeliverToPinboard, "true"], ')
    text = inserted(
        text,
        "  HasLedger: !Not [!Equals [!Ref LedgerDays, 0]]\n",
        '  HasPinboard: !Equals [!Ref DeliverToPinboard, "true"]\n'
        "  HasPinboardLedger: !And [!Condition HasPinboard, !Condition HasLedger]\n"
        "  HasPinboardQuietHours: !And [!Condition HasPinboard, !Condition HasQuietHours]\n",
    )
    text = inserted(
        text,
        '            }]\n          ROKU_QUEUE_URL: !If [HasRoku, !Ref RokuQueue, ""]\n',
        "            }, &PinboardSettings { PINBOARD_COLOUR: !Ref PinboardColour, PINBOARD_URL: !Ref PinboardUrl\n",
    )
    text = inserted(
        text,
        '          ROKT_QUEUE_URL: !If [HasRokt, !Ref RoktQueue, ""]\n',
        '          PINBOARD_QUEUE_URL: !If [HasPinboard, !Ref PinboardQueue, ""]\n',
    )
    statement = "{ Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt PinboardQueue.Arn }"
    text = inserted(
        text,
        "              - { Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: !Ref SenderKeysSecret }\n",
        f"              - !If [HasPinboard, {statement}, !Ref AWS::NoValue]\n",
    )
    text = inserted(text, "Outputs:\n", block)
    return text + renamed("\n".join(outputs)) + "\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the pinboard in it."""
    made = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, made / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, made / name)
    shutil.copytree(OVERLAY, made, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    registry = made / "src" / "destinations" / "__init__.py"
    text = registry.read_text()
    assert text.count('("roku", "rokt")') == 1
    registry.write_text(text.replace('("roku", "rokt")', '("roku", "rokt", "pinboard")'))
    (made / "template.yaml").write_text(template((made / "template.yaml").read_text()))
    return made


@pytest.fixture(scope="module")
def told(checkout: Path) -> dict[str, Any]:
    """What became of two conversions that were posted to the local stack of that checkout."""
    path = os.pathsep.join([str(checkout / "src"), str(checkout)])
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("driver.py")), str(BOUND)],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=3 * BOUND,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_nothing_else_is_edited(checkout: Path) -> None:
    changed, new = [], []
    for path in sorted(path for path in checkout.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        name = path.relative_to(checkout)
        if not (ROOT / name).exists():
            new.append(name.as_posix())
        elif not filecmp.cmp(path, ROOT / name, shallow=False):
            changed.append(name.as_posix())
    assert (changed, new) == (["src/destinations/__init__.py", "template.yaml"], NEW)


def test_a_conversion_is_delivered_there_as_to_the_others(told: dict[str, Any]) -> None:
    assert told["taken"] == [{"note": "good-1", "kind": "PURCHASE", "colour": "red"}]


def test_a_refused_one_is_a_dead_letter_with_the_reason(told: dict[str, Any]) -> None:
    assert told["letters"] == [["bad-1", "TORN", "the note is torn"]]


def test_the_others_go_on(told: dict[str, Any]) -> None:
    # Roku does not know these two, for they are of nobody; the pinboard takes both.
    assert told["answer"]["destinations"]["pinboard"]["accepted"] == 2


def test_console_command_line_and_outputs_know_it(told: dict[str, Any]) -> None:
    assert told["console"] == ["roku", "pinboard"]
    checks = ["Pinboard keys", "Pinboard", "pinboard queue"]
    assert told["doctor"] == [[level, check] for level, check in zip(["ok", "not asked", "ok"], checks, strict=True)]
    assert told["dlq"] == [["pinboard", ["TORN"]]]
    assert told["deploy asks"] == "roku, rokt, pinboard or all"
    assert told["key prompt"] == "Pinboard's key (Enter: later)"
    assert {"PinboardQueueUrl", "PinboardDeadLetterQueueUrl", "PinboardKeysSecretName"} <= set(told["outputs"])
