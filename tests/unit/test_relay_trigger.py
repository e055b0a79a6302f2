"""The samples that `relay trigger` posts: of now, signed as each platform signs, as a sender whose key is known."""

import json
from datetime import datetime
from typing import Any

import pytest

from pipeline.intake.senders import Sender, SourceSettings, key_digest
from relay import platform_samples
from relay.errors import Misuse, Trouble
from relay.trigger import ends, poster
from sources import registry
from sources.inbound import Inbound

NOW = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC


@pytest.mark.parametrize("source", platform_samples.sources())
def test_the_usual_sample_is_read_signed_and_a_minute_old(source: str) -> None:
    settings = registry.senders(
        json.dumps({"x": {"key": "x" * 20, "sources": {source: {"signature_secret": "s"} if _signs(source) else {}}}})
    )[0][0].sources[source]
    post = platform_samples.load(source, None, None, NOW).signed(settings)
    headers = {name.lower(): value for name, value in post.headers.items()}
    read = registry.reader(source)
    assert read is not None
    url = f"https://relay.example/v1/sources/{source}"
    body = read(Inbound(post.body, headers, settings, NOW, source, "POST", url))
    assert body.conversions
    if source.startswith("webhook"):
        return
    first: Any = body.conversions[0]
    assert _seconds(first["event_time"]) in range(int(NOW) - 86_400, int(NOW) + 1)


def _signs(source: str) -> bool:
    return not source.startswith("webhook") and registry.SOURCES[source].signed


def _seconds(value: Any) -> int:
    if "T" in str(value):
        return int(datetime.fromisoformat(value).timestamp())
    return int(float(value)) // (1_000 if float(value) > NOW * 10 else 1)


def test_all_moments_move_by_one_span_and_digits_that_are_none_stay() -> None:
    text = '{"a": "2026-01-05T12:00:00Z", "b": 1767614340, "c": 1767614340500, "d": "+17676143400", "e": 450789469}'
    assert json.loads(platform_samples.moved(text, NOW)) == {
        "a": "2027-01-15T08:00:00+00:00",
        "b": 1_799_999_940,
        "c": 1_799_999_940_500,
        "d": "+17676143400",
        "e": 450789469,
    }


def test_the_samples_event_group_is_never_sent_only_the_operators() -> None:
    def body(group: str | None) -> Any:
        return json.loads(platform_samples.load("ringba", None, group, NOW).body)

    assert "event_group_id" not in body(None)
    assert body("shop_us")["event_group_id"] == "shop_us"


@pytest.mark.parametrize(("source", "sample", "word"), [("tiktok", None, "callrail"), ("ga4", "x", "ga4-server-side")])
def test_what_there_is_no_sample_of_is_told_with_what_there_is(source: str, sample: str | None, word: str) -> None:
    with pytest.raises(Misuse, match=word):
        platform_samples.load(source, sample, None, NOW)


def test_a_platform_that_signs_more_than_the_body_is_not_imitated() -> None:
    settings = registry.senders(
        '{"x": {"key": "a-long-enough-key", "sources": {"webhook/stripe": {"signature_secret": "s"}}}}'
    )
    with pytest.raises(Trouble, match="its own test button"):
        platform_samples.load("webhook/stripe", None, None, NOW).signed(settings[0][0].sources["webhook/stripe"])


PLAIN = Sender("server", key="server-key")
CALLS = Sender("calls", key="calls-key", sources={"callrail": SourceSettings()})
HASHED = Sender("hashed", sha256=key_digest("hashed-key").hex(), sources={"invoca": SourceSettings()})
TWICE = [CALLS, Sender("more", key="more-key", sources={"callrail": SourceSettings()})]


@pytest.mark.parametrize(
    ("senders", "source", "name", "key", "chosen"),
    [
        ([PLAIN, CALLS], "callrail", None, None, "calls"),
        ([PLAIN, CALLS], "shopify", None, None, "server"),
        (TWICE, "callrail", "more", None, "more"),
        ([HASHED], "invoca", None, "hashed-key", "hashed"),
    ],
)
def test_the_sender_is_the_one_that_is_set_up_for_it(
    senders: list[Sender], source: str, name: str | None, key: str | None, chosen: str
) -> None:
    assert poster(senders, source, name, key).name == chosen


@pytest.mark.parametrize(
    ("senders", "name", "key", "error", "word"),
    [
        (TWICE, None, None, Misuse, "--sender"),
        ([CALLS], "nobody", None, Misuse, "choose calls"),
        ([CALLS], None, "wrong", Trouble, "no sender has this key"),
        ([], None, None, Trouble, "relay keys add"),
        ([Sender("h", sha256="0" * 64, sources={"callrail": SourceSettings()})], None, None, Trouble, "--key"),
    ],
)
def test_without_a_sender_or_its_key_it_says_what_to_do(
    senders: list[Sender], name: str | None, key: str | None, error: type[Trouble], word: str
) -> None:
    with pytest.raises(error, match=word):
        poster(senders, "callrail", name, key)


def test_each_part_of_the_answer_is_a_row() -> None:
    said = {
        "passed": [{"index": 0, "event_id": "o-1", "event_name": "PURCHASE"}],
        "failed_events": [{"index": 1, "event_id": "o-2", "errors": {"event_name": "is not supported"}}],
        "ignored": [{"index": 2, "code": "test", "reason": "a test order"}],
        "limited": [{"index": 0, "signals": ["opt_out"]}],
    }
    assert list(ends(said)) == [
        ["0", "accepted", "PURCHASE o-1", ""],
        ["1", "invalid", "o-2", "event_name: is not supported"],
        ["2", "ignored", "", "a test order"],
        ["0", "limited", "", "its use is limited: opt_out"],
    ]
