"""Whatever is posted to a source, it is read or refused, and a body of the wrong kind is refused with the fix."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.body import Refusal
from pipeline.senders import SourceSettings
from sources.inbound import Inbound
from sources.registry import MODULES, Source, source
from tests.unit.arbitrary import FUZZ, JSON, check_judged
from tests.unit.call_posts import FIELDS, SETTINGS, bodies, check_safe, post
from tests.unit.conversions import NOW

# What a platform posts that was told to send a form.
FORMS = {
    "callrail": b"datetime=2012-08-22+20%3A44%3A43&callernum=%2B15550100142",
    "calltrackingmetrics": b"id=4379952365&call_status=answered&caller_number=%2B15550100142",
    "ga4": b"event=purchase&transaction_id=T-1",
    "invoca": b"complete_call_id=FE7F3A51-11111111&revenue=5",
    "ringba": b"event_id=RGB1&value=5",
    "segment": b"event=Order+Completed&type=track",
    "shopify": b"id=450789469&total_price=5",
}
ROWS = {"csv": b"email\njane@example.com\n", "jsonl": b'{"em": "jane@example.com"}'}


def reader(name: str) -> Source:
    found = source(name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", MODULES)
@FUZZ
@given(raw=st.binary(max_size=200) | JSON.map(lambda data: json.dumps(data).encode()), topic=st.text(max_size=10))
def test_a_body_of_any_bytes_is_read_or_refused(name: str, raw: bytes, topic: str) -> None:
    try:
        posting = reader(name)(Inbound(raw, {"x-shopify-topic": topic}, SourceSettings(), NOW))
    except Refusal as refusal:
        status = refusal.status
    else:
        status = 200
        check_judged(posting)
    assert status in (200, 400)


@pytest.mark.parametrize("name", FIELDS)
@FUZZ
@given(data=st.data(), settings=SETTINGS)
def test_any_object_of_a_call_tracker_is_read_or_refused(
    name: str, data: st.DataObject, settings: SourceSettings
) -> None:
    check_safe(reader(name), json.dumps(data.draw(bodies(FIELDS[name]))).encode(), settings)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("body", [b"", b"[]", b'"text"', b"7", b"{"])
def test_what_holds_no_object_is_400(name: str, body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        post(reader(name), body)
    assert refused.value.status == 400


def test_a_pixel_without_a_field_is_400() -> None:
    with pytest.raises(Refusal) as refused:
        post(reader("ringba"), b"{}")
    assert refused.value.status == 400


@pytest.mark.parametrize(("name", "body"), FORMS.items())
def test_a_form_encoded_post_is_400_with_the_fix(name: str, body: bytes) -> None:
    with pytest.raises(Refusal, match="to JSON") as refused:
        post(reader(name), body, headers={"x-shopify-topic": "orders/paid"})
    assert refused.value.status == 400


@pytest.mark.parametrize(("name", "body"), ROWS.items())
def test_a_signature_is_asked_for_where_a_secret_is_set(name: str, body: bytes) -> None:
    signed = hmac.new(b"a secret", body, hashlib.sha256).hexdigest()
    assert post(reader(name), body, headers={"signature": signed}, signature_secret="a secret").conversions
    with pytest.raises(Refusal) as refused:
        post(reader(name), b"\xff", headers={"signature": signed}, signature_secret="a secret")
    assert refused.value.status == 401
