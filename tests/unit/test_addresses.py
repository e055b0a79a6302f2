"""IP addresses: whose visitor it is, whatever the proxies between wrote around it."""

import pytest

from pipeline.contract.destination import Invalid, Prepared
from pipeline.values.addresses import ip_address, is_visitors
from roku.event import prepare
from roku.normalise import Settings

V4, V6 = "203.0.113.77", "2001:db8::77"


@pytest.mark.parametrize(
    ("given", "visitor"),
    [
        (V4, V4),
        (V6, V6),
        ("2001:0DB8:0000::0077", V6),
        (f"192.168.7.1, {V4}", V4),
        (f"unknown, 10.1.2.3,127.0.0.1 , {V4}, 8.8.8.8", V4),
        (f"fe80::1%eth0, {V6}", V6),
        (f"{V4}:50123", V4),
        (f"[{V6}]:50123", V6),
        (f"[{V6}]", V6),
        (f"::ffff:{V4}", V4),
        (f"::FFFF:{V4}, 10.0.0.1", V4),
        (f'for="[{V6}]:4711"', V6),
        (f"for={V4}", V4),
        ("8.8.8.8", "8.8.8.8"),
    ],
)
def test_the_first_public_address_is_the_visitors(given: str, visitor: str) -> None:
    assert ip_address(given, []) == visitor


# RFC 6890 and the registries of IANA that it names.
NOBODYS = ["127.0.0.1", "::1", "169.254.1.1", "100.64.0.1", "224.0.0.1"]


@pytest.mark.parametrize(
    "given", [*NOBODYS, "0.0.0.0", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "ff02::1", "255.255.255.255"]
)
def test_an_address_of_no_visitor_identifies_nobody(given: str) -> None:
    notes: list[str] = []
    assert ip_address(given, notes) is None
    assert "identifies nobody" in notes[0]


@pytest.mark.parametrize(
    "given", ["unknown", "1.2.3", "1.2.3.4.5", "jane", "203.0.113.256", "12:34", ",", "٢٠٣.0.113.9"]
)
def test_what_is_no_address_is_dropped_with_the_fix(given: str) -> None:
    notes: list[str] = []
    assert ip_address(given, notes) is None
    assert "203.0.113.9" in notes[0]


@pytest.mark.parametrize("given", ["10.1.2.3", "172.31.9.9", "192.168.1.1", "::ffff:10.1.2.3"])
def test_an_address_of_a_private_network_stays_and_tells_nobody_apart(given: str) -> None:
    address = ip_address(given, [])
    assert address == given.removeprefix("::ffff:")
    assert not is_visitors(address)


@pytest.mark.parametrize("given", ["10.1.2.3", "192.168.1.1"])
def test_no_conversion_is_told_by_an_address_of_a_private_network_alone(given: str) -> None:
    user = {"client_ip_address": given, "client_user_agent": "Mozilla/5.0"}
    posted = {"event_name": "LEAD", "event_time": 1_767_225_600, "user_data": user}
    refused = prepare(posted, group="g", now=1_767_225_600.0, context={}, settings=Settings())
    assert isinstance(refused, Invalid)
    assert "user_data" in refused.errors
    user["external_id"] = "shop-7"
    assert isinstance(prepare(posted, group="g", now=1_767_225_600.0, context={}, settings=Settings()), Invalid)
    user["em"] = "jane@example.com"
    made = prepare(posted, group="g", now=1_767_225_600.0, context={}, settings=Settings())
    assert isinstance(made, Prepared)
    assert given.encode() in made.line


@pytest.mark.parametrize(
    "given",
    [
        *("For=203.0.113.9;proto=https", "203.0.113.9 10.0.0.1", "10.0.0.1|203.0.113.9", "10.0.0.1;203.0.113.9"),
        *("203.0.113.9/32", "203.000.113.009", "203.0.113.9.", "http://203.0.113.9", "64:ff9b::203.0.113.9"),
        *("2002:cb00:7109::", '"203.0.113.9"', "[::ffff:203.0.113.9]:443"),
    ],
)
def test_an_address_comes_out_of_whatever_proxies_put_around_it(given: str) -> None:
    assert ip_address(given, []) == "203.0.113.9"
