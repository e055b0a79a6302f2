"""What a destination rejected, for `relay tail`: the log holds no ids and no words of others, the dead letters do."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.values.json_objects import json_object
from relay.deployment import Deployment, Destination
from relay.letters.dead_letters import Letter
from relay.letters.letter_queue import depth, look
from relay.log_lines import total

REJECTED = "rejected"
# To look hides dead letters from others for moments, and asks SQS once for ten of them.
MOST = 1_000

Line = tuple[int, str, str]  # epoch milliseconds, the function, the message


def rejected(deployment: Deployment, lines: Iterable[Line], start: int, seen: dict[str, int]) -> Iterator[Line]:
    """The dead letters since `start` (epoch milliseconds), of destinations of which these lines count any.

    `seen` has what was told before. Where there are over a thousand, none is named.
    """
    at = {name: moment for moment, name, message in lines if _counts_any(message)}
    for one in deployment.destinations() if at else ():
        name = f"deliver-{one.name}"
        if name in at:
            yield from _of(deployment, one, at[name], start, seen)


def words(told: dict[str, Any]) -> str:
    """A dead letter in plain words."""
    status = f" ({told['status']})" if told["status"] not in ("", "none") else ""
    return f"{told['event_id'] or 'a message'} is rejected by {told['destination']}: {told['reason']}{status}"


def _of(deployment: Deployment, destination: Destination, at: int, start: int, seen: dict[str, int]) -> Iterator[Line]:
    name = f"deliver-{destination.name}"
    count = depth(deployment.client("sqs"), destination.dead_letters_url)["visible"]
    if count > MOST:
        text = f"about {count:,} dead letters at {destination.name}, too many to name: relay dlq list"
        yield at, name, json.dumps({"message": text})
        return
    for letter in look(deployment, destination):
        moment, known = int(letter.at * 1000), f"letter {letter.message_id}"
        if known not in seen and moment + 999 >= start:  # a letter's time is in whole seconds
            seen[known] = moment
            yield from ((moment, name, json.dumps({REJECTED: one}, ensure_ascii=False)) for one in _told(letter))


def _told(letter: Letter) -> list[dict[str, Any]]:
    shared = {"event_group_id": letter.group, "destination": letter.destination}
    shared |= {"reason": letter.reason, "status": letter.status}
    return [{"event_id": event_id, **shared} for event_id in [one.event_id for one in letter.events] or [""]]


def _counts_any(message: str) -> bool:
    return bool(total((json_object(message) or {}).get("DeadLettered", 0)))
