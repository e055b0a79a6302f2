"""The folder that a stack is deployed from: its template, the SAM CLI, and what was answered the last time."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relay.errors import Trouble
from relay.printing import Out

ANSWERS = Path(".relay") / "deploy.json"  # where git does not look
# As the Makefile does it: sam takes the Python of Lambda from PATH.
_BUILD = 'PATH="$(bash .ci/find-python 3.13):$PATH" && exec "$0" build'


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout of this project."""

    root: Path

    def template(self) -> str:
        """The template's text."""
        return (self.root / "template.yaml").read_text(encoding="utf-8")

    def parameters(self) -> set[str]:
        """The names of the template's parameters."""
        block = self.template().partition("\nParameters:")[2].partition("\n")[2]
        block = re.split(r"^\S", block, maxsplit=1, flags=re.MULTILINE)[0]
        return set(re.findall(r"^  (\w+):\s*$", block, re.MULTILINE))

    def rule(self, parameter: str) -> tuple[str, str]:
        """The pattern that a parameter's value must match, and what to say if it does not."""
        block = re.search(rf"^  {parameter}:\n((?:    .*\n)+)", self.template(), re.MULTILINE)
        pattern = re.search(r"AllowedPattern: '(.*)'", block[1]) if block else None
        said = re.search(r"ConstraintDescription: (.*)", block[1]) if block else None
        return (pattern[1] if pattern else ".*"), (said[1] if said else "another value")

    def sam(self) -> str:
        """The SAM CLI. Raises Trouble."""
        own = self.root / ".venv-sam" / "bin" / "sam"
        found = shutil.which("sam") or (str(own) if own.exists() else None)
        if found is None:
            raise Trouble(
                "no SAM CLI: run `make relay`, which installs it, or install it yourself (pipx install aws-sam-cli)"
            )
        return found

    def build(self, out: Out) -> None:
        """Build the functions. Raises Trouble."""
        self._run(["bash", "-c", _BUILD, self.sam()], "sam build", out)

    def deploy(self, name: str, options: Sequence[str], parameters: Mapping[str, str], out: Out) -> None:
        """Make or update the stack; `options` say where, and parameters not named stay as they are. Raises Trouble."""
        command = [self.sam(), "deploy", "--config-file", str(self.root / "samconfig.yaml"), "--stack-name", name]
        command += [*options, "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--parameter-overrides"]
        command += [f'{parameter}="{value}"' for parameter, value in parameters.items()]
        self._run(command, "sam deploy", out)

    def remembered(self) -> dict[str, Any]:
        """What was answered the last time: `last`, a stack's name, and `stacks`, the answers of each."""
        try:
            kept = json.loads((self.root / ANSWERS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}
        sound = isinstance(kept, dict) and isinstance(kept.get("stacks"), dict)
        return kept if sound else {"last": None, "stacks": {}}

    def remember(self, name: str, answers: Mapping[str, Any]) -> None:
        """Keep the answers for the next time."""
        kept = self.remembered()
        kept["last"] = name
        kept["stacks"][name] = dict(answers)
        file = self.root / ANSWERS
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")

    def _run(self, command: Sequence[str], title: str, out: Out) -> None:
        """Run a program in the checkout; what it says goes to stderr."""
        out.aside(f"--- {title}")
        # At a terminal it writes there itself, so that its progress is seen as it comes.
        shown = sys.stderr if sys.stderr.isatty() else subprocess.PIPE
        with subprocess.Popen(  # noqa: S603 - the operator's own sam, with values that were checked
            command, cwd=self.root, stdout=shown, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
        ) as program:
            for line in program.stdout or ():
                out.aside(line.rstrip("\n").expandtabs())
        if program.returncode:
            raise Trouble(
                f"`{title}` ended with exit code {program.returncode}: see its words above. Fix that and run the same"
                " command again; nothing was lost"
            )


def find(given: Path | None) -> Checkout:
    """The checkout: the given folder, this one, or the one that `relay` is installed from. Raises Trouble."""
    tried = [given] if given else [Path.cwd(), Path(__file__).resolve().parents[1]]
    for folder in tried:
        if (folder / "template.yaml").is_file() and (folder / "src" / "Makefile").is_file():
            return Checkout(folder.resolve())
    raise Trouble("no checkout of this project: run it in one, or name it with --checkout")
