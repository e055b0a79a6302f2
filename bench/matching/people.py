"""A population of people who do not exist: E.164 numbers, ISO codes, names in NFC. Imports nothing of the relay.

The canonical person is what Roku's page asks for: an address in small letters without its +tag, the number's digits
with the country's code, names in small letters, the birth date as yyyy-mm-dd; unhashed a state's complete name, and a
country's two letters.
"""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from bench.matching.countries import COUNTRIES, Country

HASHED = ("em", "ph", "fn", "ln", "ge", "db")
_HOSTS = "gmail.com outlook.com firma-net.example bücher.example post.co.uk 例え.example münchen.example mail.example"
_ASCII = {  # as RFC 5891 has them
    "bücher.example": "xn--bcher-kva.example",
    "例え.example": "xn--r8jz45g.example",
    "münchen.example": "xn--mnchen-3ya.example",
}
_BORN, _YEARS = date(1935, 1, 2), 26_000  # days until 2006


@dataclass(frozen=True, slots=True)
class Person:
    """What is true of a person; `host` may have letters of any script."""

    country: Country
    local: str
    host: str
    number: str  # within the country, without what is dialled before it
    first: str
    last: str
    gender: str
    born: date
    city: str
    state: tuple[str, str] | None  # code and complete name
    zip: str

    @property
    def email(self) -> str:
        """The address as its owner writes it."""
        return f"{self.local}@{self.host}"

    @property
    def e164(self) -> str:
        """The whole number, with its plus."""
        return f"+{self.country.calling}{self.number}"

    def canonical(self) -> dict[str, str]:
        """Every field as it must arrive."""
        clear = {
            "em": f"{self.local}@{_ASCII.get(self.host, self.host)}",
            "ph": self.e164[1:],
            "fn": unicodedata.normalize("NFC", self.first.lower()),
            "ln": unicodedata.normalize("NFC", self.last.lower()),
            "ge": self.gender,
            "db": self.born.isoformat(),
        }
        places = {"ct": self.city, "zp": self.zip, "country": self.country.code}
        if self.state is not None:
            places["st"] = self.state[1]
        return {name: sha256(text.encode()).hexdigest() for name, text in clear.items()} | places


def population(count: int, seed: int = 1) -> Iterator[Person]:
    """So many people, always the same ones."""
    chance = random.Random(seed)  # noqa: S311 - it makes people
    weights = [country.share for country in COUNTRIES]
    for number in range(count):
        yield _person(number, chance.choices(COUNTRIES, weights)[0], chance)


def _person(number: int, country: Country, chance: random.Random) -> Person:
    first, last = chance.choice(country.first.split()), chance.choice(country.last.split())
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", f"{first}.{last}").lower() if letter in _LETTERS)
    states = [tuple(entry.split("=")) for entry in country.states.split(";") if entry]
    state = chance.choice(states) if states else None
    return Person(
        country=country,
        local=f"{plain.strip('.') or 'p'}{number}",
        host=chance.choice(_HOSTS.split()),
        number=_subscriber(country, chance),
        first=first,
        last=last,
        gender=chance.choice(("male", "female")),
        born=_BORN + timedelta(days=chance.randrange(_YEARS)),
        city=chance.choice(country.cities.split("|")),
        state=None if state is None else (state[0], state[1]),
        zip=_filled(chance.choice(country.zips), chance),
    )


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz.")


def _subscriber(country: Country, chance: random.Random) -> str:
    pattern = chance.choice(country.numbers)
    first = str(chance.randint(2, 9))
    return _filled(pattern.replace("#", first, 1), chance)


def _filled(pattern: str, chance: random.Random) -> str:
    return "".join(str(chance.randrange(10)) if mark == "#" else mark for mark in pattern)
