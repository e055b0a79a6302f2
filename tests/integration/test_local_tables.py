"""The local endpoint's DynamoDB against the rules of its developer guide, where moto alone breaks them."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models.table import Table

from local import aws
from tests.bounds import BOUND


def test_of_two_writers_with_one_condition_one_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    get_item = Table.get_item
    writing: list[Future[object]] = []
    looks = count()
    with aws.serving(0) as endpoint, ThreadPoolExecutor(1) as threads:
        client = aws.client("dynamodb", endpoint)
        client.create_table(
            TableName="written",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.put_item(TableName="written", Item={"id": {"S": "a"}, "version": {"N": "1"}})
        update: Any = {
            "TableName": "written",
            "Key": {"id": {"S": "a"}},
            "UpdateExpression": "SET version = :two",
            "ConditionExpression": "version = :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}, ":two": {"N": "2"}},
        }

        def another_writes_meanwhile(table: Table, *asked: Any, **named: Any) -> Any:
            found = get_item(table, *asked, **named)
            if (
                next(looks) == 1
            ):  # 0: what the answer may have to tell about the item before; 1: what the condition is of
                other = {"id": {"S": "a"}, "version": {"N": "3"}}
                condition: Any = {name: update[name] for name in ("TableName", "ConditionExpression")}
                values = {":one": {"N": "1"}}
                writing.append(
                    threads.submit(client.put_item, Item=other, ExpressionAttributeValues=values, **condition)
                )
                wait(writing, timeout=0.5)  # it cannot end before the first does, but moto alone lets it
            return found

        monkeypatch.setattr(Table, "get_item", another_writes_meanwhile)
        client.update_item(**update)
        with pytest.raises(ClientError, match="ConditionalCheckFailed"):
            writing[0].result(timeout=BOUND)
        client.close()
