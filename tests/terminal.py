"""A person at a terminal, who answers a program's prompts.

A prompt is what the terminal shows on a line that has not ended. The file is also the program that makes the terminal:
a process with threads, as pytest's is, must not fork by itself.
"""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_PROMPTS = (": ", "[y/N] ", "[Y/n] ")


def answered(
    command: Sequence[str | Path],
    answers: Mapping[str, str],
    *,
    seconds: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """The exit code of the command and all that the terminal showed; TimeoutExpired if it takes longer.

    `answers` are by a part of their prompt, each given once; whatever else is asked gets Enter.
    """
    program = [sys.executable, "-P", __file__, json.dumps(answers), *command]
    done = subprocess.run(program, cwd=cwd, env=env, check=False, capture_output=True, text=True, timeout=seconds)
    return done.returncode, done.stdout


def _main(answers: dict[str, str], command: list[str]) -> int:
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    shown, answered = "", 0
    while True:
        try:
            read = os.read(terminal, 65_536)
        except OSError:  # Linux says so when the other side is gone
            break
        if not read:
            break
        shown += read.decode(errors="replace")
        line = shown[answered:].rpartition("\n")[2]
        if line.endswith(_PROMPTS):
            answered = len(shown)
            part = next((part for part in answers if part in line), None)
            os.write(terminal, f"{answers.pop(part, '') if part else ''}\n".encode())
    sys.stdout.write(shown)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    sys.exit(_main(json.loads(sys.argv[1]), sys.argv[2:]))
