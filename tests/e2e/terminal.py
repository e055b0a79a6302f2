"""A person at a terminal: `python terminal.py ANSWERS COMMAND...` runs the command there and answers its prompts.

ANSWERS is a JSON object of a part of a prompt to the answer, given once; whatever else is asked gets Enter. A prompt is
what the terminal shows on a line that has not ended. All of it goes to stdout; the exit code is the command's.
"""

import json
import os
import pty
import sys

answers, command = json.loads(sys.argv[1]), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
shown, answered = "", 0
while True:
    try:
        read = os.read(terminal, 4_096)
    except OSError:  # Linux says so when the other side is gone
        break
    if not read:
        break
    shown += read.decode(errors="replace")
    line = shown[answered:].rpartition("\n")[2]
    if line.endswith((": ", "[y/N] ", "[Y/n] ")):
        answered = len(shown)
        part = next((part for part in answers if part in line), None)
        os.write(terminal, f"{answers.pop(part, '')}\n".encode())
sys.stdout.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
