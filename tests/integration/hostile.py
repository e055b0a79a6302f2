"""Posts that look for work that grows faster than they do: hostile texts, and where a post can hold them."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from local.cases import read_cases
from roku import vocabulary as words

ROOT = Path(__file__).parents[2]
NOW = 1767225600
LONGEST = 256_000  # characters of one text
# Bytes of a post with such texts, of which there are many; what may cost most has 5.8 MB. Work that grows as the
# square of a text's length takes seconds here: 150 texts of 2,700 characters are 1,000,000,000 steps.
ROOM = 400_000

# A text of so many characters, of each class that some rule, expression or parser could be slow with.
_REPEATED = {
    "quotes": '"',
    "single quotes": "'",
    "at signs": "@",
    "percent signs": "%",
    "encoded at signs": "%40",
    "brackets": "[",
    "braces": "{",
    "nested brackets": "[{(<",
    "digits": "1",
    "zeros": "0",
    "dots": ".",
    "commas": ",",
    "thousands": "1,111.",
    "spaced thousands": "1 111",
    "hyphens and underscores": "-_",
    "slashes": "/\\",
    "colons": ":1",
    "IPv6": "::1:",
    "IPv4": "1.1.",
    "parameters": "&email=a",
    "click ids": "?rtid=",
    "fragments": "#;&?",
    "e-mail": "a@a.",
    "e-mail without end": "aaaa.aaaa+aaa@",
    "phone": "+1 (555) 010-",
    "extensions": "ext. x#",
    "JSON": '{"a":[',
    "escapes": "\\u",
    "base64": "QUJD+/==",
    "hex": "0a1b2c3d",
    "lone surrogates": "\ud83d",
    "surrogate pairs": "\ud83d\ude00\ude00",
    "combining characters": "e\u0301\u0316\u0327",
    "compatibility characters": "\ufdfa\u2168",
    "folding characters": "\u0130\u00df\u017f",
    "currency": "US$",
    "dates": "2026-01-01T",
    "tags": "[[tag]]{{",
    "CSV": 'a,"b""',
    "line breaks": "\r\n\u2028",
    "NUL": "\x00",
}
CLASSES: Mapping[str, Callable[[int], str]] = {
    "spaces": lambda size: "a" + " " * (size - 2) + "b",
    "a URL with a space": lambda size: "http://" + "a" * (size - 9) + " b",
    "a URL with a long query": lambda size: ("https://a.example/?" + "a=%40&" * (size // 6))[:size],
    "a URL with a long user": lambda size: "https://" + "a:b@" * (size // 4) + "/",
    "a long tag": lambda size: "{{" + "a" * (size - 4) + "}}",
} | {name: lambda size, text=text: (text * (size // len(text) + 1))[:size] for name, text in _REPEATED.items()}

# What a post needs in order to be read at all: without these only the first check of an event would be tried.
_NEEDED = frozenset(
    "event event_name event_type event_time type timestamp start_time start_time_utc processed_at created_at call_start"
    " direction answered duration test event_group_id em customer_phone_number calling_phone_number caller_number"
    " contact_number userId user_id email email_apply_sha256_hash email_already_sha256_hash".split()
)


def spoiled(value: Any, text: str, keep: frozenset[str] = frozenset()) -> Any:
    """The value with the text in the place of each text and number, but in the fields to keep, and as a name."""
    if isinstance(value, dict):
        made = {name: one if name in keep else spoiled(one, text, keep) for name, one in value.items()}
        return made | {text: text}
    if isinstance(value, list):
        return [spoiled(one, text, keep) for one in value]
    return value if isinstance(value, bool) or value is None else text


def _whole() -> dict[str, Any]:
    """A conversion with every field that a destination knows."""
    item = {"id": "1", "quantity": 1, "price": 1, "delivery_category": "home_delivery"}
    texts = (
        "content_category content_ids content_name content_type currency num_items predicted_ltv search_string status"
        " value order_id purchase_type delivery_category utm_source utm_medium utm_campaign utm_term utm_content"
    ).split()
    user = (*words.IDENTIFIERS, *words.HASHED, "ct st zp country client_ip_address client_user_agent idfv".split())
    names = [name for one in user for name in ([one] if isinstance(one, str) else one)]
    return {
        "event_name": "PURCHASE",
        "event_time": NOW,
        "event_id": "1",
        "event_source": "website",
        "event_source_url": "https://a.example/",
        "referrer_url": "https://a.example/",
        "partner_name": "p",
        "opt_out": "false",
        "is_hashed": "x",
        "data_processing_country": "US",
        "rtid": "r",
        "audience_name": "a",
        "audience_membership": "x",
        "click_ids": {"rtid": "r", "rclid": "r", "gclid": "g"},
        "attributes": {"transactionid": "1", "colour": "red"},
        "user_data": dict.fromkeys(names, "x") | {"data_processing_country": "US"},
        "custom_data": dict.fromkeys(texts, "x") | {"contents": [item]},
    }


# Each door of /v1/events and of the sources, with a post of the most usual form. Some of another form come beside it.
_SAMPLES = (
    "callrail-post-call calltrackingmetrics-end ga4-datalayer ga4-measurement-protocol invoca-post-call"
    " ringba-pixel segment-order-completed segment-signed-up shopify-order-paid tealium-purchase"
).split()


class Door(NamedTuple):
    """Where something can be posted, and the body that holds a text wherever it can."""

    name: str
    path: str
    body: Callable[[str], str]
    headers: Mapping[str, str] = MappingProxyType({})

    def size(self, kind: str) -> int:
        """How long a text of this class may be, so that a post with it is not too large."""
        short = len(self.body(CLASSES[kind](1_000)).encode(errors="surrogatepass"))
        return min(LONGEST, ROOM * 1_000 // short)


def _json(name: str, path: str, body: Any, headers: Mapping[str, str] = MappingProxyType({})) -> Iterator[Door]:
    """The text in every field at once, and in the optional ones alone."""
    yield Door(name, path, lambda text: json.dumps(spoiled(body, text)), headers)
    yield Door(f"{name}, optional fields", path, lambda text: json.dumps(spoiled(body, text, _NEEDED)), headers)


def doors() -> Iterator[Door]:
    """/v1/events and all sources."""
    yield from _json("events", "/v1/events", {"event_group_id": "g1", "events": [_whole()]})
    yield from _json("one flat event", "/v1/events", _whole())
    cases = {case.name.removesuffix(".json"): case for case in read_cases(ROOT / "events" / "sources")}
    for name in _SAMPLES:
        case = cases[name]
        headers = {header.lower(): value for header, value in case.headers.items()}
        yield from _json(name, case.path, json.loads(case.body), headers)
    csv, jsonl = "/v1/sources/csv", "/v1/sources/jsonl"
    columns = "event_name,event_time,event_id,email,phone,first_name,value,currency,url,sku,items,city,birthday,gender"
    begun = f"{columns}\nPURCHASE,{NOW},"
    yield Door("csv", csv, lambda text: f"{columns}\n" + ",".join([_cell(text)] * 14))
    yield Door("csv, optional cells", csv, lambda text: begun + ",".join([_cell(text)] * 12))
    yield Door("csv without quotes", csv, lambda text: begun + ",".join([text] * 12))
    yield Door("csv header", csv, lambda text: ",".join(["email", _cell(text), text]) + "\n1,2,3")
    yield from _json("jsonl, side by side", jsonl, dict.fromkeys(columns.split(","), "x"))
    yield from _json("jsonl", jsonl, _whole())
    for path in ("/v1/events", csv, jsonl, "/v1/sources/ringba", "/v1/sources/segment"):
        yield Door(f"{path} as it is", path, lambda text: text)
        yield Door(f"{path} as a value", path, lambda text: '{"events": [' + text + "]}")


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


# Whole posts of nearly 6 MB, each with as much as fits of one thing that costs work.


def _events(count: int, **fields: Any) -> str:
    """A post of so many conversions; a field may be made of the event's place."""
    base = {"event_name": "LEAD", "event_time": NOW, "user_data": {"em": "jane@example.com"}}
    made = [
        base | {"event_id": str(place)} | {name: one(place) if callable(one) else one for name, one in fields.items()}
        for place in range(count)
    ]
    return json.dumps({"event_group_id": "g1", "events": made})


