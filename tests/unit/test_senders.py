"""Sender keys: what the secret may hold, and whom a key opens the door for."""

import json
from hashlib import sha256
from typing import Any

import pytest

import pipeline.intake.senders
from pipeline.intake.access import BEACON, Request, cors
from pipeline.intake.sender_entries import read_senders
from pipeline.intake.senders import Sender, Senders

KEY = "s3cret-key-of-the-shop"
SOURCES = {"callrail": True, "ringba": False}


def senders(**entries: Any) -> list[Sender]:
    read, faults = read_senders(json.dumps(entries), SOURCES)
    assert faults == []
    return read


def test_a_key_alone_opens_every_group() -> None:
    (shop,) = senders(shop=KEY)
    assert (shop.name, shop.may_post_to("a"), shop.may_post_to("b")) == ("shop", True, True)
    assert (shop.browser, shop.default_event_group) == (False, None)


def test_a_key_may_be_kept_as_its_digest_in_either_case() -> None:
    for digest in (sha256(KEY.encode()).hexdigest(), sha256(KEY.encode()).hexdigest().upper()):
        known = senders(shop={"sha256": digest})
        assert Senders.of(known, ()).recognise(KEY) == known[0]
        assert Senders.of(known, ()).recognise(digest) is None


def test_a_key_may_be_limited_to_groups() -> None:
    (shop,) = senders(shop={"key": KEY, "event_groups": ["a", "b"], "default_event_group": "a"})
    assert [shop.may_post_to(group) for group in ("a", "b", "c", "*", "")] == [True, True, False, False, False]
    (closed,) = senders(shop={"key": KEY, "event_groups": []})
    assert not closed.may_post_to("a")


def test_each_key_is_its_own_sender() -> None:
    known = Senders.of(senders(first=KEY, second=KEY + "2", third={"key": "ключ-магазина"}), ())
    for key, name in ((KEY, "first"), (KEY + "2", "second"), ("ключ-магазина", "third")):
        sender = known.recognise(key)
        assert sender is not None
        assert sender.name == name
    for wrong in ("", KEY[:-1], KEY + " ", KEY.upper(), sha256(KEY.encode()).hexdigest()):
        assert known.recognise(wrong) is None
    assert Senders.of([], ()).recognise(KEY) is None


@pytest.mark.parametrize("key", ["\ud800", KEY + "\udfff", "\ud83d\ude00", "\x00", "\u0301" * 4_096])
def test_a_key_that_no_header_can_hold_is_nobodys(key: str) -> None:
    assert Senders.of(senders(shop=KEY), ()).recognise(key) is None


def test_a_key_that_is_too_long_is_nobodys() -> None:
    known = Senders.of(senders(shop="k" * 4_096, other="k" * 4_097), ())
    assert known.recognise("k" * 4_096) is not None
    assert known.recognise("k" * 4_097) is None


@pytest.mark.parametrize("key", ["key-of-sender-0", "key-of-sender-999", "no-such-key"])
def test_a_key_is_looked_up_by_its_digest_however_many_senders_there_are(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Senders.of(senders(**{f"s{place}": f"key-of-sender-{place}" for place in range(1_000)}), ())
    hashed: list[int] = []

    def counting(data: bytes) -> Any:
        hashed.append(len(data))
        return sha256(data)

    monkeypatch.setattr(pipeline.intake.senders, "sha256", counting)
    monkeypatch.setattr(Sender, "digest", lambda _: pytest.fail("a sender's digest is made when the secret is read"))
    sender = known.recognise(key)
    assert (sender.name if sender else None) == {"key-of-sender-0": "s0", "key-of-sender-999": "s999"}.get(key)
    assert hashed == [len(key)]
    assert {len(digest) for digest in known.by_digest} == {32}  # SHA-256: nothing else is compared


def test_the_origins_of_all_browser_keys_are_gathered_once() -> None:
    own = {"browser": True, "origins": ["https://Shop.example.com/"]}
    alone = Senders.of(senders(shop=KEY, page={"key": KEY + "1"} | own), ["https://stack.example"])
    assert alone.origins == {"https://shop.example.com"}
    both = Senders.of(
        senders(page={"key": KEY + "1"} | own, other={"key": KEY + "2", "browser": True}), ["https://stack.example/"]
    )
    assert both.origins == {"https://shop.example.com", "https://stack.example"}
    assert [both.open_to(one) for one in ("https://STACK.example/", "https://evil.example", "", None)] == [
        True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.example.com", True),
        ("https://shop.example.com/", True),
        ("http://shop.example.com", False),
        ("https://example.com", False),
        ("https://shop.example.com.evil.example", False),
        ("null", False),
        ("", False),
        (None, False),
    ],
)
def test_a_browser_key_is_for_its_own_origins(origin: str | None, allowed: bool) -> None:
    (page,) = senders(page={"key": KEY, "browser": True, "origins": ["https://shop.example.com/"]})
    assert page.allows(origin, ["https://example.com"]) is allowed


