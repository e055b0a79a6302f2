"""The circuits of a stack, as the deliveries keep them in the ledger's table: read, told in words, and closed.

All of them are under one partition key, so one query finds them: `circuit#DESTINATION#GROUP` for each event group, and
`answers#DESTINATION` for an operator's word that a success without a body counts as delivered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from pipeline.delivery.circuit import Circuit
from pipeline.delivery.table import Item
from relay.deployment import Deployment
from relay.errors import Trouble, code
from relay.ledger_table import fresh, needed, query
from relay.printing import age, moment

NO_TABLE = (
    "this stack has no table (LedgerDays=0), so that each process of the function keeps its circuits to itself, and an"
    " operator's word has no place: deploy with LedgerDays of 1 or more"
)
_PARTITION, _CIRCUIT, _ANSWERS = "circuit", "circuit#", "answers#"
_NEVER = 4_102_444_800  # epoch seconds of the year 2100: an operator's word is good until it is taken back
_KINDS: dict[Any, Any] = {int: int, float: float, str: str}
_TRIES = 5  # a run may write in between, once a probe


@dataclass(frozen=True, slots=True)
class Known:
    """The circuit of one destination and event group; `what` is its key in the table."""

    destination: str
    group: str
    what: str
    circuit: Circuit


@dataclass(frozen=True, slots=True)
class Answers:
    """What the table knows of destinations' answers: circuits, and whose empty successes count as delivered."""

    circuits: Sequence[Known]
    empty_since: dict[str, float]


def look(deployment: Deployment) -> Answers:
    """All circuits, open ones first, then by name. Raises Trouble if the stack has no table."""
    _table(deployment)
    items = list(fresh(query(deployment, _PARTITION, ConsistentRead=True)))
    found = [known(item) for item in items if item["what"]["S"].startswith(_CIRCUIT)]
    empty = {
        item["what"]["S"].removeprefix(_ANSWERS): float(item.get("at", {}).get("N", 0))
        for item in items
        if item["what"]["S"].startswith(_ANSWERS) and item.get("empty", {}).get("S") == "delivered"
    }
    found.sort(key=lambda one: (not one.circuit.is_open, one.destination, one.group))
    return Answers(found, empty)


def known(item: Item) -> Known:
    """The circuit of an item of the table; a number that it lacks is 0."""
    what = str(item["what"]["S"])
    destination, _, group = what.removeprefix(_CIRCUIT).partition("#")
    said = {name: next(iter(value.values())) for name, value in item.items()}
    given = {field.name: _KINDS[field.type](said[field.name]) for field in fields(Circuit) if field.name in said}
    return Known(destination, unquote(group), what, Circuit(**given))


def state(circuit: Circuit) -> str:
    """The state in a word or a few."""
    if circuit.is_open:
        return "half open" if circuit.stage else "open"
    return "one answer lost" if circuit.suspect_at else "closed"


def told(one: Known, at: float) -> str:
    """An open circuit in one line: since when, why, probes so far and when the next is due."""
    circuit = one.circuit
    probes = f"{circuit.probes} probes so far" if circuit.probes != 1 else "1 probe so far"
    since = f"open since {moment(circuit.opened_at)} UTC ({age(at - circuit.opened_at)})"
    return f"{since}: {circuit.why or 'no reason noted'}; {probes}, {next_probe(circuit, at)}"


def next_probe(circuit: Circuit, at: float) -> str:
    """When the next request of an open circuit may go out; nothing of a closed one."""
    if not circuit.is_open:
        return ""
    left = circuit.next_probe_at - at
    when = f"in {age(left)}" if left >= 1 else "now"
    return f"up to 50 events are due {when}" if circuit.stage else f"the next is due {when}"


def close(deployment: Deployment, one: Known, at: float) -> bool:
    """Close a circuit on an operator's word, and return whether it was open. Raises Trouble if runs keep changing it.

    The write is conditional on the version that was read, as every change of a circuit is. By a clock that is ahead it
    would be closed until then, whatever answers come: AWS's own counts.
    """
    table, client = _table(deployment), deployment.client("dynamodb")
    key = {"event_id": {"S": _PARTITION}, "what": {"S": one.what}}
    for _ in range(_TRIES):
        answer = client.get_item(TableName=table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        if item is None or not known(item).circuit.is_open:
            return False
        try:
            client.update_item(
                TableName=table,
                Key=key,
                UpdateExpression="SET opened_at = :no, stage = :no, closed_at = :now, version = version + :one",
                ConditionExpression="version = :read",
                ExpressionAttributeValues={
                    ":no": {"N": "0"},
                    ":one": {"N": "1"},
                    ":now": {"N": str(_within(answer, at))},
                    ":read": item["version"],
                },
            )
        except ClientError as error:
            if code(error) != "ConditionalCheckFailedException":
                raise
        else:
            return True
    raise Trouble("deliveries keep changing this circuit: try again in a moment")


def count_empty(deployment: Deployment, destination: str, at: float) -> None:
    """Note that this destination's success without a body counts as delivered. Raises Trouble without a table."""
    deployment.client("dynamodb").put_item(
        TableName=_table(deployment),
        Item=_answers(destination)
        | {"empty": {"S": "delivered"}, "at": {"N": str(int(at))}, "expires": {"N": str(_NEVER)}},
    )


def no_longer_count_empty(deployment: Deployment, destination: str) -> bool:
    """Take that word back, and return whether it was there. Raises Trouble without a table."""
    answer = deployment.client("dynamodb").delete_item(
        TableName=_table(deployment), Key=_answers(destination), ReturnValues="ALL_OLD"
    )
    return "Attributes" in answer


def _within(answer: Any, at: float) -> float:
    """`at`, or the moment of AWS's answer if that is earlier."""
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return at if date is None else min(at, parsedate_to_datetime(date).timestamp())


def _answers(destination: str) -> dict[str, dict[str, str]]:
    return {"event_id": {"S": _PARTITION}, "what": {"S": f"{_ANSWERS}{destination}"}}


def _table(deployment: Deployment) -> str:
    return needed(deployment, NO_TABLE)
