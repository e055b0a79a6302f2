"""A program at a terminal, whose every question is answered with Enter but for those that are named."""

import os
import pty
import re
import select
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bounds import BOUND

_QUESTION = re.compile(r"[:?] ?$")
_QUIET = 0.5  # seconds without a letter after a colon: it waits for an answer


def answered(command: Sequence[str | Path], folder: Path, answers: Mapping[str, str]) -> tuple[int, str]:
    """The exit code and all that was shown; `answers` are given where a question holds their word."""
    leader, follower = pty.openpty()
    program = subprocess.Popen(
        command, cwd=folder, stdin=follower, stdout=follower, stderr=follower, env={**os.environ, "COLUMNS": "400"}
    )
    os.close(follower)
    shown = ""
    waited = 0.0
    while waited < BOUND:
        if not select.select([leader], [], [], _QUIET)[0]:
            waited += _QUIET
            if program.poll() is not None:
                break
            line = shown.rpartition("\n")[2]
            if _QUESTION.search(line):
                os.write(leader, f"{next((text for word, text in answers.items() if word in line), '')}\n".encode())
            continue
        waited = 0.0
        try:
            text = os.read(leader, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not text:
            break
        shown += text.decode(errors="replace").replace("\r", "")
    os.close(leader)
    return program.wait(BOUND), shown
