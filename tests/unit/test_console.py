"""The console's memory of conversions and what it reads out of an answer, without a stack."""

import pytest

from local.console.conversions import Conversion, Conversions, names, split_body
from local.console.http import foreign
from local.console.posts import Post, outcomes
from local.finished import named
from local.http_server import Request

HOST = "127.0.0.1:8080"


def test_the_oldest_conversions_are_forgotten_and_with_them_their_place_in_a_message() -> None:
    conversions = Conversions(most=2)
    made = [conversions.add(0.0, "accepted", event_id=name) for name in "abc"]
    conversions.put_message("m", made)
    assert [c.event_id for c in conversions.changed_since(0)] == ["b", "c"]
    assert [c.event_id for c in conversions.in_message("m")] == ["b", "c"]
    assert conversions.get(made[0].number) is None


def test_only_what_changed_since_is_told_again() -> None:
    conversions = Conversions()
    first, second = (conversions.add(0.0, "accepted", event_id=name) for name in "ab")
    revision = conversions.revision
    assert conversions.changed_since(revision) == []
    conversions.note(first, 1.0, "waiting", reason="Roku answered 500", status=500)
    assert conversions.changed_since(revision) == [first]
    assert [step["outcome"] for step in first.history] == ["accepted", "waiting"]
    assert second.outcome == "accepted"


def test_a_story_without_end_is_kept_to_its_latest_steps() -> None:
    conversions = Conversions()
    conversion = conversions.add(0.0, "accepted")
    for turn in range(200):
        conversions.note(conversion, float(turn), "waiting")
    assert len(conversion.history) == 50
    assert conversion.history[-1]["at"] == 199.0


@pytest.mark.parametrize("line", ["", "{", "[]", "null", '"text"', "\x00"])
def test_what_is_no_event_has_no_name_and_stops_nothing(line: str) -> None:
    assert names(line) == {"event_id": "", "event_name": ""}
    assert split_body(line) == ("", [])


def test_of_a_message_the_last_500_lines_are_read() -> None:
    body = "\n".join(
        ['{"event_group_id":"g"}', *(f'{{"event_id":"{number}","event_name":"LEAD"}}' for number in range(1_000))]
    )
    group, lines = split_body(body)
    assert (group, len(lines), names(lines[0])["event_id"]) == ("g", 500, "500")


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (202, {"events_received": 1}, []),
        (
            210,
            {
                "events_received": 2,
                "failed_events": [{"index": 1, "event_id": "a", "event_name": "X", "errors": {"f": "is wrong"}}],
            },
            [("invalid", "a", "f: is wrong")],
        ),
        (
            200,
            {"ignored": [{"index": 0, "code": "too_short", "reason": "too short"}]},
            [("ignored", None, "too short")],
        ),
        (401, {"description": "the key is not known"}, [("refused", None, "the key is not known")]),
        (413, {"message": "Request Entity Too Large"}, [("refused", None, "Request Entity Too Large")]),
        (500, {}, [("refused", None, "")]),
        (400, {"failed_events": "nonsense", "ignored": {"a": 1}}, [("refused", None, "")]),
        (400, {"failed_events": [None, {"errors": ["odd"]}]}, [("invalid", "", "")]),
    ],
)
def test_an_answer_tells_what_was_not_queued(
    status: int, said: dict[str, object], expected: list[tuple[str, str | None, str]]
) -> None:
    found = [(item["outcome"], item.get("event_id") or None, item["reason"]) for item in outcomes(status, said)]
    assert found == [(outcome, event_id or None, reason) for outcome, event_id, reason in expected]


