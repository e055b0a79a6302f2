"""What the command line says, and what it makes of what it is told: pure parts of several verbs."""

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.values.faults import Fault
from relay.app import app
from relay.deployment import Destination
from relay.destinations import shown
from relay.destinations.roku import judge
from relay.doctor.alarm_checks import alarm_findings, email_findings, hearing_findings
from relay.doctor.checks import queue_findings, skew
from relay.durations import seconds
from relay.errors import Misuse, Trouble
from relay.events.tail import words
from relay.hashes import Kind, guess
from relay.printing import age, plain, printable
from relay.senders.key_settings import source_settings as settings

forms_of_roku = shown("roku").forms or pytest.fail("Roku has none")
WHERE = Destination("roku", "url", "arn:queue", "dead-url", "arn:dead")
QUEUE = {
    "VisibilityTimeout": "420",
    "MessageRetentionPeriod": "604800",
    "RedrivePolicy": '{"deadLetterTargetArn": "arn:dead", "maxReceiveCount": 1000}',
}
DEAD = {"MessageRetentionPeriod": "1209600"}


@pytest.mark.parametrize(("text", "count"), [("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800)])
def test_spans_of_time(text: str, count: int) -> None:
    assert seconds(text) == count


def test_a_span_longer_than_anybody_remembers_is_a_slip() -> None:
    assert seconds("3660d") == 316_224_000
    with pytest.raises(Misuse, match="ten years"):
        seconds("999999d")


@pytest.mark.parametrize("text", ["", "0s", "5", "h", "-1h", "1w", "1.5h"])
def test_what_is_no_span_of_time(text: str) -> None:
    with pytest.raises(Misuse, match="90s, 15m, 24h or 7d"):
        seconds(text)


@pytest.mark.parametrize(
    ("span", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_661, "1 h 1 min"), (90_061, "1 d 1 h"), (-5, "0 s")],
)
def test_ages(span: float, text: str) -> None:
    assert age(span) == text


def test_what_could_steer_a_terminal_is_taken_out() -> None:
    assert printable("a\x1b[31mb\u202e\n") == "a\ufffd[31mb\ufffd\n"


def test_a_table_in_a_pipe_is_aligned_and_has_no_trailing_spaces() -> None:
    assert plain(["a", "bb"], [["ccc", ""], ["d", "e"]]) == "a    bb\nccc\nd    e\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("jane@example.com", Kind.EM),
        ("+1 (555) 010-0123", Kind.PH),
        ("5550100123", Kind.PH),
        ("(212) 555-0123", Kind.PH),
        ("212.555.0123", Kind.PH),
        ("94105", Kind.ZP),
        ("94105-1234", Kind.ZP),
        ("1990-02-28", Kind.DB),
        ("19900228", Kind.DB),
        ("Female", Kind.GE),
        ("Jane", Kind.FN),
    ],
)
def test_the_kind_of_a_value_is_guessed(text: str, kind: Kind) -> None:
    assert guess(text) is kind


def test_a_phone_number_in_both_formats() -> None:
    assert forms_of_roku("+1 (555) 010-0123", Kind.PH, None) == {"digits": "15550100123", "e164": "+15550100123"}
    with pytest.raises(Fault, match="no country code"):
        forms_of_roku("(555) 010-0123", Kind.PH, None)
    assert forms_of_roku("(212) 555-0123", Kind.PH, "US") == {"digits": "12125550123", "e164": "+12125550123"}


# Rokt keeps a tag, takes spaces out of names, wants ten digits, and takes gender and birth date in clear alone.
@pytest.mark.parametrize(
    ("arguments", "roku", "rokt", "clear"),
    [
        (["Jane+shop@Example.COM"], ["jane@example.com"], ["jane+shop@example.com"], ""),
        (["F", "--as", "ge"], ["female"], ["f"], "rokt"),
        (["F", "--as", "fn"], ["f"], ["f"], ""),
        (["Mary Ann", "--as", "ln"], ["mary ann"], ["maryann"], ""),
        (["19900228"], ["1990-02-28"], ["19900228"], "rokt"),
        (["787 01", "--as", "zp"], ["787 01"], ["78701"], "roku"),
        (["+1 (212) 555-0123"], ["12125550123", "+12125550123"], ["2125550123"], ""),
        (["(212) 555-0123"], ["12125550123", "+12125550123"], ["2125550123"], ""),
        (["1.212.555.0123"], ["12125550123", "+12125550123"], ["2125550123"], ""),
        (["020 7946 0958", "--country", "GB"], ["442079460958", "+442079460958"], ["+442079460958"], ""),
        (["unknown", "--as", "ge"], ["unknown"], [], ""),  # Rokt knows m and f
    ],
)
def test_the_digests_are_those_of_each_destinations_normalised_form(
    arguments: list[str], roku: list[str], rokt: list[str], clear: str
) -> None:
    found = [(one["destination"], one["normalised"], one["sha256"]) for one in _hash(*arguments)["forms"]]
    assert found == [
        (name, text, None if name == clear else sha256(text.encode()).hexdigest())
        for name, texts in (("roku", roku), ("rokt", rokt))
        for text in texts
    ]


