"""What the command line says of circuits, and how it reads and closes them in a table of DynamoDB's form."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws

from pipeline.delivery.circuit import Circuit
from relay import circuits
from relay.circuits import Answers, Known, known, next_probe, state, told
from relay.deployment import Deployment
from relay.doctor.circuit_checks import answer_findings
from relay.errors import Trouble

NOW = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC
OPEN = Circuit(version=7, opened_at=NOW - 750, probes=3, next_probe_at=NOW + 150, why="a 2xx without a body")
KEYS: dict[str, Any] = {
    "KeySchema": [
        {"AttributeName": "event_id", "KeyType": "HASH"},
        {"AttributeName": "what", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "event_id", "AttributeType": "S"},
        {"AttributeName": "what", "AttributeType": "S"},
    ],
}


def item(what: str, expires: float = NOW + 86_400, **said: Any) -> dict[str, Any]:
    """An item as deliveries write it."""
    made: dict[str, Any] = {"event_id": {"S": "circuit"}, "what": {"S": what}, "expires": {"N": str(int(expires))}}
    return made | {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in said.items()}


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with mock_aws(), patch("relay.ledger_table.now", lambda: NOW):
        session = boto3.Session("test", "test", region_name="us-east-1")
        client = session.client("dynamodb")
        client.create_table(TableName="ledger", BillingMode="PAY_PER_REQUEST", **KEYS)
        yield Deployment(
            name="stack",
            stack_id="id",
            created=datetime.fromtimestamp(NOW, UTC),
            parameters={},
            outputs={"LedgerTableName": "ledger"},
            local=False,
            session=session,
            clients={"dynamodb": client},
        )


def put(deployment: Deployment, *items: dict[str, Any]) -> None:
    for one in items:
        deployment.client("dynamodb").put_item(TableName="ledger", Item=one)


def test_a_circuit_is_read_as_deliveries_write_it() -> None:
    said = item("circuit#roku#a%23b%2525", version=7, opened_at=NOW - 750, probes=3, next_probe_at=NOW + 150)
    one = known(said | {"why": {"S": "a 2xx without a body"}})
    assert (one.destination, one.group, one.circuit) == ("roku", "a#b%25", OPEN)
    assert isinstance(one.circuit.probes, int)


def test_open_circuits_come_first_and_what_has_expired_is_passed_over(deployment: Deployment) -> None:
    put(
        deployment,
        item("circuit#roku#a", version=1, opened_at=0),
        item("circuit#roku#b", version=1, opened_at=NOW - 5),
        item("circuit#roku#gone", NOW, version=1, opened_at=NOW - 5),
        item("answers#roku", empty="delivered", at=int(NOW) - 9),
        item("delivered#roku#g#PURCHASE", at=int(NOW)),  # of an event whose id is "circuit"
    )
    found = circuits.look(deployment)
    assert [(one.group, one.circuit.is_open) for one in found.circuits] == [("b", True), ("a", False)]
    assert found.empty_since == {"roku": NOW - 9}


def test_an_open_circuit_says_since_when_why_and_what_comes_next() -> None:
    assert told(Known("roku", "shop", "", OPEN), NOW) == (
        "open since 2023-11-14 22:00:50 UTC (12 min 30 s): a 2xx without a body; 3 probes so far,"
        " the next is due in 2 min 30 s"
    )
    assert "1 probe so far" in told(Known("roku", "shop", "", Circuit(opened_at=NOW, probes=1)), NOW)


@pytest.mark.parametrize(
    ("circuit", "word", "coming"),
    [
        (Circuit(), "closed", ""),
        (Circuit(suspect_at=NOW - 3), "one answer lost", ""),
        (OPEN, "open", "the next is due in 2 min 30 s"),
        (Circuit(opened_at=NOW - 60, next_probe_at=NOW), "open", "the next is due now"),
        (
            Circuit(opened_at=NOW - 60, stage=1, next_probe_at=NOW - 1),
            "half open",
            "up to 50 events are due now",
        ),
    ],
)
def test_the_state_of_a_circuit_in_words(circuit: Circuit, word: str, coming: str) -> None:
    assert (state(circuit), next_probe(circuit, NOW)) == (word, coming)


def test_closing_writes_what_a_run_would_and_keeps_the_rest(deployment: Deployment) -> None:
    put(deployment, item("circuit#roku#g", version=4, opened_at=NOW - 60, stage=1, probes=2, why="lost", unread_at=5))
    (one,) = circuits.look(deployment).circuits
    assert circuits.close(deployment, one, NOW)
    (after,) = circuits.look(deployment).circuits
    assert after.circuit == Circuit(version=5, closed_at=NOW, probes=2, why="lost", unread_at=5)
    assert not circuits.close(deployment, one, NOW)  # it is closed already


def test_a_clock_that_is_ahead_closes_no_circuit_for_the_time_to_come(deployment: Deployment) -> None:
    put(deployment, item("circuit#roku#g", version=1, opened_at=NOW - 60))
    (one,) = circuits.look(deployment).circuits
    answer = {"ResponseMetadata": {"HTTPHeaders": {"date": "Tue, 14 Nov 2023 22:13:25 GMT"}}}
    there = deployment.client("dynamodb").get_item
    with patch.object(deployment.client("dynamodb"), "get_item", lambda **asked: there(**asked) | answer):
        circuits.close(deployment, one, NOW + 9_999)
    (after,) = circuits.look(deployment).circuits
    assert after.circuit.closed_at == NOW + 5


def test_closing_is_on_condition_that_nobody_wrote_meanwhile(deployment: Deployment) -> None:
    put(deployment, item("circuit#roku#g", version=4, opened_at=NOW - 60))
    (one,) = circuits.look(deployment).circuits
    client, asked = deployment.client("dynamodb"), []
    update = client.update_item

    def late(**call: Any) -> Any:
        asked.append(call)
        if len(asked) == 1:  # a run claims a probe between the look and the write
            put(deployment, item("circuit#roku#g", version=5, opened_at=NOW - 60, probes=1))
        return update(**call)

    with patch.object(client, "update_item", late):
        assert circuits.close(deployment, one, NOW)
    assert len(asked) == 2
    (after,) = circuits.look(deployment).circuits
    assert (after.circuit.version, after.circuit.probes, after.circuit.is_open) == (6, 1, False)


def test_a_circuit_that_keeps_changing_is_told(deployment: Deployment) -> None:
    put(deployment, item("circuit#roku#g", version=4, opened_at=NOW - 60))
    (one,) = circuits.look(deployment).circuits
    client = deployment.client("dynamodb")
    update, version = client.update_item, iter(range(5, 100))

    def late(**call: Any) -> Any:
        put(deployment, item("circuit#roku#g", version=next(version), opened_at=NOW - 60))
        return update(**call)

    with patch.object(client, "update_item", late), pytest.raises(Trouble, match="try again"):
        circuits.close(deployment, one, NOW)


def test_an_operators_word_is_written_read_and_taken_back(deployment: Deployment) -> None:
    circuits.count_empty(deployment, "roku", NOW)
    written = deployment.client("dynamodb").get_item(
        TableName="ledger", Key={"event_id": {"S": "circuit"}, "what": {"S": "answers#roku"}}
    )["Item"]
    assert written["empty"] == {"S": "delivered"}
    assert written["at"] == {"N": str(int(NOW))}
    assert int(written["expires"]["N"]) > NOW + 50 * 365 * 86_400  # good until it is taken back
    assert circuits.look(deployment).empty_since == {"roku": NOW}
    assert circuits.no_longer_count_empty(deployment, "roku")
    assert not circuits.no_longer_count_empty(deployment, "roku")
    assert circuits.look(deployment).empty_since == {}


def test_doctor_names_the_open_circuit_and_the_word_that_is_given() -> None:
    found = answer_findings(Answers([Known("roku", "shop", "", OPEN), Known("roku", "b", "", Circuit())], {}), NOW)
    (finding,) = found
    assert (finding.level, finding.check) == ("problem", "roku circuit")
    assert finding.text.startswith("shop: open since 2023-11-14 22:00:50 UTC (12 min 30 s): a 2xx without a body")
    assert "relay circuit close shop" in finding.fix
    (finding,) = answer_findings(Answers([], {"roku": NOW}), NOW)
    assert (finding.level, finding.check) == ("warning", "roku answers")
    assert "--undo" in finding.fix
    (finding,) = answer_findings(Answers([Known("roku", "b", "", Circuit())], {}), NOW)
    assert (finding.level, finding.text) == ("ok", "none of 1 is open")
