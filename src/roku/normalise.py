"""Personal data in the one form that Roku hashes. Pure.

Rules: Roku's Events API page, "Normalizing Raw Data Before Hashing"; each takes trimmed text and raises Fault.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipeline.values import births, mailboxes, persons, phone


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator chooses for phone numbers.

    Their notation, the country of those without a calling code where the event says none, and what becomes of one that
    is not a possible international number.
    """

    phone_format: phone.PhoneFormat = "digits"
    default_country: str | None = "US"
    phone_without_country: Literal["drop", "as_it_stands"] = "drop"

    def __hash__(self) -> int:
        """Of one part: for each event what follows from the settings is looked up, and they are few."""
        return hash(self.default_country)


def email(text: str) -> str:
    """Lower case, without what stands from + to @."""
    return mailboxes.address(without_tag(text))


def usual_email(address: str) -> str:
    """The same for what is an address without a doubt. Raises ValueError for one that is nobody's."""
    address = without_tag(address) if "+" in address else address.lower()
    if mailboxes.is_nobodys(address):
        raise ValueError
    return address


def without_tag(address: str) -> str:
    """The address in lower case, without what stands from + to @."""
    address = address.lower()
    if "+" in address:
        local, at, domain = address.rpartition("@")
        address = local.partition("+")[0] + at + domain
    return address


def name(text: str) -> str:
    """Lower case."""
    return persons.name(text).lower()


def usual_name(text: str) -> str:
    """The same for what looks like a name. Raises ValueError for one that needs a closer look."""
    text = text.lower()
    if " " not in text:
        if text in persons.NOBODYS_NAMES:
            raise ValueError
    elif persons.is_nobodys_name(text) or "  " in text:
        raise ValueError
    return text


def gender(text: str) -> str:
    """Male, female or unknown, in lower case."""
    return persons.gender(text)


def birth_date(text: str, year: int) -> str:
    """A real date up to this year, as yyyy-mm-dd."""
    return births.born(text, year).isoformat()


def iso_date(text: str, year: int) -> str:
    """The same for what has that form. Raises ValueError."""
    if not 1901 <= date.fromisoformat(text).year <= year:
        raise ValueError
    return text
