"""Whatever is posted to a source, it is read or refused, and a body of the wrong kind is refused with the fix."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.body import BadRequest
from pipeline.intake.senders import SourceSettings
from sources.files import delimited, json_lines
from sources.files.rows import Row
from sources.inbound import Inbound
from sources.registry import SOURCES, Reader, reader
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


def read_by(name: str) -> Reader:
    found = reader(name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", SOURCES)
@FUZZ
@given(raw=st.binary(max_size=200) | JSON.map(lambda data: json.dumps(data).encode()), topic=st.text(max_size=10))
def test_a_body_of_any_bytes_is_read_or_refused(name: str, raw: bytes, topic: str) -> None:
    try:
        posting = read_by(name)(Inbound(raw, {"x-shopify-topic": topic}, SourceSettings(), NOW))
    except BadRequest as refusal:
        status = refusal.status
    else:
        status = 200
        check_judged(posting)
    assert status in (200, 400, 415)


@pytest.mark.parametrize("name", FIELDS)
@FUZZ
@given(data=st.data(), settings=SETTINGS)
def test_any_object_of_a_call_tracker_is_read_or_refused(
    name: str, data: st.DataObject, settings: SourceSettings
) -> None:
    check_safe(read_by(name), json.dumps(data.draw(bodies(FIELDS[name]))).encode(), settings)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("body", [b"", b"[]", b'"text"', b"7", b"{"])
def test_what_holds_no_object_is_400(name: str, body: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        post(read_by(name), body)
    assert refused.value.status == 400


def test_a_pixel_without_a_field_is_400() -> None:
    with pytest.raises(BadRequest) as refused:
        post(read_by("ringba"), b"{}")
    assert refused.value.status == 400


@pytest.mark.parametrize(("name", "body"), FORMS.items())
def test_a_form_encoded_post_is_400_with_the_fix(name: str, body: bytes) -> None:
    with pytest.raises(BadRequest, match="to JSON") as refused:
        post(read_by(name), body, headers={"x-shopify-topic": "orders/paid"})
    assert refused.value.status == 400


@pytest.mark.parametrize(("name", "body"), ROWS.items())
def test_a_signature_is_asked_for_where_a_secret_is_set(name: str, body: bytes) -> None:
    signed = hmac.new(b"a secret", body, hashlib.sha256).hexdigest()
    assert post(read_by(name), body, headers={"signature": signed}, signature_secret="a secret").conversions
    with pytest.raises(BadRequest) as refused:
        post(read_by(name), b"\xff", headers={"signature": signed}, signature_secret="a secret")
    assert refused.value.status == 401


# What holds no rows, by source: the body, the status and what the answer says.
NO_ROWS: dict[str, list[tuple[str | bytes, int, str]]] = {
    "csv": [
        ("email", 400, "no rows"),
        ("email\n" + "jane@example.com\n" * 1_001, 400, "more than 1000 rows"),
        (b"\x1f\x8b\x08", 400, "gzip"),
        # As API Gateway passes them on where the content type is text/csv: bytes that are no UTF-8 replaced.
        (b"\x1f\x8b\x08\x00".decode(errors="replace"), 400, "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".decode(errors="replace"), 400, "spreadsheet"),
        ("email\njane@example.com".encode("utf-16").decode(errors="replace"), 400, "UTF-16"),
        ("email\njane@example.com".encode("utf-16-le"), 400, "UTF-16"),
        ("email,fn\na@example.com,Zo\ufffd", 400, "line 2 .* U.FFFD"),
        ("email\r" + "\r" * 100_000, 400, "delete empty lines"),
        ("email," * 1_000 + "x\n", 400, "1001 columns"),
        ("email;" * 1_000 + "x\n", 400, "1001 columns"),
        ("email," + "x" * 100_000, 400, "100006 characters"),
        (b"PK\x03\x04", 400, "spreadsheet"),
        ("email\njane@example.com".encode("utf-16"), 400, "UTF-16"),
        ("email,fn\njane@example.com,Zoë".encode("latin-1"), 400, "not UTF-8 at byte 28"),
        (b"a" * 6_000_001, 413, "at most 6000000"),
    ],
    "jsonl": [
        ("", 400, "no rows"),
        ("\n \n", 400, "no rows"),
        ('{"value": 1}\n' * 1_001, 400, "more than 1000 rows"),
        (b'{"fn": "Zo\xeb"}', 400, "not UTF-8 at byte 10"),
        (b"\x1f\x8b\x08", 400, "gzip"),
        (b"a" * 6_000_001, 413, "at most 6000000"),
    ],
}


@pytest.mark.parametrize("name", NO_ROWS)
def test_a_body_that_is_no_file_of_rows_is_refused(name: str) -> None:
    for body, status, fault in NO_ROWS[name]:
        with pytest.raises(BadRequest, match=fault) as refused:
            post(read_by(name), body if isinstance(body, bytes) else body.encode())
        assert refused.value.status == status, body[:100]


@pytest.mark.parametrize(
    ("rows", "head", "line"),
    [(delimited.rows, ["email,value\n"], "a@example.com,1\n"), (json_lines.rows, [], '{"value": 1}\n')],
    ids=["csv", "jsonl"],
)
def test_rows_are_read_as_they_are_asked_for(
    rows: Callable[[Iterator[str]], Iterable[Row]], head: list[str], line: str
) -> None:
    taken = count()
    endless = chain(head, (line for _ in taken))
    assert len(list(islice(rows(endless), 1_000))) == next(taken) == 1_000
