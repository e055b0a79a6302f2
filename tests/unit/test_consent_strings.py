"""The published strings: US Privacy, GPP, TCF, Google's gcs and gcd, by vectors of their makers."""

import pytest

from pipeline.consent import consent_mode, gpp_in_force, tcf, us_privacy
from pipeline.consent.bits import decode
from pipeline.consent.readings import Finding, Reading, Said
from pipeline.consent.settings import Consent
from tests.unit.gpp_vectors import UNDECODABLE, VECTORS

PLAIN = Consent()
READINGS = {
    "refused": Reading.REFUSED,
    "allowed": Reading.ALLOWED,
    "not applicable": Reading.NOT_APPLICABLE,
    "unreadable": Reading.UNREADABLE,
    "absent": Reading.ABSENT,
}
ALL_REFUSED = "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"  # of the TCF's specification


def strictest(findings: object) -> Reading:
    """The most restrictive reading of some findings."""
    return max((one.reading for one in findings), default=Reading.ABSENT)  # type: ignore[attr-defined]


def gpp(*said: tuple[str, object], settings: Consent = PLAIN, outside: bool = False) -> list[Finding]:
    fields = [Said(kind, kind, value) for kind, value in said]
    return list(gpp_in_force.read(fields, settings, (71,), outside_europe=outside))


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("1YNN", "allowed"),  # the specification's four examples
        ("1NYN", "refused"),
        ("1-Y-", "refused"),
        ("1---", "not applicable"),
        ("1YYN", "refused"),
        ("1-N-", "allowed"),
        ("1YNY", "allowed"),
        ("1NNN", "allowed"),
        ("1yyn", "refused"),
        (" 1YYN ", "refused"),
        *((text, "unreadable") for text in ("1Y-N", "1N--", "2YNN", "1YN", "1YNNN", "YNN1", "1ABC", "${US_PRIVACY}")),
        *((value, "unreadable") for value in (1, True, ["1YYN"], {"a": 1}, "1" * 9_000)),
        *((value, "absent") for value in ("", "null", "undefined", "none", "n/a", None)),
    ],
)
def test_a_us_privacy_string_says_by_its_third_letter_whether_the_sale_was_refused(text: object, means: str) -> None:
    assert strictest(us_privacy.read([Said("string", "us_privacy", text)], PLAIN)) == READINGS[means]


def test_without_notice_a_us_privacy_string_refuses_where_the_operator_says_so() -> None:
    strict = Consent(also_limits=("no_notice",))
    assert strictest(us_privacy.read([Said("string", "us_privacy", "1NNN")], strict)) == Reading.REFUSED


@pytest.mark.parametrize(("text", "means"), VECTORS)
def test_a_gpp_string_says_what_its_makers_say_that_it_says(text: str, means: str) -> None:
    assert strictest(gpp(("string", text))) == READINGS[means]


@pytest.mark.parametrize("text", UNDECODABLE)
def test_a_damaged_gpp_string_is_unreadable_and_says_why(text: str) -> None:
    findings = gpp(("string", text))
    assert strictest(findings) == Reading.UNREADABLE
    assert all(one.warning for one in findings)


@pytest.mark.parametrize(
    ("text", "ids", "means"),
    [
        ("DBABLA~CVQqAAAAAACA", "7", "allowed"),
        ("DBABLA~CVQqAAAAAACA", [7], "allowed"),
        ("DBABLA~CVQqAAAAAACA", 7, "allowed"),
        ("DBABLA~CVQqAAAAAACA", "[7]", "allowed"),
        ("DBABzYA~1YNN~CVQqAAAAAACA~BUoAAACA", "6_7_8", "allowed"),
        ("DBABLA~CVQqAAAAAACA", "-1", "not applicable"),
        ("DBABLA~CVQqAAAAAACA", 0, "not applicable"),
        ("DBABLA~CVQVAAAAAACA", "-1", "refused"),  # an opt-out counts wherever it is
        ("DBABLA~CVQVAAAAAACA", "8", "refused"),
        ("DBABLA~CVQqAAAAAACA", "8", "unreadable"),  # the section in force is missing
        ("DBABLA~CVQqAAAAAACA", "99", "unreadable"),
        ("DBABLA~CVQqAAAAAACA", "seven", "unreadable"),
        ("DBABLA~CVQqAAAAAACA", "${GPP_SID}", "unreadable"),
        ("DBAA", "-1", "absent"),
        ("DBAA", None, "absent"),
        (None, "7", "unreadable"),
        (None, "-1", "absent"),
        ("1YYN", "6", "refused"),  # a bare US Privacy string
        (ALL_REFUSED, "2", "refused"),  # a bare TC string
        (f"DBACNYA~{ALL_REFUSED}~1YNN", "6", "allowed"),
        (f"DBACNYA~{ALL_REFUSED}~1YNN", "2", "refused"),
        (f"DBACNYA~{ALL_REFUSED}~1YNN", None, "refused"),
        (f"DBACNYA~{ALL_REFUSED}~1YYN", "2", "refused"),
    ],
)
def test_permission_counts_only_from_the_sections_that_gpp_sid_names(text: object, ids: object, means: str) -> None:
    assert strictest(gpp(("string", text), ("ids", ids))) == READINGS[means]


def test_a_european_section_does_not_count_where_a_flag_says_that_its_law_does_not_apply() -> None:
    assert strictest(gpp(("string", f"DBACNYA~{ALL_REFUSED}~1YNN"), outside=True)) == Reading.ALLOWED


