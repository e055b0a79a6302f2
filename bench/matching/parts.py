"""What ways are made of: the fields of a person, and changes of some of them. Imports nothing of the relay."""

from collections.abc import Callable
from typing import Any

from bench.matching import writings as as_
from bench.matching.people import HASHED, Person

Fields = dict[str, Any]


def plain(person: Person) -> Fields:
    """Everything as the page asks for it, in clear."""
    fields: Fields = {
        "em": person.email, "ph": person.e164, "fn": person.first, "ln": person.last, "ge": person.gender,
        "db": person.born.isoformat(), "ct": person.city, "zp": person.zip, "country": person.country.code,
    }  # fmt: skip
    return fields if person.state is None else fields | {"st": person.state[1]}


def names(person: Person, how: Callable[[str], str]) -> Fields:
    """Names and city, written so."""
    return {"fn": how(person.first), "ln": how(person.last), "ct": how(person.city)}


def with_(*parts: Callable[[Person], Fields]) -> Callable[[Person], Fields]:
    """Everything in plain, changed by these parts in turn."""

    def write(person: Person) -> Fields:
        made = plain(person)
        for part in parts:
            made |= part(person)
        return made

    return write


def only(write: Callable[[Person], Fields], *names: str) -> Callable[[Person], Fields]:
    """Of these fields alone."""
    return lambda person: {name: value for name, value in write(person).items() if name in names}


def by_code(person: Person) -> Fields:
    """The state by its code."""
    return {} if person.state is None else {"st": person.state[0]}


def called(place: int) -> Callable[[Person], Fields]:
    """The country by this one of its names."""
    return lambda person: {"country": person.country.names[place]}


def digests(form: Callable[[str], str]) -> Callable[[Person], Fields]:
    """Everything that is hashed, as a digest in this form."""
    return lambda person: {name: form(text) for name, text in person.canonical().items() if name in HASHED}


def tagged(person: Person) -> str:
    """The address in capitals with a +tag."""
    return f"{person.local.upper()}+shop@{person.host.title()}"


def at_home(person: Person) -> Fields:
    """The number as it is dialled at home."""
    return {"ph": as_.national(person)}