# An answer of a stack with two destinations: of six conversions the second is invalid for both, the third for Roku
# alone, the fourth is ignored, the fifth is withheld from Rokt, and SQS did not take the sixth for Rokt.
TWO = {
    "events_received": 6,
    "failed_events": [
        {"index": 1, "event_id": "b", "errors": {"event_time": "is wrong"}},
        {"index": 2, "event_id": "c", "event_name": "OWN", "errors": {"event_name": "is odd"}, "destination": "roku"},
        {"index": 5, "event_id": "f", "errors": {"event": "could not be queued"}, "destination": "rokt"},
    ],
    "ignored": [{"index": 3, "code": "too_short", "reason": "too short"}],
    "withheld": [{"index": 4, "reason": "opted out", "destination": "rokt"}],
    "warnings": [
        {"field": "x", "warning": "dropped", "events": [0], "destination": "rokt"},
        {"field": "y", "warning": "dropped", "events": [0, 2]},
    ],
}


ODD: list[object] = [None, [], [None], {}, [{"data": 1}]]


def _post_to_two(conversions: Conversions) -> Post:
    def queued(destination: str, names: str) -> list[list[Conversion]]:
        return [[conversions.add(0.0, "accepted", destination=destination, event_id=name) for name in names]]

    return Post("/v1/events", queued={"roku": queued("roku", "aef"), "rokt": queued("rokt", "ac")})


def test_of_several_destinations_each_warning_finds_the_conversion_of_its_own() -> None:
    told = [
        (conversion.destination, conversion.event_id, [item["field"] for item in items])
        for conversion, items in _post_to_two(Conversions()).warned(TWO)
    ]
    assert told == [("roku", "a", ["y"]), ("rokt", "a", ["x", "y"]), ("rokt", "c", ["y"])]


def test_what_one_destination_takes_and_another_does_not_is_counted_with_both_words() -> None:
    counts = _post_to_two(Conversions()).counts(210, TWO, ["roku", "rokt"])
    assert counts == {"posts": 1, "accepted": 4, "invalid": 3, "ignored": 1, "withheld": 1, "refused": 0}


def test_what_is_withheld_has_the_name_that_another_destinations_event_has() -> None:
    post = _post_to_two(Conversions())
    found = [
        (item["outcome"], item["destination"], item["event_id"], item["reason"])
        for item in outcomes(210, TWO, post.names(TWO))
    ]
    assert found == [
        ("invalid", "", "b", "event_time: is wrong"),
        ("invalid", "roku", "c", "event_name: is odd"),
        ("invalid", "rokt", "f", "event: could not be queued"),
        ("withheld", "rokt", "e", "opted out"),
        ("ignored", "", "", "too short"),
    ]


def test_a_refusal_is_told_with_its_signals_wherever_the_conversion_went() -> None:
    signals = {"index": 0, "signals": ["us_privacy", "gpp"]}
    said = {
        "events_received": 1,
        "limited": [signals | {"destination": "roku"}],
        "withheld": [signals | {"reason": "opted out", "destination": "rokt"}],
    }
    made = Post("/v1/events", queued={"roku": [[Conversion(1, 0.0, "accepted", "roku")]], "rokt": []})
    ((_, warnings),) = made.warned(said)
    assert [one["warning"] for one in warnings] == ["its use is limited: us_privacy, gpp"]
    assert [one["reason"] for one in outcomes(202, said)] == ["opted out (us_privacy, gpp)"]


def test_an_answer_that_does_not_say_how_many_came_leaves_what_was_queued() -> None:
    made = Post("/v1/batch", queued={"roku": [[Conversion(1, 0.0, "accepted", "roku")] * 3], "rokt": []})
    counts = made.counts(200, {"success": True}, ["roku", "rokt"])
    assert (counts["accepted"], counts["refused"]) == (3, 0)


