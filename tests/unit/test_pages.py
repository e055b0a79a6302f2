"""Addresses of pages: what is personal or secret goes, wherever it is, and what is neither stays to the letter."""

import pytest

from pipeline.values import addresses, pages
from pipeline.values.pages import cleaned, is_clean
from tests.unit.doubles import never

PAGE = "https://shop.example/thanks"


@pytest.mark.parametrize(
    ("given", "left"),
    [
        # by name
        (
            "?billing_first_name=Jane&billing_phone=5550100199&guest_name=Jane+Doe&recipient=Jane&utm_source=roku",
            "?utm_source=roku",
        ),
        ("?address1=1+Main+St&customerPhone=5550100199&birth_date=1977-07-07&order=7", "?order=7"),
        ("?contact[phone]=5550100199&x=1", "?x=1"),
        ("?contact%5Bphone%5D=5550100199&x=1", "?x=1"),
        ("?x=1#user.firstName=Jane", "?x=1"),
        ("?next=%2Fa%3Fbilling_phone%3D5550100199&ok=1", "?ok=1"),
        ("/phone=5550100199/x", "//x"),
        ("/a;phone=5550100199", "/a"),
        # a name in two parameters, a name of another language, JSON in a parameter, an @ of another keyboard
        ("?first=Jane&last=Doe&x=1", "?x=1"),
        ("?kundenname=Jane&handynummer=5550100199&nome_cliente=Ana&x=1", "?x=1"),
        ("?j=%7B%22phone%22%3A%225550100199%22%7D&x=1", "?x=1"),
        ("?j={'contact':{'first_name':'Jane'}}&x=1", "?x=1"),
        ("?q=jane%EF%BC%A0example.com&x=1", "?x=1"),
        # keys
        ("?key=wc_order_abc&x=1", "?x=1"),
        ("?access_token=abc", ""),
        ("?writeKey=abc&x=1", "?x=1"),
        ("?a=1#access_token=abc&token_type=bearer", "?a=1"),
        # by look
        ("/+15550100199", "/"),
        ("/%2B15550100199?x=1", "/?x=1"),
        ("/%252B15550100199", "/"),
        ("/(555)010-0199/x", "//x"),
        ("/555-010-0199", "/"),
        ("/06.12.34.56.78", "/"),
        ("?x=phone=5550100199&a=1", "?a=1"),
        ("#/thanks/+15550100199", ""),
        ("?p=+15550100199", ""),
        ("?p=%2B15550100199&x=1", "?x=1"),
        ("?+15550100199", ""),
        ("?q=tel+5550100199&x=1", "?x=1"),
        ("?cc=4111111111111111", ""),
        ("?x=4111-1111-1111-1111", ""),
        ("/4111111111111111/x", "//x"),
        ("?jane%40example.com=1&x=1", "?x=1"),
        ("/jane%2540example.com/x", "//x"),
        ("?u=https%3A%2F%2Fx.example%2F%3Fmail%3Djane%2540example.com&x=1", "?x=1"),
    ],
)
def test_what_is_personal_or_secret_goes_and_its_neighbours_stay(given: str, left: str) -> None:
    assert cleaned(PAGE + given) == (PAGE + left, True)
    assert cleaned(PAGE + left) == (PAGE + left, False)
    notes: list[str] = []
    assert addresses.url(PAGE + given, notes) == PAGE + left
    assert len(notes) == 1


@pytest.mark.parametrize(
    "given",
    [
        "?utm_source=a&utm_campaign=120210000000000000&gclid=EAIaIQobChMI-4111&order=7",
        "/product/5550100199",
        "?product_name=Shoes&id=5550100199&page=2",
        "#/checkout/address",
        "?q=headphones&sort=price&first=10&last=20",
        "/2026/01/05/news-of-05-01-2026",
        "?date=2026-01-05&to=2026-02-05",
        "?event_id=5e2d9c1a-9e9c-4d5b-9c1a-9e9c4d5b9c1a",
        "?order_id=123-4567890-1234567",
        "?fbp=fb.1.1609459200000.1234567890",
        "?next=%2Fa%3Fx%3D1",
        "?email_optin=1&phone_type=mobile",
        "/4006381333931",
        "?ts=1609459200000",
    ],
)
def test_what_is_neither_stays_to_the_letter(given: str) -> None:
    assert cleaned(PAGE + given) == (PAGE + given, False)
    notes: list[str] = []
    assert (addresses.url(PAGE + given, notes), notes) == (PAGE + given, [])


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/a?b=1",
            "/a?billing_phone=1",
            "/a?x=+1",
            "/555-010-0199",
            "/a=1?b=2",
            "/?a=1&key=2",
            "/?last",
            "/?a=1&first",
        ),
        *("/?q=555%20010%200199", "/?q=%35%35%35-010-0199", "/?%65mail=x", "/?q=jane%EF%BC%A0x.example"),
        *("/?q=%D9%A0%D9%A6-%D9%A1%D9%A2-%D9%A3%D9%A4-%D9%A5%D9%A6-%D9%A7%D9%A8", "/?j='email'%20:1", "/?j=%7Bem:1"),
    ],
)
def test_what_passes_for_clean_at_a_glance_is_so(path: str) -> None:
    if is_clean(PAGE + path):
        assert cleaned(PAGE + path) == (PAGE + path, False)


@pytest.mark.parametrize("path", ["/caf%C3%A9/thank%20you?utm_campaign=summer%20sale&q=a+b&gclid=Cj0KCQ1", "/a?b=1"])
def test_an_ordinary_address_is_clean_at_a_glance(path: str) -> None:
    assert is_clean(PAGE + path)


def test_an_address_within_an_address_without_end_is_no_long_search() -> None:
    address = PAGE + "?a=" + "%25" * 5_000 + "3D&" * 100
    assert isinstance(cleaned(address)[0], str)


def test_of_an_address_with_more_parameters_than_any_page_has_the_first_are_kept() -> None:
    many = "&".join(f"p{number}=1" for number in range(1_000))
    clean, dropped = cleaned(f"{PAGE}?{many}&billing_phone=5550100199")
    assert (clean, dropped) == (f"{PAGE}?" + "&".join(f"p{number}=1" for number in range(200)), True)
    assert cleaned(clean) == (clean, False)


def test_of_more_parameters_it_is_known_without_reading_them_that_some_go(monkeypatch: pytest.MonkeyPatch) -> None:
    most = f"{PAGE}?" + "&".join("a" * 200)
    assert is_clean(most)
    assert cleaned(most + "&a") == (most, True)
    monkeypatch.setattr(pages, "cleaned", never)
    assert not is_clean(most + "&a")
