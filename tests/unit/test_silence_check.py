"""The hourly check as Lambda calls it: what it asks, remembers and tells; and what `relay silence` shows of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from handlers import clients, silence
from pipeline.intake import quality
from pipeline.intake.received import Received
from pipeline.silence import asking, memory
from pipeline.silence.rhythm import UNKNOWN
from pipeline.silence.stream import COUNT, Stream
from relay.deployment import Deployment
from relay.errors import Trouble
from relay.printing import Out
from relay.senders import silence as verb
from roku.vocabulary import EVENT_NAMES
from tests.unit.conversions import conversion, outcome
from tests.unit.test_relay_circuits import KEYS

NOW = 490_000  # hours since the epoch
CONTEXT = SimpleNamespace(aws_request_id="r-1")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A table, an Insights that knows the given rows, and a topic."""
    with mock_aws():
        table = boto3.client("dynamodb", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        table.create_table(TableName="ledger", BillingMode="PAY_PER_REQUEST", **KEYS)
        logs, sns = Mock(), Mock()
        logs.start_query.return_value = {"queryId": "q"}
        logs.get_query_results.return_value = {"status": "Complete", "results": []}
        found = SimpleNamespace(table=table, logs=logs, sns=sns, hour=NOW)
        monkeypatch.setattr(clients, "dynamodb", lambda: table)
        monkeypatch.setattr(clients, "logs", lambda: logs)
        monkeypatch.setattr(clients, "sns", lambda: sns)
        monkeypatch.setattr(clients, "now", lambda: found.hour * 3_600 + 420.0)
        for name, value in {
            "LEDGER_TABLE": "ledger",
            "INGEST_LOG_GROUP": "group",
            "WATCHED_DESTINATION": "roku",
            "ALARM_TOPICS": ",arn:topic",
            "POWERTOOLS_SERVICE_NAME": "ads",
            "POWERTOOLS_METRICS_NAMESPACE": "Relay",
        }.items():
            monkeypatch.setenv(name, value)
        yield found


def _came(world: SimpleNamespace, *rows: dict[str, str]) -> None:
    cells = [[{"field": field, "value": value} for field, value in row.items()] for row in rows]
    world.logs.get_query_results.return_value = {"status": "Complete", "results": cells}


def _row(hour: int, count: int, **more: str) -> dict[str, str]:
    at = datetime.fromtimestamp(hour * 3_600, UTC).strftime("%Y-%m-%d %H:%M:%S.000")
    return {"hour": at, "sender": "shop", "event_names": "PURCHASE", COUNT: str(count), **more}


def _learned(world: SimpleNamespace, end: int, sender: str = "shop") -> None:
    stream = Stream(end - 28 * 24, [100] * (28 * 24))
    stream.kinds = {kind: [90 if kind == "em" else 0] * (28 * 24) for kind in stream.kinds}
    world.table.put_item(TableName="ledger", Item=memory.item(sender, "PURCHASE", stream))


def _kept(world: SimpleNamespace) -> dict[tuple[str, str], Stream]:
    return {memory.named(item): memory.stream(item) for item in world.table.scan(TableName="ledger")["Items"]}


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_new_sender_is_remembered_from_its_first_hour(world: SimpleNamespace) -> None:
    _came(world, _row(NOW - 1, 7, em="5"))
    silence.handler({}, CONTEXT)
    (stream,) = _kept(world).values()
    assert (stream.first, stream.counts, stream.kinds["em"]) == (NOW - 1, [7], [5])
    asked = world.logs.start_query.call_args.kwargs
    assert (asked["startTime"], asked["endTime"]) == ((NOW - 1) * 3_600, NOW * 3_600 - 1)
    assert "destination = 'roku'" in asked["queryString"]
    assert "sum(`of_PURCHASE`) as of_PURCHASE" in asked["queryString"]
    assert len(asked["queryString"]) < 10_000  # CloudWatch's limit


def test_who_falls_silent_is_named_in_the_message_and_the_metric_says_how_many(
    world: SimpleNamespace, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    _learned(world, NOW - 1)
    silence.handler({}, CONTEXT)
    (call,) = world.sns.publish.call_args_list
    assert call.kwargs["TopicArn"] == "arn:topic"
    assert call.kwargs["Subject"] == "ads: fewer conversions than usual from shop"
    assert "shop, PURCHASE: 0 conversions in the last hour, where 100.0 are usual." in call.kwargs["Message"]
    told, blob = vars(caplog.records[-1]), _lines(capsys)[-1]
    assert (told["message"], told["sender"], told["what"]) == ("fell", "shop", COUNT)
    assert (blob["SendersFell"], blob["destination"]) == ([1.0], "roku")
    world.hour += 1  # it goes on, is counted, and is not told again
    silence.handler({}, CONTEXT)
    assert world.sns.publish.call_count == 1
    assert _lines(capsys)[-1]["SendersFell"] == [1.0]


def test_a_share_that_falls_is_told(world: SimpleNamespace) -> None:
    _learned(world, NOW - 1)
    _came(world, _row(NOW - 1, 100, em="0"))
    silence.handler({}, CONTEXT)
    said = world.sns.publish.call_args.kwargs["Message"]
    assert "shop, PURCHASE: 0 conversions with an e-mail address in the last hour, where 90.0 are usual." in said


def test_an_hour_is_checked_once(world: SimpleNamespace) -> None:
    _learned(world, NOW)
    silence.handler({}, CONTEXT)
    assert not world.logs.start_query.called


def test_hours_that_were_missed_are_read_again_and_those_before_a_day_are_unknown(world: SimpleNamespace) -> None:
    _learned(world, NOW - 30)
    _came(world, *(_row(NOW - back, 100, em="90") for back in range(1, 25)))
    silence.handler({}, CONTEXT)
    (stream,) = _kept(world).values()
    assert stream.counts[-30:] == [UNKNOWN] * 6 + [100] * 24
    assert world.logs.start_query.call_args.kwargs["startTime"] == (NOW - 24) * 3_600
    assert not world.sns.publish.called


@pytest.mark.parametrize(
    "answer", [{"status": "Failed", "results": []}, {"status": "Complete", "results": [[]] * asking.MOST_ROWS}]
)
def test_without_a_whole_answer_nothing_is_learned_and_the_run_fails(
    world: SimpleNamespace, answer: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    _learned(world, NOW - 1)
    before = _kept(world)
    world.logs.get_query_results.return_value = answer
    with pytest.raises(silence.CheckFailed):
        silence.handler({}, CONTEXT)
    assert _kept(world)["shop", "PURCHASE"].end == before["shop", "PURCHASE"].end
    assert vars(caplog.records[-1])["error"] == "Unanswered"


def test_a_topic_that_refuses_costs_nothing_of_what_was_learned(world: SimpleNamespace) -> None:
    _learned(world, NOW - 1)
    world.sns.publish.side_effect = ClientError({"Error": {"Code": "AuthorizationError"}}, "Publish")
    silence.handler({}, CONTEXT)
    assert _kept(world)["shop", "PURCHASE"].end == NOW


def test_posts_of_several_names_are_watched_by_their_shares_alone(world: SimpleNamespace) -> None:
    stream = Stream(NOW - 1 - 28 * 24, [100] * (28 * 24))
    world.table.put_item(TableName="ledger", Item=memory.item("shop", asking.SEVERAL, stream))
    silence.handler({}, CONTEXT)
    assert not world.sns.publish.called


# --- what ingest writes for it ----------------------------------------------------------------------------------------


def _received(*names: str) -> Received:
    received = Received("g", len(names), [{}] * len(names))
    for index, name in enumerate(names):
        received.events[index] = outcome(conversion(event_name=name))  # type: ignore[assignment]
    return received


def test_a_line_says_its_event_names_and_of_several_how_many_of_each() -> None:
    assert quality.names(_received("PURCHASE", "PURCHASE"), EVENT_NAMES) == {"event_names": "PURCHASE"}
    assert quality.names(_received("PURCHASE", "LEAD", "PURCHASE"), EVENT_NAMES) == {
        "event_names": "LEAD, PURCHASE",
        "of_LEAD": 1,
        "of_PURCHASE": 2,
    }
    assert quality.names(_received(), EVENT_NAMES) == {}


def test_a_name_of_a_senders_own_is_not_in_the_line() -> None:
    received = _received("PURCHASE")
    received.events[0] = received.events[0]._replace(event_name="Jane Doe")
    assert quality.names(received, EVENT_NAMES) == {"event_names": "custom"}


# --- relay silence ----------------------------------------------------------------------------------------------------


def _deployment(world: SimpleNamespace, **parameters: str) -> Deployment:
    return Deployment(
        name="ads",
        stack_id="id",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        parameters=parameters,
        outputs={"LedgerTableName": "ledger"},
        local=False,
        session=Mock(),
        clients={"dynamodb": world.table},
    )


def test_relay_shows_who_fell_and_learns_again_whose_fall_is_meant(
    world: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    _learned(world, NOW - 1)
    silence.handler({}, CONTEXT)
    capsys.readouterr()
    deployment, out = _deployment(world, WatchSenders="true"), Out(as_json=True)
    assert verb.silence(deployment, out) == 1
    (one,) = json.loads(capsys.readouterr().out)["senders"]
    assert (one["sender"], one["state"], round(one["usual_a_day"])) == ("shop", "fell", 2_400)
    assert one["fell"][COUNT]["left"] == 0
    assert verb.silence(deployment, out, accept="shop") == 0
    capsys.readouterr()
    assert verb.silence(deployment, out) == 0
    assert json.loads(capsys.readouterr().out) == {"senders": [], "fallen": 0}
    with pytest.raises(Trouble, match="nothing is known of a sender shop"):
        verb.silence(deployment, out, accept="shop")


def test_relay_says_how_to_switch_it_on(world: SimpleNamespace) -> None:
    with pytest.raises(Trouble, match="WatchSenders=true"):
        verb.silence(_deployment(world, WatchSenders="false"), Out())
