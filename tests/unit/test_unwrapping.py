"""Values out of their wrappings, whatever library or tool wrapped them."""

from typing import Any

import pytest

from pipeline.intake.unwrapping import unwrapped


def read(value: Any, *, strict: bool = False) -> tuple[Any, list[str]]:
    warnings: list[tuple[str, str]] = []
    return unwrapped(value, warnings, strict=strict), [name for name, _ in warnings]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (
            {"user_data": {"em": ["a@b.example"], "external_id": [7]}},
            {"user_data": {"em": "a@b.example", "external_id": 7}},
        ),
        (
            {"event_name": ["LEAD"], "custom_data": [{"value": [9.5]}]},
            {"event_name": "LEAD", "custom_data": {"value": 9.5}},
        ),
        ({"user_data": []}, {"user_data": {}}),
        ({"custom_data": {"content_ids": ["A"]}}, {"custom_data": {"content_ids": ["A"]}}),
    ],
)
def test_an_array_of_one_is_its_item_where_one_value_belongs(given: Any, meant: Any) -> None:
    assert read(given) == (meant, [])


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"user_data": '{"ph": "+12125550100"}'}, {"user_data": {"ph": "+12125550100"}}),
        ({"custom_data": {"contents": '[{"id": "7"}]'}}, {"custom_data": {"contents": [{"id": "7"}]}}),
        ({"custom_data": '{"contents": "[{\'id\': \'7\', \'price\': None}]"}'},
         {"custom_data": {"contents": [{"id": "7", "price": None}]}}),
        ({"ecommerce": {"items": '{"0": {"item_id": "x"}}'}}, {"ecommerce": {"items": [{"item_id": "x"}]}}),
        ({"content_ids": "[7, 8]"}, {"content_ids": [7, 8]}),
        ({"content_ids": "red , blue"}, {"content_ids": ["red", "blue"]}),
        ({"content_ids": "[red,blue]"}, {"content_ids": ["red", "blue"]}),
        ({"events": {"10": {"a": 1}, "9": {"a": 2}}}, {"events": [{"a": 2}, {"a": 1}]}),
    ],
)  # fmt: skip
def test_text_and_number_keys_are_the_container_that_they_stand_for_and_it_is_told(given: Any, meant: Any) -> None:
    value, told = read(given)
    assert value == meant
    assert told


def test_the_fields_of_a_form_are_put_in_their_places() -> None:
    given = {
        "user_data[em]": "a@b.example",
        "contents[1][id]": "B",
        "contents[0][id]": "A",
        "content_ids[]": ["A", "B"],
    }
    assert read(given)[0] == {
        "user_data": {"em": "a@b.example"},
        "contents": [{"id": "A"}, {"id": "B"}],
        "content_ids": ["A", "B"],
    }


def test_of_several_values_of_a_person_the_first_is_taken_and_it_is_told() -> None:
    assert read({"user_data": {"ph": [None, "+12125550100", "+12125550101"]}}) == (
        {"user_data": {"ph": "+12125550100"}},
        ["user_data.ph"],
    )


@pytest.mark.parametrize("given", [{"opt_out": ["true"]}, {"consent": {"given": ["C0002"]}}, {"gpp_sid": [7]}])
def test_signals_of_consent_stay_as_they_are(given: Any) -> None:
    assert read({**given})[0] == given


@pytest.mark.parametrize("text", ["[basket]", "{{items}}", "nothing of an array", '[{"id": ]'])
def test_what_is_no_basket_stays_and_is_told_where_a_source_would_pass_over_it(text: str) -> None:
    assert read({"items": text}) == ({"items": text}, [])
    value, told = read({"items": text}, strict=True)
    assert value == {"items": text}
    assert told == ([] if text in ("[basket]", "{{items}}") else ["items"])


def test_what_is_deep_ends() -> None:
    deep: Any = {}
    for _ in range(200):
        deep = {"params": [deep]}
    assert read(deep)[1] == []


@pytest.mark.parametrize(
    "wrapped", ['["a@x.example"]', {"0": "a@x.example"}, '{"3": "a@x.example"}', [["a@x.example"]]]
)
def test_a_field_of_a_person_comes_out_of_every_wrapping(wrapped: Any) -> None:
    assert read({"user_data": {"em": wrapped}}) == ({"user_data": {"em": "a@x.example"}}, [])


def test_addresses_of_the_internet_in_an_array_are_a_chain() -> None:
    chain = ["10.1.2.3", "203.0.113.9"]
    for written in (chain, '["10.1.2.3", "203.0.113.9"]', {"0": chain[0], "1": chain[1]}):
        assert read({"user_data": {"client_ip_address": written}}) == (
            {"user_data": {"client_ip_address": "10.1.2.3, 203.0.113.9"}},
            [],
        )
