"""The stack's parameters as Rokt's settings: each word switches its own field."""

from dataclasses import asdict

import pytest

from rokt.settings import Settings, in_environment

ENVIRONMENT = {
    "ROKT_API": "conversions",
    "ROKT_HASHED": "email,first_name,last_name,mobile,billing_zip",
    "ROKT_SEND_BIRTH_DATE": "false",
    "ROKT_COPY_RTID": "true",
    "ROKT_ACCOUNT_ID": "",
    "ROKT_URL": "",
    "ROKT_HASHED_NAMES": "lower_case",
    "ROKT_CONVERSION_TYPE": "own",
    "DEFAULT_COUNTRY": "US",
    "DELIVERY_MODE": "live",
}
WORDS = ENVIRONMENT["ROKT_HASHED"].split(",")


def read(**changes: str) -> Settings:
    return in_environment(ENVIRONMENT | changes)


def test_the_parameters_as_they_are_hash_everything_and_send_no_birth_date() -> None:
    settings = read()
    assert settings == Settings()
    assert all(getattr(settings, "hash_" + word) for word in WORDS)
    assert not settings.send_birth_date


@pytest.mark.parametrize("word", WORDS)
def test_each_word_hashes_its_own_field_and_no_other(word: str) -> None:
    settings = asdict(read(ROKT_HASHED=word))
    assert [name for name, on in settings.items() if name.startswith("hash_") and on] == ["hash_" + word]


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"ROKT_HASHED": ""}, "hash_email", False),
        ({"ROKT_SEND_BIRTH_DATE": "true"}, "send_birth_date", True),
        ({"ROKT_COPY_RTID": "false"}, "copy_rtid", False),
        ({"DELIVERY_MODE": "test"}, "environment", "development"),
        ({"ROKT_API": "events", "ROKT_ACCOUNT_ID": "12345"}, "account_id", "12345"),
        ({"ROKT_HASHED_NAMES": "as_written"}, "hashed_names", "as_written"),
        ({"ROKT_CONVERSION_TYPE": "listed"}, "conversion_types", "listed"),
        ({"DEFAULT_COUNTRY": "gb"}, "default_country", "GB"),
        ({"DEFAULT_COUNTRY": ""}, "default_country", None),
        ({"ROKT_URL": "https://s2s.eu1.mparticle.com"}, "url", "https://s2s.eu1.mparticle.com"),
    ],
)
def test_each_other_parameter_has_its_setting(changes: dict[str, str], name: str, value: object) -> None:
    assert getattr(read(**changes), name) == value


@pytest.mark.parametrize(
    "changes",
    [{"ROKT_API": "audiences"}, {"ROKT_API": "events"}, {"ROKT_HASHED_NAMES": "upper"}, {"ROKT_CONVERSION_TYPE": ""}],
)
def test_a_stack_that_cannot_work_says_so(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"ROKT_[A-Z_]+ must be one of|account id"):
        read(**changes)
