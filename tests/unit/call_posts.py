"""Posts of call trackers, and what a source's module and Roku's rules make of them."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from pipeline.contract.destination import Invalid, Prepared, Withheld
from pipeline.intake.body import BadRequest, Body, Ignored
from pipeline.intake.senders import SourceSettings
from roku.event import prepare
from roku.normalise import Settings
from sources.inbound import Inbound
from tests.unit.conversions import GROUP, NOW

Read = Callable[[Inbound], Body]

# The fields that each call tracker's module looks for.
FIELDS = {
    "callrail": (
        "resource_id id answered voicemail duration call_type direction first_call spam tags lead_status value"
        " customer_name customer_phone_number callernum customer_city customer_state customer_country ip"
        " start_time timestamp datetime created_at landing_page_url referring_url"
        " utm_source utm_medium utm_term utm_content utm_campaign gclid fbclid campaign tracking_phone_number"
    ),
    "calltrackingmetrics": (
        "id sid call direction call_status dial_status status duration talk_time voicemail is_new_caller tag_list sale"
        " name caller_number caller_number_complete caller_number_bare email city state postal_code country unix_time"
        " called_at visitor_ip location referrer web_source medium campaign keyword ad_content utm_source gclid msclkid"
        " tracking_number"
    ),
    "invoca": (
        "complete_call_id transaction_id start_time_utc calling_phone_number duration connect_duration signal_name sale"
        " repeat_calling_phone_number city region verified_zip first_name_data_append last_name_data_append email"
        " revenue sale_amount utm_source utm_medium utm_campaign calling_page landing_page gclid"
        " promo_number advertiser_campaign_id"
    ),
    "ringba": (
        "event_group_id is_hashed events event_name event_type event_time event_source event_id partner_name user_data"
        " custom_data trigger connected duration duplicate value currency payout campaign number"
    ),
}


def post(
    read: Read, body: object, *, headers: dict[str, str] | None = None, received_at: float = NOW, **settings: Any
) -> Body:
    """What the module reads from the body: bytes as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read(Inbound(raw, headers or {}, SourceSettings(**settings), received_at))


def conversion(read: Read, body: object, **settings: Any) -> dict[str, Any]:
    """The one conversion of a post that must hold one."""
    return only(post(read, body, **settings))


def only(posting: Body) -> dict[str, Any]:
    """The one conversion of a post that must hold one."""
    (one,) = posting.conversions
    assert isinstance(one, dict), one
    return one


def event(read: Read, body: object, **settings: Any) -> dict[str, Any]:
    """The one conversion as it goes to Roku."""
    made = outcome(conversion(read, body, **settings))
    assert isinstance(made, Prepared), made
    whole: dict[str, Any] = json.loads(made.line)
    return whole


def ignored(read: Read, body: object, **settings: Any) -> Ignored:
    """Why a post that must hold no conversion holds none."""
    (one,) = post(read, body, **settings).conversions
    assert isinstance(one, Ignored), one
    return one


def outcome(given: object) -> Prepared | Invalid | Withheld:
    """What Roku's rules make of one conversion."""
    return prepare(given, group=GROUP, now=NOW, settings=Settings(), context={})


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -1, 0, 1, NOW, NOW * 1000]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        ["", "--", " ", "null", "{{tag}}", "[Call:InboundCallId]", "true", "false", "0", "35", "1:02:03", "$25.00"],
    ),
    st.sampled_from(
        "inbound outbound answered completed ringing voicemail anonymous incoming Sale a,b,,c hangup".split()
    ),
    st.sampled_from(
        ["no answer", "+15550100123", "555-010-0123", "jane@example.com", "Jane Doe", "2026-01-01 00:00:00"]
    ),
)
_KINDS = (
    _SCALARS
    | st.lists(_SCALARS, max_size=3)
    | st.dictionaries(st.sampled_from(["name", "value", "call", "id"]), _SCALARS, max_size=2)
    | st.sampled_from([[{"name": "sale"}, {"name": [{}]}], {"value": {"b": [{}]}}, [[]]])
)
# One level within another is as deep as any module looks for itself. Mapped, so that `|` takes it for one choice.
ANYTHING: st.SearchStrategy[Any] = _KINDS.map(lambda value: value)
SETTINGS = st.builds(
    SourceSettings,
    event_group=st.sampled_from([None, "g"]),
    event_names=st.dictionaries(
        st.sampled_from("answered voicemail missed first repeat tag:sale signal:sale converted lead_status:x".split()),
        st.sampled_from(["LEAD", "PURCHASE", "NONSENSE", None]),
        max_size=4,
    ),
    minimum_duration=st.sampled_from([None, 0.0, 30.0]),
    answered_only=st.booleans(),
    first_calls_only=st.booleans(),
    value_field=st.sampled_from([None, "value", "sale.value", "a.b.c", "", "."]),
    currency=st.sampled_from([None, "USD", "XXX"]),
    only=st.sampled_from([{}, {"campaign": ("Spring",)}, {"number": ("+15550100123",)}]),
    without=st.sampled_from([{}, {"number": ("555-010-0123",)}]),
)


def bodies(known: str) -> st.SearchStrategy[object]:
    """JSON objects with some of the known fields (names with spaces between), each holding anything at all."""
    return st.dictionaries(st.sampled_from(known.split()), ANYTHING, max_size=10) | ANYTHING


def check_safe(read: Read, raw: bytes, settings: SourceSettings) -> None:
    """Whatever is posted, the module gives conversions that Roku's rules can judge, or refuses the post."""
    try:
        posting = read(Inbound(raw, {}, settings, NOW))
    except BadRequest:
        return
    assert posting.conversions
    for one in posting.conversions:
        if isinstance(one, Ignored):
            assert one.code.replace("_", "").isalpha()
            assert one.text
        else:
            assert isinstance(outcome(one), Prepared | Invalid)