def _beside(fields: dict[str, Any]) -> str:
    """A post of 1,000 conversions with these fields beside them."""
    return json.dumps(json.loads(_events(1_000)) | fields)


def _at(count: int, page: str, referrer: str) -> str:
    """A post of so many conversions with these addresses."""
    return _events(count, event_source_url=f"https://{page}", referrer_url=f"https://{referrer}")


def _names(count: int, place: int, start: str = "event_nam") -> dict[str, int]:
    return {f"{start}{place}_{number}": 1 for number in range(count)}


_WRONG = dict.fromkeys(
    "currency content_type purchase_type delivery_category num_items value predicted_ltv".split(), "x"
)
_GA4 = {"name": "purchase", "params": {"transaction_id": "1"}}
_ROWS = "\n".join(",".join(str(place % 7) for place in range(1_000)) for _ in range(1_000))
# Name -> path and body.
POSTS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "unknown names in good events": (
        "/v1/events",
        lambda: _events(
            1_000,
            user_data=lambda at: {"em": "jane@example.com"} | _names(50, at),
            custom_data=lambda at: _names(220, at, "value"),
        ),
    ),
    "unknown names in items": (
        "/v1/events",
        lambda: _events(
            1_000,
            custom_data=lambda at: {
                "contents": [
                    {"id": "1", "quantity": 1, "price": 1} | {f"i{at}{n}{m}": 1 for m in range(40)} for n in range(9)
                ]
            },
        ),
    ),
    "empty items": (
        "/v1/events",
        lambda: _events(1_000, custom_data={"contents": [{}] * 1_000, "content_ids": [[]] * 400}),
    ),
    "items with wrong categories": (
        "/v1/events",
        lambda: _events(
            1_000, custom_data=lambda at: {"contents": [{"delivery_category": f"h{at}{n}"} for n in range(160)]}
        ),
    ),
    "everything wrong": (
        "/v1/events",
        lambda: _events(
            1_000,
            custom_data=lambda at: (
                {name: f"{wrong}{at}" for name, wrong in _WRONG.items()} | {"contents": [{"price": "1,2,3"}] * 200}
            ),
            opt_out="perhaps",
            event_source=lambda at: f"web{at}",
            referrer_url="ftp://a",
        ),
    ),
    "partners": (
        "/v1/events",
        lambda: _events(1_000, partner_name=lambda at: f"{at}" * 60, custom_data={"status": "x" * 4_000}),
    ),
    "addresses with personal data": (
        "/v1/events",
        lambda: _at(170, "a.example/?" + "email=a%40a.aa&" * 1_090, "a.example/#" + "a@a.aa;" * 2_330),
    ),
    "many short addresses": (
        "/v1/events",
        lambda: _at(1_000, "a.example/?" + "a=b&%41=c&" * 270, "a@a.example/?" + "a=b&" * 600),
    ),
    "texts with at signs": (
        "/v1/events",
        lambda: _events(
            1_000,
            custom_data={"status": "a@" * 900, "search_string": "a.@" * 900, "content_name": ("a" * 64 + "@") * 18},
        ),
    ),
    "long ids": ("/v1/events", lambda: _events(1_000, event_id=lambda at: f"{at} " * 1_100)),
    "large numbers": (
        "/v1/events",
        lambda: _events(1_000, custom_data="#").replace('"#"', '{"value": ' + "9" * 4_300 + "}"),
    ),
    "addresses of the whole world": (
        "/v1/events",
        lambda: _events(
            1_000,
            user_data={"ph": "+44 (0)20 7946 0958 ext. 1", "em": "a+" * 1_900 + "@example.com"},
        ),
    ),
    "attributes": (
        "/v1/events",
        lambda: _events(1_000, attributes=lambda at: {f"a-{n}.b c{at}": "x" for n in range(260)}),
    ),
    "click ids": ("/v1/events", lambda: _events(350, event_source_url="https://a.example/" + "?rtid=a%20b" * 1_400)),
    "signals of consent beside the events": (
        "/v1/events",
        lambda: _beside(
            {
                "gpp": [{"gpp": "DBABLA~" + "A" * 8_100 + str(n)} for n in range(60)],
                "tcf": [{"tc_string": "C" + "A" * 8_100 + str(n)} for n in range(60)],
                "consent": [{"consent": {f"c{n}{m}": False for m in range(300)}} for n in range(60)],
            }
        ),
    ),
    "signals of consent in each event": (
        "/v1/events",
        lambda: _events(
            650, gpp="D" + "B" * 8_100, context=lambda at: {"consent": {f"c{at}{n}": "x" for n in range(20)}}
        ),
    ),
    "names that may be signals of consent": (
        "/v1/events",
        lambda: _events(1_000, context=lambda at: {f"email.opt_out.{at}_{n}": 1 for n in range(200)}),
    ),
    "nested arrays": ("/v1/events", lambda: "[" * 5_800_000),
    "nested events": ("/v1/events", lambda: '{"events": [' + ",".join(["[{},{}]"] * 700_000) + "]}"),
    "halves of surrogate pairs": ("/v1/events", lambda: '{"a": "' + "\\ud83d" * 960_000 + '", "events": []}'),
    "a template": ("/v1/events", lambda: '{"events": , ' * 440_000),
    "csv of 1,000 columns": (
        "/v1/sources/csv",
        lambda: ",".join(["email", *(f"c{n}" for n in range(999))]) + "\n" + (_ROWS + "\n") * 2,
    ),
    "csv of open quotes": ("/v1/sources/csv", lambda: "email,phone\n" + '"a,b\n' * 99_000),
    "csv of long open quotes": ("/v1/sources/csv", lambda: "email,phone\n" + ('"a,' + "b" * 5_790 + "\n") * 1_000),
    "csv of all columns": (
        "/v1/sources/csv",
        lambda: "email," * 900 + "phone\n" + ("," * 900 + "x\n") * 1_000 + "," * 4_000_000,
    ),
    "jsonl of JSON": (
        "/v1/sources/jsonl",
        lambda: "\n".join(
            json.dumps({"event_name": "LEAD", "items": "[" + "{}," * 1_890 + "{}]"}) for _ in range(1_000)
        ),
    ),
    "tealium of names": ("/v1/sources/tealium", lambda: json.dumps([_names(250, at) for at in range(1_000)])),
    "tealium of arrays": (
        "/v1/sources/tealium",
        lambda: json.dumps([dict.fromkeys(("product_ids", "product_quantity", "product_price"), "1," * 940)] * 1_000),
    ),
    "ga4 of items": (
        "/v1/sources/ga4",
        lambda: json.dumps(
            {
                "events": [
                    {
                        "name": "purchase",
                        "params": {"transaction_id": str(at), "items": [{"item_id": "1", "price": "€1,2"}] * 140},
                    }
                    for at in range(1_000)
                ]
            }
        ),
    ),
    "ga4 of parameters": (
        "/v1/sources/ga4",
        lambda: json.dumps({"events": [_GA4 | _names(250, at) for at in range(1_000)]}),
    ),
    "shopify of lines": (
        "/v1/sources/shopify",
        lambda: json.dumps(
            {"id": 1, "line_items": [{"sku": "1", "price": "1 $"}] * 150_000, "note_attributes": [{}] * 200_000}
        ),
    ),
    "callrail of tags": (
        "/v1/sources/callrail",
        lambda: json.dumps({"answered": True, "duration": 60, "tags": "a," * 2_800_000}),
    ),
    "ringba of tags": ("/v1/sources/ringba", lambda: '{"a": ' + "[tag:a], " * 600_000),
}
