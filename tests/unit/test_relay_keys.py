"""`relay keys add`: what its options make of an entry."""

import pytest

from relay.errors import Trouble
from relay.key_settings import consent_settings


def test_settings_of_consent_are_words_and_lists_of_words() -> None:
    given = ["categories=Werbung, Partner Ads", "law=eu", "also_limits=no_signal"]
    assert consent_settings(given) == {
        "categories": ["Werbung", "Partner Ads"],
        "law": "eu",
        "also_limits": ["no_signal"],
    }


def test_a_setting_without_a_value_is_told() -> None:
    with pytest.raises(Trouble, match="SETTING=value"):
        consent_settings(["law"])