def test_an_apps_storage_has_a_key_for_each_section() -> None:
    assert strictest(gpp(("7", "CVQVAAAAAACA"))) == Reading.REFUSED
    assert strictest(gpp(("7", "CVQqAAAAAACA"), ("8", "BUoAAACA"), ("ids", "7_8"))) == Reading.ALLOWED
    assert strictest(gpp(("2", ALL_REFUSED), ("ids", "2"))) == Reading.REFUSED


@pytest.mark.parametrize(
    ("text", "setting", "means"),
    [
        ("DBABLA~CVQqAAAAAABk", Consent(does_not_limit=("service_provider",)), "allowed"),
        ("DBABLA~BVVqqqqqqkA.QA", Consent(does_not_limit=("known_child",)), "allowed"),
        ("DBABLA~CAAAAAAAAACA", Consent(also_limits=("not_applicable",)), "refused"),
    ],
)
def test_operators_choose_how_doubtful_gpp_values_are_read(text: str, setting: Consent, means: str) -> None:
    assert strictest(gpp(("string", text), settings=setting)) == READINGS[means]


@pytest.mark.parametrize(("one", "other"), [("-", "+"), ("_", "/")])
def test_both_pairs_of_signs_for_62_and_63_are_read(one: str, other: str) -> None:
    first, second = (gpp(("string", f"DBABLA~BV{sign}qAAAAAgA")) for sign in (one, other))
    assert [finding.reading for finding in first] == [finding.reading for finding in second]
    assert decode(one) == decode(other) == ("111110" if one == "-" else "111111")


@pytest.mark.parametrize(
    ("text", "means", "lacks"),
    [
        ("CQeEcwAQeEcwAAfABBENAtEgAP_AAAAAAAYgF5wAgAjgLzAAAAAA", "allowed", False),  # 71 and 755, as a range
        ("CQeEcwAQeEcwAAfABBENAtEgAAAAAAAAAAYgAAAAAAAA", "refused", False),
        ("CQeEcwAQeEcwAAfABBENAtEgAIIAAAAAAAYgAjwAQAjgAAAA", "refused", False),  # purposes 1 and 7 alone
        ("CQeEcwAQeEcwAAfABBENAtEgALIAAAAAAAYgF5wAQF5gAAAA", "allowed", True),  # vendor 755 alone
        (ALL_REFUSED, "refused", False),
        ("CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA", "refused", False),
        ("BObdrPUOevsguAfDqFENCNAAAAAmeAAA", "unreadable", False),  # version 1 is dead
        ("CQeEcwAQ", "unreadable", False),
        ("CQeEcwAQeEcwAAfABBENAtEgAP AAAAAAAYgF5wAgAjgLzAAAAAA", "unreadable", False),
        ("${GDPR_CONSENT_71}", "unreadable", False),
    ],
)
def test_a_tc_string_stops_what_its_purposes_and_vendors_do_not_allow(text: str, means: str, lacks: bool) -> None:
    (finding,) = tcf.read([Said("string", "gdpr_consent", text)], (71,))
    assert (finding.reading, finding.lacking) == (READINGS[means], frozenset({71}) if lacks else frozenset())
    assert finding.european


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ([("applies", 0), ("string", ALL_REFUSED)], "not applicable"),
        ([("applies", "false"), ("string", ALL_REFUSED)], "not applicable"),
        ([("applies", 1), ("string", ALL_REFUSED)], "refused"),
        ([("applies", 1)], "unreadable"),
        ([("applies", 1), ("string", "")], "unreadable"),
        ([("applies", 0), ("applies", 1), ("string", ALL_REFUSED)], "refused"),
        ([("applies", "${GDPR}")], "unreadable"),
        ([("applies", "")], "absent"),
        ([("purposes", "1011001"), ("vendors", "0" * 70 + "1")], "allowed"),
        ([("purposes", "1010001")], "refused"),
        ([("purposes", "yes")], "unreadable"),
    ],
)
def test_the_flags_beside_a_tc_string_count_too(said: list[tuple[str, object]], means: str) -> None:
    findings = list(tcf.read([Said(kind, kind, value) for kind, value in said], (71,)))
    assert strictest(findings) == READINGS[means]
    assert not any(one.lacking for one in findings)


@pytest.mark.parametrize(
    ("kind", "text", "means"),
    [
        ("gcs", "G111", "allowed"),
        ("gcs", "G110", "allowed"),
        ("gcs", "G101", "refused"),
        ("gcs", "G100", "refused"),
        ("gcs", "G1--", "absent"),
        ("gcs", "", "absent"),
        ("gcs", "granted", "unreadable"),
        ("gcd", "11p1p1p1p5", "refused"),
        ("gcd", "13r3r3r3r5l1", "allowed"),
        ("gcd", "11l1l1t1l5", "allowed"),
        ("gcd", "11v1u1q1t5", "refused"),
        ("gcd", "13l3l3R2l5l1", "absent"),
        ("gcd", "11l1p1l1l5", "absent"),  # analytics alone was refused
        ("gcd", "11l1l1l1m5", "refused"),  # personalisation alone
        ("gcd", "11p", "unreadable"),
    ],
)
def test_the_texts_of_googles_tags_are_read(kind: str, text: str, means: str) -> None:
    assert strictest(consent_mode.read([Said(kind, kind, text)], PLAIN)) == READINGS[means]
