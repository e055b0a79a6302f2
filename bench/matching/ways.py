"""Thirty ways in which real senders write one person: web forms, CRMs, call trackers, shops, spreadsheets.

Imports nothing of the relay.

A way gives the fields by their names in /v1/events; `door` and `columns` say in which words and body they are posted.
What a way cannot hold, or has destroyed, it leaves out, so that everything in it could be matched.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bench.matching import writings as as_
from bench.matching.parts import Fields, at_home, by_code, called, digests, names, only, plain, tagged, with_
from bench.matching.people import Person

Door = Literal["events", "csv", "jsonl", "shopify", "segment", "callrail"]

_EXPORT = {
    "em": "Email", "ph": "Phone", "fn": "First Name", "ln": "Last Name", "ge": "Gender", "db": "Date of Birth",
    "ct": "City", "st": "State", "zp": "Zip", "country": "Country",
}  # fmt: skip
_MAILING = _EXPORT | {
    "st": "Mailing State",
    "ct": "Mailing City",
    "zp": "Mailing Postal Code",
    "country": "Mailing Country",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way; `order` is the sender's setting for its dates, `delimiter` the CSV file's."""

    name: str
    write: Callable[[Person], Fields]
    door: Door = "events"
    order: Literal["mdy", "dmy"] | None = None
    columns: Mapping[str, str] = field(default_factory=lambda: _EXPORT)
    delimiter: str = ","


WAYS = (
    Way("as the page asks for it", plain),
    Way(
        "web form, typed in haste",
        with_(lambda p: names(p, as_.spaced) | {"em": f" {tagged(p)} ", "ph": as_.national(p)}),
    ),
    Way(
        "web form in capitals",
        with_(
            lambda p: {"fn": p.first.upper(), "ln": p.last.upper(), "em": p.email.upper(), "ge": p.gender[0].upper()}
        ),
    ),
    Way("telephone field with (0)", with_(lambda p: {"ph": as_.with_trunk(p)}, by_code)),
    Way("telephone field with a zero", with_(lambda p: {"ph": as_.bare_trunk(p)})),
    Way("dialled from Europe", with_(lambda p: {"ph": as_.dialled(p, "00")})),
    Way("dialled from North America", with_(lambda p: {"ph": as_.dialled(p, "011 ")})),
    Way("number with an extension", with_(lambda p: {"ph": f"Tel: {as_.groups(p.e164, '-')} ext. 12"})),
    Way("copied from a chat", with_(lambda p: {name: as_.pasted(str(value)) for name, value in plain(p).items()})),
    Way("typed on a Mac (NFD)", with_(lambda p: names(p, as_.decomposed) | {"em": as_.decomposed(p.email)})),
    Way("WordPress form (entities)", with_(lambda p: names(p, as_.entities) | {"em": as_.entities(p.email)})),
    Way("PHP program (arrays, backslashes)", with_(lambda p: {n: [as_.slashed(v)] for n, v in plain(p).items()})),
    Way(
        "fields as JSON text and number keys",
        with_(lambda p: {"em": f'["{p.email}"]', "ph": {"0": p.e164}, "zp": [p.zip]}),
    ),
    Way(
        "Japanese keyboard",
        with_(lambda p: {"em": as_.wide(p.email), "ph": as_.wide(p.e164), "zp": as_.wide(p.zip)} | names(p, as_.wide)),
    ),
    Way(
        "from the address of a page",
        with_(lambda p: names(p, as_.encoded) | {"em": as_.encoded(p.email), "ph": as_.encoded(p.e164)}),
    ),
    Way(
        "Outlook contact",
        with_(lambda p: {"em": f'"{p.last}, {p.first}" <{p.email}>', "ph": f"tel:{as_.groups(p.e164, '.')}"}),
    ),
    Way("links of a page", with_(lambda p: {"em": f"mailto:{p.email}?subject=Hi", "ph": f"{p.e164} (mobile)"})),
    Way("hashed, hexadecimal", digests(str.upper)),
    Way(
        "hashed, base64 and 0x",
        lambda p: {
            n: "0x" + v if n == "ph" else b64encode(bytes.fromhex(v)).decode() for n, v in digests(str)(p).items()
        },
    ),
    Way(
        "spreadsheet, cells as text",
        with_(lambda p: {"ph": "'" + p.e164, "zp": as_.armoured(p.zip), "em": f"'{p.email}"}),
        "csv",
    ),
    Way(
        "spreadsheet, cells as numbers",
        with_(
            at_home,
            lambda p: {"ph": f"{p.e164[1:]}.0", "zp": as_.without_zeros(p.zip), "db": p.born.strftime("%d.%m.%Y")},
            by_code,
        ),
        "csv",
        "dmy",
        delimiter=";",
    ),
    Way(
        "data frame, long numbers",
        with_(lambda p: {"ph": as_.scientific(p.e164[1:]), "db": p.born.strftime("%Y-%m-%d 00:00:00")}),
        "csv",
    ),
    Way("export that lost its encoding", with_(lambda p: names(p, as_.misread)), "csv"),
    Way(
        "Salesforce report",
        with_(
            at_home,
            by_code,
            called(0),
            lambda p: {"db": p.born.strftime("%m/%d/%Y"), "ge": "Mr." if p.gender == "male" else "Ms."},
        ),
        "csv",
        "mdy",
        _MAILING,
    ),
    Way(
        "HubSpot",
        with_(called(0), lambda p: {"db": as_.milliseconds(p), "ph": as_.groups(p.e164)}),
        "jsonl",
        columns={
            "em": "email",
            "ph": "phone",
            "fn": "firstname",
            "ln": "lastname",
            "ge": "gender",
            "db": "date_of_birth",
            "ct": "city",
            "st": "state",
            "zp": "zip",
            "country": "country",
        },
    ),
    Way("lead ads", with_(lambda p: {"ph": f"p:{p.e164}", "zp": f"z:{p.zip}"}, called(1)), "csv", delimiter="\t"),
    Way(
        "German CRM",
        with_(
            at_home,
            called(2),
            lambda p: {"db": as_.in_words(p, "de"), "ge": "männlich" if p.gender == "male" else "weiblich"},
        ),
        "csv",
        delimiter=";",
    ),
    Way("Shopify order", only(with_(at_home, by_code), *"em ph fn ln ct st zp country".split()), "shopify"),
    Way(
        "Segment, Spanish site",
        only(
            with_(
                called(4), lambda p: {"db": as_.in_words(p, "es"), "ge": "hombre" if p.gender == "male" else "mujer"}
            ),
            *"em ph fn ln ge db ct st zp country".split(),
        ),
        "segment",
    ),
    Way("call tracker", only(with_(at_home, by_code), *"ph ct st country".split()), "callrail"),
)
