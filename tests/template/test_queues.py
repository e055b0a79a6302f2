"""Times and limits of the queues, of the event source mapping and of the code fit together."""

from typing import Any

import pytest

from local.functions import functions
from local.template import Template
from pipeline.answers import statuses
from pipeline.contract import outcome
from pipeline.contract.outcome import Retry
from pipeline.delivery import trying, windows
from tests.template.stacks import WORDS, of_each, on

DAY = 86_400
QUEUES = [f"{word}{end}" for word in WORDS for end in ("Queue", "DeadLetterQueue")]


@pytest.fixture
def queues(template: Template) -> dict[str, Any]:
    return dict(template.of_type("AWS::SQS::Queue"))


def test_there_are_these_queues(stack: Template) -> None:
    assert sorted(stack.of_type("AWS::SQS::Queue")) == of_each(stack, "{}Queue", "{}DeadLetterQueue")


@pytest.mark.parametrize("word", WORDS)
def test_a_message_stays_hidden_six_timeouts_and_the_longest_window(
    source: dict[str, Any], template: Template, queues: dict[str, Any], word: str
) -> None:
    timeout = functions(template)[f"Deliver{word}Function"].timeout_seconds
    longest_window = source["Parameters"]["BatchWindow"]["MaxValue"]
    assert queues[f"{word}Queue"]["VisibilityTimeout"] >= 6 * timeout + longest_window


@pytest.mark.parametrize("word", WORDS)
def test_dead_letters_are_kept_14_days_and_so_longer_than_messages(queues: dict[str, Any], word: str) -> None:
    # A message that SQS moves keeps its first enqueue time: with equal retentions it could vanish on arrival.
    assert queues[f"{word}DeadLetterQueue"]["MessageRetentionPeriod"] == 14 * DAY
    assert queues[f"{word}Queue"]["MessageRetentionPeriod"] <= 7 * DAY


@pytest.mark.parametrize("word", WORDS)
def test_receives_that_run_out_end_on_the_dead_letter_queue(queues: dict[str, Any], word: str) -> None:
    target = queues[f"{word}Queue"]["RedrivePolicy"]["deadLetterTargetArn"]
    assert target == {"Fn::GetAtt": [f"{word}DeadLetterQueue", "Arn"]}


@pytest.mark.parametrize("word", WORDS)
def test_the_code_gives_up_with_a_reason_before_sqs_does_without_one(queues: dict[str, Any], word: str) -> None:
    assert queues[f"{word}Queue"]["RedrivePolicy"]["maxReceiveCount"] > outcome.MOST_RECEIVES
    assert queues[f"{word}Queue"]["MessageRetentionPeriod"] > outcome.LONGEST_AGE + statuses.LONGEST_AFTER


@pytest.mark.parametrize("ambiguous", [False, True])
def test_a_day_of_outage_costs_fewer_receives_than_there_are(ambiguous: bool) -> None:
    retry = Retry("Roku is down", 503, ambiguous=ambiguous)
    seconds, receives = 0, 1
    while seconds < DAY:
        seconds += outcome.wait(retry, receives, jitter=0.5)
        receives += 1
    assert receives < outcome.MOST_RECEIVES


def test_what_roku_may_have_taken_is_repeated_within_its_ten_minutes(
    source: dict[str, Any], template: Template
) -> None:
    longest_window = source["Parameters"]["BatchWindow"]["MaxValue"]
    timeout = functions(template)["DeliverRokuFunction"].timeout_seconds
    last_try = max(windows._TRIES)
    assert last_try + longest_window + timeout <= windows.length(600) < 600


def test_a_message_of_a_run_that_died_comes_back_later_than_the_code_believes(queues: dict[str, Any]) -> None:
    assert queues["RokuQueue"]["VisibilityTimeout"] > trying._SOONEST_AFTER_DEATH


def test_each_queue_feeds_its_own_function(stack: Template) -> None:
    mappings = stack.of_type("AWS::Lambda::EventSourceMapping").values()
    fed = sorted((each["EventSourceArn"]["Fn::GetAtt"][0], each["FunctionName"]["Ref"]) for each in mappings)
    assert fed == sorted((f"{word}Queue", f"Deliver{word}Function") for word in on(stack))


@pytest.mark.parametrize("word", WORDS)
def test_the_mapping_takes_large_batches_and_partial_answers(template: Template, word: str) -> None:
    mappings = template.of_type("AWS::Lambda::EventSourceMapping").values()
    (mapping,) = [each for each in mappings if each["EventSourceArn"] == {"Fn::GetAtt": [f"{word}Queue", "Arn"]}]
    assert mapping["BatchSize"] == 10_000
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 1 <= int(template.resolve(mapping["MaximumBatchingWindowInSeconds"], {})) <= 60
    assert 2 <= int(template.resolve(mapping["ScalingConfig"]["MaximumConcurrency"], {})) <= 1000


def test_deliveries_to_all_destinations_leave_room_for_posts_in_a_new_account(template: Template) -> None:
    # AWS gives a new account 10 concurrent executions, of all functions together.
    deliveries = len(WORDS) * int(template.parameters["MaximumConcurrency"])
    assert 10 - deliveries >= 4


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_encrypted_and_outlives_the_stack(template: Template, queues: dict[str, Any], name: str) -> None:
    assert queues[name]["SqsManagedSseEnabled"] is True
    assert queues[name]["MaximumMessageSize"] == 1_048_576
    assert template.resources[name]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert template.resources[name]["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_refuses_whoever_comes_without_tls(template: Template, name: str) -> None:
    policies = template.of_type("AWS::SQS::QueuePolicy").values()
    (policy,) = [policy for policy in policies if policy["Queues"] == [{"Ref": name}]]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Sid": "OnlyOverTLS",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": {"Fn::GetAtt": [name, "Arn"]},
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
