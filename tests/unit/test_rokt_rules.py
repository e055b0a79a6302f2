"""Names of a sender's own attributes: none that says that a person's data is in it."""

import pytest

from rokt.rules import fault_of_name


@pytest.mark.parametrize(
    "name",
    [
        "customer_phone", "callerPhone", "customer_name", "Recipient Name", "shipping_address", "surname",
        "postal-code", "ssn_last4", "zip", "ip", "ip_address", "backup.email", "given_name", "mobileNumber",
    ],
)  # fmt: skip
def test_a_name_that_stands_for_a_person_is_refused_with_the_fix(name: str) -> None:
    assert "user_data" in str(fault_of_name(name))


@pytest.mark.parametrize("name", ["plan", "plan_name", "store.id", "campaign name", "shipping_method", "tipo", "seats"])
def test_any_other_name_may_be_used(name: str) -> None:
    assert fault_of_name(name) is None