def test_without_origins_of_its_own_those_of_the_stack_count() -> None:
    (page,) = senders(page={"key": KEY, "browser": True})
    assert page.allows("https://example.com", ["https://example.com"])
    assert not page.allows("https://example.com", [])


@pytest.mark.parametrize(
    ("names", "sent", "may"),
    [
        (["LEAD", "PAGE_VIEW"], "LEAD", True),
        (["LEAD", "PAGE_VIEW"], "page view", True),
        (["lead"], "LEAD", True),
        (["LEAD", "PAGE_VIEW"], "PURCHASE", False),
        (["LEAD"], "LEADS", False),
        (["LEAD"], "", False),
        (["*"], "PURCHASE", True),
        ([], "LEAD", False),
    ],
)
def test_a_key_may_be_limited_to_event_names(names: list[str], sent: str, may: bool) -> None:
    (page,) = senders(page={"key": KEY, "browser": True, "event_names": names})
    assert page.may_send(sent) is may


def test_a_key_without_event_names_may_send_any() -> None:
    (page,) = senders(page={"key": KEY, "browser": True})
    assert page.may_send("PURCHASE")


@pytest.mark.parametrize("secret", ["", "null", "[]", KEY, '"x"', "{", '{"a": 1'])
def test_a_secret_that_is_no_object_has_no_senders(secret: str) -> None:
    known, faults = read_senders(secret, SOURCES)
    assert known == []
    assert len(faults) == 1
    assert KEY not in faults[0]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        7,
        ["k"],
        "short",
        {},
        {"key": None},
        {"key": "short"},
        {"sha256": "abc"},
        {"key": KEY, "event_groups": "a"},
        {"key": KEY, "browser": "perhaps"},
        {"key": KEY, "event_names": "LEAD"},
        {"key": KEY, "event_names": [""]},
        {"key": KEY, "event_names": ["--"]},
        {"key": KEY, "event_names": [7]},
        {"key": KEY, "event_names": ["L" * 129]},
        {"key": KEY, "orgins": ["https://example.com"]},
    ],
)
def test_a_wrong_entry_is_left_out_alone_and_no_key_is_quoted(wrong: object) -> None:
    known, faults = read_senders(json.dumps({"good": KEY, "wrong": wrong, "also good": KEY + "2"}), SOURCES)
    assert [sender.name for sender in known] == ["good", "also good"]
    assert len(faults) == 1
    assert "entry 2" in faults[0]
    assert KEY not in faults[0]
    assert "short" not in faults[0]


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb", "a/b"])
def test_a_name_that_no_metric_could_carry_is_refused(name: str) -> None:
    assert read_senders(json.dumps({name: KEY}), SOURCES)[0] == []


def test_a_name_may_have_64_letters_of_any_script() -> None:
    assert [sender.name for sender in read_senders(json.dumps({"ж" * 64: KEY}), SOURCES)[0]] == ["ж" * 64]


def test_a_key_shows_in_no_representation() -> None:
    digest = sha256(KEY.encode()).hexdigest()
    for entry in (KEY, {"sha256": digest}):
        (sender,) = senders(a=entry)
        assert KEY not in repr(sender)
        assert digest not in repr(sender)


def test_two_entries_with_one_key_leave_the_first() -> None:
    known, faults = read_senders(json.dumps({"a": KEY, "b": {"key": KEY + " ", "browser": True}}), SOURCES)
    assert ([sender.name for sender in known], len(faults)) == (["a"], 1)


def test_a_sandboxed_frame_without_an_origin_may_use_a_key_that_says_so() -> None:
    framed, page = senders(
        pixel={"key": KEY, "browser": True, "origins": ["null"]},
        page={"key": KEY + "2", "browser": True, "origins": ["https://shop.example.com"]},
    )
    assert framed.allows("null", [])
    assert not page.allows("null", [])
    assert not framed.allows(None, [])
    assert not framed.allows("https://shop.example.com", ["https://shop.example.com"])
    request = Request("POST", BEACON, {"origin": "null"}, {}, b"", None, None)
    assert cors(request, Senders.of([framed], ()))["Access-Control-Allow-Origin"] == "null"
    assert cors(request, Senders.of([page], ())) == {}


@pytest.mark.parametrize(
    "origin", ["Null", "null/", "www.example.com", "*", "https://*.example.com", "https://www.example.com/shop"]
)
def test_an_origin_that_no_browser_sends_is_told(origin: str) -> None:
    known, (fault,) = read_senders(json.dumps({"page": {"key": KEY, "browser": True, "origins": [origin]}}), SOURCES)
    assert known == []
    assert "origins" in fault


# --- what a key says of its sources -----------------------------------------------------------------------------------


