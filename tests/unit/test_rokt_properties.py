"""What holds for everything that a sender can post: nothing raises, and what is finished the sandbox takes."""

import json
import uuid
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from local.rokt_sandbox import conversions, event_api
from pipeline.contract.destination import Invalid, Prepared, Routing, Withheld
from pipeline.contract.messages import decode
from pipeline.values.mailboxes import is_nobodys
from rokt.destination import declared
from rokt.event import IDS, identify, identity, prepare
from rokt.request import LIMITS
from rokt.settings import Settings
from tests.unit.conversions import NOW, sha
from tests.unit.test_properties import ANYTHING, CHARACTERS, DIGESTS, EMAILS, PHONES, TEXT, URLS, near, some

CLEAR: Any = dict.fromkeys(
    ("hash_email", "hash_first_name", "hash_last_name", "hash_mobile", "hash_billing_zip"), False
)
SETTINGS = st.sampled_from(
    [
        Settings(),
        Settings(environment="development", send_birth_date=True, copy_rtid=False, **CLEAR),
        Settings(api="events", account_id="12345"),
        Settings(api="events", account_id="12345", send_birth_date=True, **CLEAR),
    ]
)
UUIDS = st.uuids().map(str)
NAMES = TEXT | DIGESTS
USER = some(
    em=near(EMAILS | DIGESTS),
    ph=near(PHONES | DIGESTS),
    fn=near(NAMES),
    ln=near(NAMES),
    ge=near(st.sampled_from(["m", "Female", "unknown"])),
    db=near(st.dates().map(str)),
    ct=near(TEXT),
    st=near(NAMES),
    zp=near(st.integers(0, 99999) | DIGESTS),
    country=near(st.sampled_from(["US", "de"])),
    external_id=near(TEXT | EMAILS),
    client_ip_address=near(st.ip_addresses().map(str)),
    client_user_agent=near(TEXT | EMAILS),
    aID=near(UUIDS),
    AID=near(UUIDS),
    aGA=near(UUIDS),
    idfv=near(UUIDS),
    android_uuid=near(UUIDS),
)
CUSTOM = some(
    value=near(st.floats(0, 1e6) | st.integers(0, 10**6)),
    currency=near(st.sampled_from(["USD", "eur"])),
    order_id=near(TEXT | DIGESTS | EMAILS),
    num_items=near(st.integers(0, 9)),
    content_name=near(TEXT),
    content_ids=near(st.lists(TEXT, max_size=2)),
    contents=near(st.lists(some(id=near(TEXT)), max_size=2)),
    predicted_ltv=near(st.floats(0, 1e6)),
    audience_name=near(TEXT),
    audience_membership=near(st.booleans()),
)
FREE = st.dictionaries(
    st.sampled_from(["margin", "Email", "rokt.x", "transactionid", "event_id", "AMOUNT", "dob", "a b", "gender"])
    | TEXT,
    ANYTHING,
    max_size=4,
)
CONVERSION = some(
    event_id=near(TEXT | EMAILS),
    event_name=near(st.sampled_from(["PURCHASE", "LEAD", "audiencemembershipupdate", "userattributesupdate"])),
    event_time=near(st.integers(NOW - 10**6, NOW)),
    event_source_url=near(URLS | st.builds("https://a.b/?rtid={}".format, TEXT)),
    user_data=near(USER),
    custom_data=near(CUSTOM),
    attributes=near(FREE),
    rtid=near(UUIDS),
    click_ids=near(some(rtid=near(UUIDS))),
    user_attributes=near(FREE),
    conversion_type=near(TEXT),
    audience_name=near(TEXT),
    audience_membership=near(st.booleans()),
    opt_out=near(st.sampled_from(["false", False])),
)
# Often enough something that becomes an event.
POSTED = st.one_of(
    ANYTHING,
    CONVERSION,
    st.builds(
        lambda whole, user: {"event_name": "LEAD", "event_time": NOW} | whole | {"user_data": user},
        CONVERSION,
        st.builds(lambda em, user: user | {"em": em}, EMAILS | DIGESTS, USER),
    ),
)