def test_one_destinations_conversions_push_out_none_of_anothers() -> None:
    conversions = Conversions(most=2)
    for name in "abc":
        conversions.add(0.0, "accepted", destination="roku", event_id=name)
    for name in "defg":
        conversions.add(0.0, "accepted", destination="rokt", event_id=name)
    assert [c.event_id for c in conversions.changed_since(0)] == ["b", "c", "f", "g"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"event_id": "a", "event_name": "LEAD"}, ("a", "LEAD")),
        (
            {"events": [{"data": {"custom_attributes": {"event_id": "a", "conversiontype": "LEAD"}}}]},
            ("a", "LEAD"),
        ),
        (
            {"events": [{"data": {"event_name": "audiencemembershipupdate", "custom_attributes": {"event_id": "a"}}}]},
            ("a", "audiencemembershipupdate"),
        ),
        (
            {"objectData": [{"name": "event_id", "value": "a"}, {"name": "conversiontype", "value": "LEAD"}]},
            ("a", "LEAD"),
        ),
        *(({key: odd}, ("", "")) for key in ("events", "objectData") for odd in ODD),
    ],
)
def test_an_event_of_any_destination_has_its_names(event: dict[str, object], expected: tuple[str, str]) -> None:
    event_id, name = named(event)
    assert (event_id, name.partition(" ")[0]) == expected  # a mark tells updates of an audience apart


def test_an_address_in_the_place_of_an_id_is_not_shown() -> None:
    (found,) = outcomes(400, {"failed_events": [{"event_id": "jane@example.com", "event_name": "A@B", "errors": {}}]})
    assert "jane" not in str(found)
    assert "A@B" not in str(found)


def test_warnings_find_their_conversion_though_others_failed() -> None:
    conversions = Conversions()
    post = Post("/v1/events", queued={"roku": [[conversions.add(0.0, "accepted", event_id=name) for name in "ac"]]})
    said = {
        "events_received": 3,
        "failed_events": [{"index": 1}],
        "warnings": [
            {"field": "x", "warning": "dropped", "events": [2]},
            {"field": "body", "warning": "fixed", "events": []},
        ],
    }
    told = {conversion.event_id: [item["field"] for item in items] for conversion, items in post.warned(said)}
    assert told == {"a": ["body"], "c": ["x", "body"]}


def test_where_places_are_not_certain_only_what_concerns_all_is_told() -> None:
    conversions = Conversions()
    one, two = ([conversions.add(0.0, "accepted", event_id=name)] for name in "ab")
    warnings = [{"field": "x", "warning": "dropped", "events": [0]}, {"field": "body", "warning": "fixed"}]
    post = Post("/v1/events", queued={"roku": [one, two]})
    told = list(post.warned({"events_received": 2, "warnings": warnings}))
    assert [[item["field"] for item in items] for _, items in told] == [["body"], ["body"]]


@pytest.mark.parametrize(
    ("method", "headers", "is_foreign"),
    [
        ("GET", {"Host": HOST}, False),
        ("GET", {"Host": "localhost:8080"}, False),
        ("GET", {"Host": "evil.example:8080"}, True),  # DNS rebinding: the name points here, the page is theirs
        ("GET", {"Host": "127.0.0.1:8080.evil.example"}, True),
        ("GET", {"Host": "127.0.0.1"}, True),
        ("GET", {}, True),
        ("GET", {"Host": HOST, "Origin": "https://evil.example"}, True),
        ("POST", {"Host": HOST, "Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}, False),
        ("POST", {"Host": HOST}, False),  # no browser: a script of this machine's own
        ("POST", {"Host": HOST, "Origin": "null"}, True),
        ("POST", {"Host": HOST, "Origin": "http://127.0.0.1:9999"}, True),
        ("POST", {"Host": HOST, "Origin": "http://localhost:8080"}, True),
        ("POST", {"Host": HOST, "Sec-Fetch-Site": "cross-site"}, True),
        ("POST", {"Host": HOST, "Sec-Fetch-Site": "same-site"}, True),
    ],
)
def test_another_sites_page_is_told_from_our_own(method: str, headers: dict[str, str], is_foreign: bool) -> None:
    named = {name.lower(): value for name, value in headers.items()}
    request = Request(method, "/_console/faults", named, b"")
    assert foreign(request, 8080) is is_foreign
