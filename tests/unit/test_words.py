"""The log's closed words: no text of a sender, a person or a destination becomes one, by type and at run time."""

import ast
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import telemetry
from pipeline.answers.reasons import class_of
from pipeline.intake.sampling import Followed
from pipeline.values import words
from pipeline.values.words import MOST_LISTED, Id, SenderName, Word
from roku.fields import TABLE

ROOT = Path(__file__).parents[2] / "src"
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")}
_ITSELF = "pipeline/values/words.py"
CALLS = [
    (path, node)
    for path, tree in TREES.items()
    for node in ast.walk(tree)
    if isinstance(node, ast.Call)
]  # fmt: skip

_numbers = itertools.count()


def named(call: ast.Call) -> str:
    """What is called: the last part of its name."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


# --- the types --------------------------------------------------------------------------------------------------------


def test_a_word_is_made_of_a_literal() -> None:
    made = [(path, call.args[0]) for path, call in CALLS if named(call) == "Word" and path != _ITSELF]
    assert len(made) > 20
    assert [(path, ast.unparse(given)) for path, given in made if not isinstance(given, ast.Constant)] == []


def test_these_places_alone_put_together_a_phrase_an_id_or_a_name() -> None:
    made = [(path, ast.unparse(call)) for path, call in CALLS if named(call) in ("Phrase", "Id", "SenderName", "among")]
    assert sorted(set(made)) == [
        ("handlers/api.py", "SenderName(sender.name)"),
        ("handlers/deliver.py", "Id(context.aws_request_id)"),
        (
            "handlers/ingest.py",
            "words.among(registry.base_of(request.source) or _OWN[request.path], (*registry.SOURCES, *_OWN.values()))",
        ),
        (
            "handlers/sender_keys.py",
            "Phrase(said + wrong_map)",
        ),  # of the operator's secret, by `senders`: without what a mapping's fault quotes
        ("handlers/silence.py", "Id(context.aws_request_id)"),
        ("handlers/silence.py", "SenderName(one.sender)"),
        ("handlers/silence.py", "words.among(one.name, (*_NAMES, asking.SEVERAL))"),
        ("handlers/silence.py", "words.among(one.what, _WHAT)"),
        ("handlers/telemetry.py", "Id(event.event_digest)"),
        ("handlers/telemetry.py", "Id(request_id)"),
        ("handlers/telemetry.py", "Phrase(type(error).__name__)"),
        ("handlers/telemetry.py", "Phrase(where)"),  # files, lines and functions of the program
        ("handlers/telemetry.py", "words.among(event.event_name, EVENT_NAMES, words.CUSTOM)"),
        ("pipeline/intake/door.py", "words.among(one.code, get_args(IgnoredCode))"),
        ("pipeline/intake/quality.py", "words.among(name, known, words.CUSTOM)"),
        ("pipeline/intake/quality.py", "words.among(one.code, get_args(IgnoredCode))"),
    ]


def test_one_file_alone_writes_to_the_log() -> None:
    writers = {"Logger", "print", "logger", "getLogger"}
    assert {path for path, call in CALLS if named(call) in writers} == {"handlers/telemetry.py"}
    assert not [path for path, tree in TREES.items() for node in ast.walk(tree)
                if isinstance(node, ast.Import) and any(name.name == "logging" for name in node.names)]  # fmt: skip


@pytest.fixture
def _stack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Relay")
    # A service name of its own gives each test a logger of its own, which writes where capsys looks.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"words-{next(_numbers)}")
    telemetry.logger.cache_clear()


@pytest.mark.usefixtures("_stack")
def test_a_text_that_a_cast_let_pass_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    cast = "jane@example.com"
    telemetry.say("error", Word("answered"), sender=cast)  # type: ignore[arg-type]
    telemetry.count({"Accepted": 1}, destination="roku", sender=cast)  # type: ignore[arg-type]
    line, blob = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert (line["message"], line["sender"], blob["sender"]) == ("answered", "other", "other")


# --- fields and events ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("user_data.em", "user_data.em"),
        ("event_time", "event_time"),
        ("line 7", "line"),
        ("user_data.jane@example.com", "unknown_field"),
        ("user_data.+15550100199", "unknown_field"),
        ("user_data.Jane_Doe", "unknown_field"),
        ("Jane Doe", "unknown_field"),
        ("", "unknown_field"),
    ],
)
def test_a_field_that_a_sender_named_is_an_unknown_field(name: str, word: str) -> None:
    assert words.field(name) == word


def test_every_field_that_can_refuse_an_event_has_its_name() -> None:
    names = [f"{place}.{field.name}".lstrip(".") for place in ("", "user_data") for field in TABLE[place]]
    assert [name for name in names if words.field(name) != name] == []


@given(st.text())
def test_an_id_and_a_name_have_a_small_alphabet(text: str) -> None:
    assert len(Id(text)) <= 64
    assert len(SenderName(text)) <= 64
    assert not set('"\n\r\x1b{}+()') & set(Id(text) + SenderName(text))


def test_of_a_long_list_the_first_are_told_and_how_many_more_there_are() -> None:
    listed = words.listed([Word(f"w{number:02}") for number in range(50)] * 20)
    assert listed.split(", ") == [*(f"w{number:02}" for number in range(MOST_LISTED)), "20 more"]


# --- why something was not delivered ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "reason", "word"),
    [
        ("rejected", 400, "fn: Jane is not a name", "refused"),
        ("rejected", 210, "event_time: too old", "refused"),
        ("retried", 401, "Roku answered 401: it does not know the key", "key refused"),
        ("retried", 403, "Roku answered 403: the key may not post to this event group", "key refused"),
        ("retried", 404, "Roku answered 404: check the stack's RokuUrl", "address refused"),
        ("retried", 302, "Roku answered 302: check the stack's RokuUrl", "address refused"),
        ("retried", 429, "Roku answered 429", "throttled"),
        ("retried", 500, "Roku answered 500", "server error"),
        ("retried", 503, "Rokt answered 503", "server error"),
        ("retried", 200, "Roku answered 200 with a body that cannot be read", "unreadable answer"),
        ("retried", 210, "Roku counted 3 events of 4", "unreadable answer"),
        ("retried", 210, "user_data: internal error for Jane, try again", "refused for now"),
        ("retried", 408, "Roku answered 408", "refused for now"),
        ("retried", None, "ads.example's answer did not end in time", "out of time"),
        ("retried", None, "not sent: the run had no time left", "out of time"),
        ("retried", None, "no answer before the run's time was over", "out of time"),
        ("retried", None, "ads.example did not answer the connection in time", "out of time"),
        ("retried", None, "the connection to ads.example failed", "unreachable"),
        ("retried", None, "the TLS connection to ads.example failed", "TLS failed"),
        ("retried", None, "the request to ads.example failed: ProtocolError", "unreachable"),
        ("retried", None, "the secret has no text value", "no key"),
        ("retried", None, "the dead-letter queue is out of reach", "dead-letter queue unreachable"),
        ("retried", None, "not sent: an event of the same name and id, but other content, was rejected",
         "another copy rejected"),
        ("retried", None, "not sent: the circuit is open, because answers could not be read", "circuit open"),
        ("retried", None, "its second window begins", "second window"),
        ("retried", None, "both of its windows ended", "perhaps counted twice"),
        ("retried", 210, "Roku answered 210 and said that this passes", "refused for now"),
        ("retried", None, "Jane", "other"),
        ("unreadable", None, "the message is not in this relay's form", "not a message of ours"),
    ],
)  # fmt: skip
def test_a_reason_has_a_class(kind: str, status: int | None, reason: str, word: str) -> None:
    assert class_of(kind, status, reason) == word


def test_each_reason_of_ours_without_a_status_has_a_class_of_its_own() -> None:
    reasons = {
        call.args[0].value
        for _, call in CALLS
        if named(call) == "Retry" and len(call.args) == 1 and isinstance(call.args[0], ast.Constant)
    }
    assert len(reasons) > 3
    # Those two are placeholders of events that nothing was decided of yet.
    assert [one for one in reasons - {"", "not sent"} if class_of("retried", None, str(one)) == words.OTHER] == []


@given(st.sampled_from(["rejected", "retried", "unreadable", "Jane"]), st.none() | st.integers(100, 599), st.text())
def test_no_letter_of_a_reason_is_in_its_class(kind: str, status: int | None, reason: str) -> None:
    canary = f"{reason}jane.canary{reason}"
    assert type(class_of(kind, status, canary)) is Word
    assert "canary" not in class_of(kind, status, canary)


@pytest.mark.usefixtures("_stack")
def test_of_a_sampled_event_no_text_of_anybodys_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    line = telemetry.Line("r-1")
    line.add_sampled(
        [
            Followed("0123456789abcdef", "rejected", "+15557654321", "Jane is not a name", 400),
            Followed("0123456789abcdef", "delivered", "PURCHASE"),
            Followed("Jane Doe", "Jane", "Jane"),
        ]
    )
    keys = ("message", "event_digest", "event_name", "reason", "status")
    told = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert [[one.get(key) for key in keys] for one in told] == [
        ["rejected", "0123456789abcdef", "custom", "refused", 400],
        ["delivered", "0123456789abcdef", "PURCHASE", None, None],
        ["other", "strange", "custom", None, None],
    ]


# --- the length of a line ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_stack")
def test_no_list_makes_a_line_too_long_for_cloudwatch(capsys: pytest.CaptureFixture[str]) -> None:
    line = telemetry.Line("r" * 64)
    line.fields["sender"] = SenderName("s" * 64)
    for name in ("invalid", "ignored", "withheld"):
        line.add_words("roku", **{name: words.listed(Word("w" * 100 + str(number)) for number in range(5_000))})
    line.counts("roku").update({f"Count{number}": 10**15 for number in range(30)})
    line.delays = [100_000 + number / 7 for number in range(10_000)]
    line.write()
    (written,) = capsys.readouterr().out.splitlines()
    assert len(written.encode()) < 16_384  # of the 262,144 bytes that CloudWatch once took, and far more today