def test_the_settings_of_a_source_are_read_and_the_rest_has_defaults() -> None:
    settings = {"event_names": {"missed": None, "first": "LEAD"}, "minimum_duration": 30, "signature_secret": "s3cret"}
    (sender,) = senders(tracker={"key": KEY, "sources": {"callrail": settings}})
    known = sender.sources["callrail"]
    assert known.event_names == {"missed": None, "first": "LEAD"}
    assert (known.minimum_duration, known.signature_secret) == (30, "s3cret")
    assert (known.answered_only, known.first_calls_only, known.event_group, known.currency) == (True, False, None, None)
    assert "s3cret" not in repr(sender)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"minimum_duration": -1}, "minimum_duration"),
        ({"minimum_duration": "soon"}, "minimum_duration"),
        ({"answered_only": "perhaps"}, "answered_only"),
        ({"event_names": ["LEAD"]}, "event_names"),
        ({"currency": "dollar"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"signature_secret": ""}, "signature_secret"),
        ({"minimum_durations": 3}, "form"),
        (None, "form"),
    ],
)
def test_a_wrong_setting_is_named_and_leaves_the_key_known(settings: object, named: str) -> None:
    secret = json.dumps({"tracker": {"key": KEY, "sources": {"callrail": settings}}, "other": "another-key"})
    (tracker, other), (fault,) = read_senders(secret, SOURCES)
    assert (tracker.name, tracker.unread, other.unread) == ("tracker", ("callrail",), ())
    assert named in fault
    assert "entry 1" in fault


@pytest.mark.parametrize("name", ["CallRail", "callrial", ""])
def test_settings_for_a_source_that_does_not_exist_are_told_without_quoting_it(name: str) -> None:
    (sender,), (fault,) = read_senders(json.dumps({"tracker": {"key": KEY, "sources": {name: {}}}}), SOURCES)
    assert sender.unread
    assert "callrail, ringba" in fault
    assert not name or name not in fault


def test_a_secret_for_a_source_that_never_signs_is_told() -> None:
    entry = {"key": KEY, "sources": {"ringba": {"signature_secret": "s3cret"}}}
    (sender,), (fault,) = read_senders(json.dumps({"tracker": entry}), SOURCES)
    assert sender.unread == ("ringba",)
    assert "ringba has a signature_secret" in fault


@pytest.mark.parametrize("currency", ["USD", "usd", " eur "])
def test_a_currency_is_one_of_iso_4217_in_any_case(currency: str) -> None:
    (sender,) = senders(tracker={"key": KEY, "sources": {"callrail": {"currency": currency}}})
    assert sender.sources["callrail"].currency == currency.strip().upper()


@pytest.mark.parametrize(
    ("entry", "opened"),
    [
        ({}, {None, "callrail", "ringba"}),
        ({"sources": {"callrail": {"minimum_duration": 9}}}, {None, "callrail", "ringba"}),
        ({"sources": {"callrail": {"signature_secret": "s"}, "ringba": {}}}, {"callrail"}),
        ({"sources": {"callrail": {"signature_secret": "s", "minimum_duration": "x"}}}, set()),
    ],
)
def test_a_sender_that_signs_opens_only_what_it_signs(entry: dict[str, Any], opened: set[str | None]) -> None:
    (sender,), _ = read_senders(json.dumps({"tracker": {"key": KEY} | entry}), SOURCES)
    assert {source for source in (None, "callrail", "ringba") if sender.opens(source)} == opened


def test_an_entry_says_how_its_refusals_are_read() -> None:
    entry = {"key": KEY, "consent": {"categories": ["Werbung"], "law": "eu", "also_limits": ["no_signal"]}}
    (one,), faults = read_senders(json.dumps({"shop": entry}), SOURCES)
    assert (one.consent.categories, one.consent.law, one.consent.also_limits) == (("Werbung",), "eu", ("no_signal",))
    assert faults == []


@pytest.mark.parametrize(
    "wrong",
    [{"law": "mars"}, {"also_limits": ["everything"]}, {"does_not_limit": ["global_privacy_control"]}, {"no": 1}, "eu"],
)
def test_wrong_settings_of_consent_leave_the_entry_out(wrong: object) -> None:
    known, (fault,) = read_senders(json.dumps({"shop": {"key": KEY, "consent": wrong}}), SOURCES)
    assert known == []
    assert "consent" in fault or "law" in fault or "limit" in fault


def test_an_entry_says_how_its_times_are_written() -> None:
    (sender,) = senders(shop={"key": KEY, "time_zone": "Europe/Berlin", "date_order": "dmy"})
    habits = sender.habits()
    assert (str(habits.zone), habits.order) == ("Europe/Berlin", "dmy")


@pytest.mark.parametrize("wrong", [{"time_zone": "Berlin/Nowhere"}, {"time_zone": 2}, {"date_order": "ymd"}])
def test_a_zone_or_an_order_that_nobody_knows_leaves_the_entry_out(wrong: dict[str, Any]) -> None:
    read, faults = read_senders(json.dumps({"shop": {"key": KEY, **wrong}}), {})
    assert read == []
    assert next(iter(wrong)) in faults[0]


def test_an_entry_says_how_its_amounts_are_written() -> None:
    (sender,) = senders(shop={"key": KEY, "amounts_in": "minor_units"})
    assert sender.amounts_in == "minor_units"
    assert read_senders(json.dumps({"shop": {"key": KEY, "amounts_in": "pounds"}}), {})[0] == []
