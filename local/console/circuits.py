"""The circuits in the ledger's table: which are open, since when and why; and how not to wait for the next probe."""

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from moto.dynamodb.models import dynamodb_backends

from local.template import ACCOUNT, REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PARTITION, _CIRCUIT, _ANSWERS = "circuit", "circuit#", "answers#"


def look(table: str) -> dict[str, dict[str, Any]]:
    """The open circuits of each destination, and whether its empty answers count as delivered.

    Read where moto keeps them, for the page looks often.
    """
    found: dict[str, dict[str, Any]] = {}
    for said in _items(table):
        what = str(said["what"])
        destination, _, group = what.partition("#")[2].partition("#")
        place = found.setdefault(destination, {"open": [], "empty_counts": False})
        if what.startswith(_ANSWERS):
            place["empty_counts"] = said.get("empty") == "delivered"
        elif what.startswith(_CIRCUIT) and _is_open(said):
            place["open"].append(
                {
                    "group": unquote(group),
                    "since": float(said["opened_at"]),
                    "why": said.get("why", ""),
                    "understood": said.get("stage") == "1",
                    "probes": int(said.get("probes", 0)),
                    "next_at": float(said.get("next_probe_at", 0)),
                }
            )
    return found


def make_due(client: "DynamoDBClient", table: str, destination: str) -> None:
    """The next probe of each open circuit of that destination is due now, unless it was or a run is changing it.

    A circuit that is due already is not written: each write makes a run that changes the circuit try again, and it
    gives up after three.
    """
    now = time.time()
    for said in _items(table):
        due = float(said.get("next_probe_at", 0)) <= now
        if said["what"].startswith(f"{_CIRCUIT}{destination}#") and _is_open(said) and not due:
            try:
                client.update_item(
                    TableName=table,
                    Key={"event_id": {"S": _PARTITION}, "what": {"S": said["what"]}},
                    UpdateExpression="SET next_probe_at = :now, version = version + :one",
                    ConditionExpression="version = :read",
                    ExpressionAttributeValues={
                        ":now": {"N": f"{now:.3f}"},
                        ":one": {"N": "1"},
                        ":read": {"N": said["version"]},
                    },
                )
            except client.exceptions.ConditionalCheckFailedException:
                continue


def _items(table: str) -> list[dict[str, str]]:
    """What is under the circuits' partition, each attribute as text."""
    items = dynamodb_backends[ACCOUNT][REGION].tables[table].items
    found = [item for key, entries in list(items.items()) if _text(key) == _PARTITION for item in entries.values()]
    return [{name: str(value.value) for name, value in item.attrs.items()} for item in found]


def _text(key: Any) -> str:
    return str(key.value if hasattr(key, "value") else key)


def _is_open(said: dict[str, str]) -> bool:
    return float(said.get("opened_at", 0)) > float(said.get("closed_at", 0))