def accepted(line: bytes, settings: Settings) -> bool:
    """What the independent sandbox says of a finished event."""
    event = json.loads(line)
    if settings.api == "conversions":
        return conversions.check(event, size=len(line)) == []
    assert event_api.check_request({"accountId": "12345", "events": [event]}, now=NOW) is None
    return event_api.check(event) is None


@given(posted=POSTED, settings=SETTINGS)
def test_nothing_raises_and_what_is_finished_the_sandbox_takes(posted: Any, settings: Settings) -> None:
    made = prepare(posted, group="g", now=NOW, settings=settings)
    json.dumps(made.warnings)
    if isinstance(made, Invalid):
        assert made.errors
    elif isinstance(made, Withheld):
        assert made.reason
    else:
        assert accepted(made.line, settings), made.line
        named = identify(json.loads(made.line))
        assert named is not None
        assert named[0] == made.event_id
        assert b"\n" not in made.line
        assert made.partner_name is None


@given(
    digest=DIGESTS,
    field=st.sampled_from(["em", "fn", "ln", "ph", "zp"]),
    form=st.sampled_from([str.lower, str.upper, " {} ".format]),
    settings=SETTINGS,
)
def test_a_digest_is_never_hashed_again(digest: str, field: str, form: Any, settings: Settings) -> None:
    user = {"em": "jane@example.com", field: form(digest)}
    posted = {"event_name": "LEAD", "event_time": NOW, "event_id": "1", "user_data": user}
    made = prepare(posted, group="g", now=NOW, settings=settings)
    assert isinstance(made, Prepared)
    # The Event API's page lists no other digest than an address's.
    assert (digest.encode() in made.line) == (settings.api == "conversions" or field == "em")
    assert sha(form(digest)).encode() not in made.line
    assert sha(digest).encode() not in made.line
    assert form(digest) == digest or form(digest).encode() not in made.line


@given(em=EMAILS, name=st.text("abcXYZ ", min_size=4).filter(str.strip), settings=SETTINGS)
def test_with_the_switches_on_no_person_is_in_the_line(em: str, name: str, settings: Settings) -> None:
    assume(not is_nobodys(em.lower()))
    user = {"em": em, "fn": "Canary" + name, "ph": "+1 323 867 5309", "zp": "10014", "db": "1983-12-15"}
    posted = {"event_name": "LEAD", "event_time": NOW, "event_id": "1", "user_data": user}
    made = prepare(posted, group="g", now=NOW, settings=settings)
    assert isinstance(made, Prepared)
    if settings.hash_email:
        text = made.line.decode().lower()
        for canary in (em.lower(), "canary", "8675309", "10014", "1983"):
            assert canary not in text


@given(
    ids=st.lists(st.text(CHARACTERS, min_size=1, max_size=20).filter(str.strip), min_size=1, max_size=5),
    settings=SETTINGS,
)
def test_what_is_queued_is_named_as_before_and_fits_its_request(ids: list[str], settings: Settings) -> None:
    lines = []
    for event_id in ids:
        posted = {"event_name": "LEAD", "event_time": NOW, "event_id": event_id, "user_data": {"em": "a@b.co"}}
        made = prepare(posted, group="g", now=NOW, settings=settings)
        assert isinstance(made, Prepared)
        lines.append(made)
    # As the version before wrote them: so each line is read, and named by what it holds.
    message = "\n".join(['{"event_group_id":"g"}', *(made.line.decode() for made in lines)])
    _, queued = decode(message, identify)
    assert [event.event_id for event in queued] == [made.event_id for made in lines]
    assert {event.event_name for event in queued} == {made.event_name for made in lines} == {"LEAD"}
    rokt = declared(settings)
    body = rokt.assemble(Routing("g"), [event.line for event in queued])
    assert len(body) <= rokt.overhead(Routing("g")) + sum(len(made.line) + 1 for made in lines) <= LIMITS.bytes
    json.loads(body)


@given(TEXT, TEXT, TEXT)
def test_the_identity_is_a_uuid_of_version_5(group: str, name: str, event_id: str) -> None:
    named = json.dumps([group, name, event_id], separators=(",", ":"), ensure_ascii=False)
    assert identity(group, name, event_id) == str(uuid.uuid5(IDS, named))
