"""Run in a checkout that has the pinboard: posts through its local stack, and prints as JSON what became of that."""

import json
import sys
import time

import requests

import destinations
from local.choices import Choices
from local.dead_letters import DeadLetter, peek
from local.stack import Stack
from relay import questions
from relay.deployment import Where, connect
from relay.destinations import shown
from relay.doctor import checks
from relay.letters import letter_queue

EVENTS = [{"event_id": "good-1", "event_name": "PURCHASE"}, {"event_id": "bad-1", "event_name": "TORN"}]


def letters(stack: Stack) -> list[DeadLetter]:
    """The pinboard's dead letters."""
    return peek(stack.deployment.names["PinboardDeadLetterQueue.Arn"])


def operated(stack: Stack) -> dict[str, object]:
    """What `relay doctor` and `relay dlq` say of the pinboard."""
    deployment = connect(Where(local=True, local_endpoint=stack.aws_endpoint))
    (pinboard,) = deployment.destinations("pinboard")
    found = shown("pinboard").look(deployment, [], [], None) + checks.queues(deployment, pinboard)
    known = [(letter.destination, letter.event_names()) for letter in letter_queue.look(deployment, pinboard)]
    return {"doctor": [(one.level, one.check) for one in found], "dlq": known}


def main(seconds: float) -> None:
    """Wait at most so long for the delivery."""
    wanted = {"DeliverToPinboard": "true", "PinboardColour": "red"}
    with Stack(Choices.free(window=0, parameters=wanted)) as stack:
        answer = requests.post(
            f"{stack.url}/v1/events",
            json={"event_group_id": "g", "events": EVENTS},
            headers={"Authorization": f"Bearer {stack.choices.key}"},
            timeout=seconds,
        )
        ends = time.monotonic() + seconds
        while not (stack.sandboxes["pinboard"].events() and letters(stack)) and time.monotonic() < ends:
            time.sleep(0.05)
        told = {
            "status": answer.status_code,
            "answer": answer.json(),
            "taken": [event["event"] for event in stack.sandboxes["pinboard"].events()],
            "letters": [(letter.event_id, letter.event_name, letter.reason) for letter in letters(stack)],
            "console": [lane.name for lane in stack.console.observer.lanes],
            "outputs": sorted(name for name in stack.outputs() if name.startswith("Pinboard")),
            "deploy asks": questions.WORDS,
            "key prompt": shown("pinboard").prompt,
            "destinations": destinations.NAMES,
        } | operated(stack)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(float(sys.argv[1]))