def test_a_value_of_stdin_and_one_that_is_a_digest_already() -> None:
    known = sha256(b"x").hexdigest()
    assert _hash("-", answer=f"{known.upper()}\n")["forms"][0]["sha256"] == known


def _hash(*arguments: str, answer: str = "") -> Any:
    said = CliRunner().invoke(app, ["hash", *arguments, "--json"], input=answer)
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["not@an address"], 1, "neither an e-mail address"),
        ([""], 2, "there is no value"),
        (["0123", "--country", "USA"], 2, "two letters"),
        (["d41d8cd98f00b204e9800998ecf8427e"], 1, "another digest"),
    ],
)
def test_a_value_that_cannot_be_hashed_is_told_and_not_quoted(arguments: list[str], code: int, word: str) -> None:
    said = CliRunner().invoke(app, ["hash", *arguments])
    assert said.exit_code == code
    assert word in " ".join(said.stderr.split())
    assert not arguments[0] or arguments[0] not in said.stderr


@pytest.mark.parametrize(
    ("given_", "made"),
    [
        (["ringba"], {"ringba": {}}),
        (
            ["callrail.minimum_duration=30", "callrail.currency=USD"],
            {"callrail": {"minimum_duration": 30, "currency": "USD"}},
        ),
        (["ga4.event_names.purchase=PURCHASE"], {"ga4": {"event_names": {"purchase": "PURCHASE"}}}),
        (["ga4.event_names.page_view=null"], {"ga4": {"event_names": {"page_view": None}}}),
    ],
)
def test_settings_of_sources(given_: list[str], made: dict[str, Any]) -> None:
    assert settings(given_) == made


@pytest.mark.parametrize("text", ["callrail.minimum_duration", "callrail=3", "=3", ""])
def test_what_is_no_setting_of_a_source(text: str) -> None:
    with pytest.raises(Trouble, match=r"NAME\.setting=value"):
        settings([text])


def test_a_setting_cannot_be_a_value_and_have_parts() -> None:
    with pytest.raises(Trouble, match="give one of both"):
        settings(["callrail.minimum_duration=3", "callrail.minimum_duration.x=4"])


@pytest.mark.parametrize(
    ("queue", "dead", "word"),
    [
        ({"VisibilityTimeout": "359"}, {}, "below 6 x"),
        ({"RedrivePolicy": '{"deadLetterTargetArn": "arn:other"}'}, {}, "redrive policy"),
        ({"RedrivePolicy": '{"deadLetterTargetArn": "arn:dead", "maxReceiveCount": "5"}'}, {}, "ends retries early"),
        ({"MessageRetentionPeriod": "345600"}, {}, "forgets after 4 d"),
        ({}, {"MessageRetentionPeriod": "345600"}, "lost after 4 d"),
    ],
)
def test_attributes_of_queues(queue: dict[str, str], dead: dict[str, str], word: str) -> None:
    (finding,) = queue_findings(WHERE, QUEUE | queue, DEAD | dead, timeout=60)
    assert finding.level == "problem"
    assert word in finding.text
    assert finding.fix


def test_queues_as_the_template_made_them() -> None:
    (finding,) = queue_findings(WHERE, QUEUE, DEAD, timeout=60)
    assert finding.level == "ok"


def test_alarms_tell_their_own_fix_and_silent_ones_are_no_news() -> None:
    ringing = {
        "AlarmName": "s-RokuDeadLettersAlarm-X",
        "StateValue": "ALARM",
        "AlarmDescription": "Bad. Fix: fix it.",
    }
    silent = {"AlarmName": "s-Other-X", "StateValue": "OK", "AlarmDescription": "Worse. Fix: none."}
    (finding,) = alarm_findings([ringing, silent], local=False)
    assert (finding.level, finding.check, finding.text, finding.fix) == (
        "problem",
        "RokuDeadLettersAlarm",
        "Bad",
        "fix it",
    )
    assert [one.level for one in alarm_findings([silent], local=False)] == ["ok"]
    assert [one.level for one in alarm_findings([silent], local=True)] == ["not local"]
    assert [one.level for one in alarm_findings([], local=False)] == ["problem"]


@pytest.mark.parametrize(
    ("arns", "level"),
    [(["PendingConfirmation"], "problem"), ([], "problem"), (["arn:aws:sns:us-east-1:1:t:1"], "ok")],
)
def test_an_alarm_e_mail_must_be_confirmed(arns: list[str], level: str) -> None:
    (finding,) = email_findings([{"SubscriptionArn": arn} for arn in arns])
    assert finding.level == level


def test_a_topic_of_the_operators_own_is_not_asked_who_hears_it() -> None:
    own, other = "arn:aws:sns:us-east-1:1:ads-AlarmTopic-1AbC", "arn:aws:sns:us-east-1:1:pager"
    asked: list[str] = []

    def subscriptions(topic: str) -> list[dict[str, str]]:
        asked.append(topic)
        return [{"SubscriptionArn": "PendingConfirmation"}]

    found = {one.check: one.level for one in hearing_findings([own, other], "ads", subscriptions)}
    assert found == {"alarm topic": "ok", "alarm e-mail": "problem"}
    assert asked == [own]
    assert [one.level for one in hearing_findings([], "ads", subscriptions)] == ["warning"]


@pytest.mark.parametrize(
    ("status", "body", "level", "word"),
    [
        (200, {}, "ok", ""),
        (424, {"description": "Roku gave no verdict: Roku answered 401: it does not know"}, "problem", "ads.roku.com"),
        (424, {"description": "Roku gave no verdict: Roku answered 403: may not"}, "problem", "another Roku account"),
        (424, {"description": "Roku gave no verdict: Roku answered 404: check"}, "problem", "RokuUrl"),
        (424, {"description": "Roku gave no verdict: the secret has no text value"}, "problem", "RokuKeyCommand"),
        (424, {"description": "Roku gave no verdict: Roku answered 500"}, "problem", "ask again later"),
        (400, {"failed_events": [{"errors": {"roku": "not configured"}}]}, "warning", "ask Roku"),
        (401, {"description": "no"}, "problem", "--key"),
        (403, {"description": "no"}, "problem", "--key"),
        (503, {"description": "no"}, "problem", "secrets"),
        (418, {}, "problem", "relay tail"),
    ],
)
def test_answers_of_the_test_endpoint(status: int, body: dict[str, Any], level: str, word: str) -> None:
    finding = judge("Roku, g", status, body)
    assert finding.level == level
    assert word in finding.fix


@pytest.mark.parametrize(
    ("ahead", "level"), [(0, "ok"), (-30, "ok"), (31, "warning"), (-299, "warning"), (301, "problem")]
)
def test_clock_skew(ahead: float, level: str) -> None:
    assert skew(ahead).level == level


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            {
                "_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "NotQueued"}]}]},
                "NotQueued": [2.0],
                "sender": "shop",
            },
            "2 not queued (sender shop)",
        ),
        (
            {
                "_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": "Retried"}, {"Name": "Delivered"}]}]},
                "Retried": [3.0],
                "Delivered": [0.0],  # written for the alarm that compares the two
            },
            "3 retried",
        ),
        ({"level": "INFO", "message": "hello", "service": "s"}, "hello"),
        (
            {"level": "WARNING", "message": "rejected", "reason": "old", "events": 3},
            "WARNING rejected (reason old; events 3)",
        ),
        ("START RequestId: 1 Version: 2", ""),
        ("REPORT RequestId: 1 Duration: 2 ms", ""),
        (
            "REPORT RequestId: 1 Duration: 60000 ms Status: timeout",
            "REPORT RequestId: 1 Duration: 60000 ms Status: timeout",
        ),
        ("2026-01-01 1 Task timed out after 60.00 seconds\n", "2026-01-01 1 Task timed out after 60.00 seconds"),
    ],
)
def test_log_lines_in_plain_words(line: Any, told: str) -> None:
    assert words(line if isinstance(line, str) else json.dumps(line)) == told


@given(
    st.text()
    | st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.dictionaries(
            st.sampled_from(["_aws", "CloudWatchMetrics", "Metrics", "Name", "message", "level"]),
            inner | st.lists(inner),
        ),
    ).map(json.dumps)
)
def test_no_log_line_is_too_odd(line: str) -> None:
    assert isinstance(words(line), str)
