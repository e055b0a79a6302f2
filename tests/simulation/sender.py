"""A sender: what it posts, who of the destinations takes that, and what it understands of the answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

KEYS = {"server": "sender-key-of-the-simulation", "browser": "browser-key-of-the-simulation"}
ORIGIN = "https://shop.example.com"
# Everything that is posted has a time of its own, by which it is known wherever it turns up.
FIRST_TIME = 1_790_000_000

# plain: all take it. opted-out, nobody (without an identifier of Rokt's): Rokt does not get it. custom (an event name
# of the sender's own): Roku does not. posing: it holds words that an error of Rokt's could be made of.
KINDS = ("opted-out", "nobody", "custom", "posing")
# An event that holds such words may be quoted in an error of Rokt's, which then cannot be trusted.
POSE = "see Path '[0]', line 1, position 3"
# In what words a person's refusal is posted; the last one cannot be read, which counts as one.
REFUSALS: tuple[dict[str, Any], ...] = (
    {"opt_out": "true"},
    {"us_privacy": "1YYN", "opt_out": "false"},
    {"gpp": "DBABLA~CVQVAAAAAACA"},
    {"regs": {"ext": {"gpc": 1}}},
    {"us_privacy": "${US_PRIVACY}"},
)
_NOT_TAKEN = {"opted-out": "rokt", "nobody": "rokt", "custom": "roku"}


@dataclass(frozen=True)
class Event:
    """One conversion in a post, known by `place`, a number of its own.

    `bad_until`: Roku refuses it until then (seconds from the start; 0: never), `rokt_bad_until`: so does Rokt.
    `twin_of`: it has the event id of that other, and another event name. `copy_of`: it is that other once more, with
    another value. `clash_of`: it has that other's id and event name, and is of another person. `thin`: of nobody that
    could be told from others. `poor`: without an amount. `poison`: every request with it is treated so. `size`: bytes
    that it has more.
    """

    name: str
    place: int = 0
    partner: str | None = None
    bad_until: float = 0.0
    rokt_bad_until: float = 0.0
    kind: str = "plain"
    twin_of: str | None = None
    copy_of: str | None = None
    clash_of: str | None = None
    thin: bool = False
    poor: bool = False
    poison: str = ""
    size: int = 0

    def is_for(self, destination: str) -> bool:
        """Whether this destination is to get it."""
        return _NOT_TAKEN.get("nobody" if self.thin else self.kind) != destination

    def refuses(self) -> bool:
        """Whether its person refused: whoever gets it is told so."""
        return self.kind == "opted-out"

    def key(self) -> tuple[str, str]:
        """Its event id and event name, as they are posted."""
        return (
            self.twin_of or self.copy_of or self.clash_of or self.name,
            "ticketpurchase" if self.kind == "custom" else "CONTACT" if self.twin_of else "LEAD",
        )

    def time(self) -> int:
        """When it happened, epoch seconds: nothing else happened then."""
        return FIRST_TIME + self.place

    def email(self) -> str | None:
        """Whose it is."""
        return None if self.kind == "nobody" or self.thin else f"{self.copy_of or self.name}@example.com"

    def conversion(self) -> dict[str, Any]:
        """It, as it is posted."""
        event_id, event_name = self.key()
        user: dict[str, Any] = {"client_ip_address": "203.0.113.9"}
        if email := self.email():
            user["em"] = email
        made: dict[str, Any] = {"event_id": event_id, "event_name": event_name, "event_time": self.time()}
        made["user_data"] = user
        if not (self.thin or self.poor):
            made["custom_data"] = {"value": 100 + self.place, "currency": "USD"}
        if self.size:
            made["event_source_url"] = "https://shop.example.com/" + "a" * self.size
        if self.partner:
            made["partner_name"] = self.partner
        if self.refuses():
            made |= REFUSALS[self.place % len(REFUSALS)]
        if self.kind == "posing":
            made["attributes"] = {"note": POSE}
        return made


@dataclass(frozen=True)
class Post:
    """One POST, and when the sender posts the same again without having been asked to.

    `group` is its event group, `sender` the class of its key: server or browser.
    """

    at: float
    events: tuple[Event, ...]
    again: tuple[float, ...] = ()
    group: str = "g"
    sender: str = "server"

    def request(self) -> dict[str, Any]:
        """API Gateway's event of it."""
        origin = {"origin": ORIGIN} if self.sender == "browser" else {}
        body: dict[str, Any] = {"event_group_id": self.group, "events": [event.conversion() for event in self.events]}
        path = "/v1/beacon" if self.sender == "browser" else "/v1/events"
        return {
            "rawPath": path,
            "headers": {"authorization": f"Bearer {KEYS[self.sender]}"} | origin,
            "requestContext": {"http": {"method": "POST", "path": path}, "stage": "$default", "requestId": "r"},
            "body": json.dumps(body),
        }


def senders_secret() -> str:
    """The secret that holds the keys."""
    browser = {"key": KEYS["browser"], "browser": True, "origins": [ORIGIN]}
    return json.dumps({"sender": KEYS["server"], "page": browser})


def fault_of(post: Post, answer: dict[str, Any], destinations: Sequence[str]) -> str | None:
    """What is wrong with this answer to it; None if nothing is."""
    status = answer["statusCode"]
    if any(event.is_for(name) for event in post.events for name in destinations):
        right = {202, 210, 503}
    else:  # nothing of it is for anybody: all withheld, or some invalid
        right = {400, 503} if any(event.kind == "custom" for event in post.events) else {200, 503}
    if status not in right:
        kinds = sorted({event.kind for event in post.events})
        return f"a request of {len(post.events)} events ({', '.join(kinds)}) got {status}: {answer.get('body')}"[:600]
    if status == 503:
        return None
    body, taken = json.loads(answer["body"]), taken_of(post, answer, destinations)
    for name in destinations:
        said = body["destinations"][name]["accepted"] if "destinations" in body else len(taken[destinations[0]])
        if said != len(taken[name]):
            return f"the answer counts {said} accepted for {name}, and names {len(taken[name])}"
    withheld = {(one["index"], name) for one in body.get("withheld", []) for name in _meant(one, destinations)}
    for index, event in enumerate(post.events):
        for name in destinations:
            if index in taken[name] and not event.is_for(name):
                return f"the sender is told that {event.name} was accepted for {name}, which must not get it"
            if event.is_for(name) and (index, name) in withheld:
                return f"the sender is told that {event.name} is withheld from {name}, which takes it"
    return None


def taken_of(post: Post, answer: dict[str, Any], destinations: Sequence[str]) -> dict[str, set[int]]:
    """The places of the events that the answer says were accepted, by destination."""
    if answer["statusCode"] in (400, 503):
        return {name: set() for name in destinations}
    body = json.loads(answer["body"])
    taken = {name: set(range(len(post.events))) for name in destinations}
    for one in (*body["failed_events"], *body.get("withheld", [])):
        for name in _meant(one, destinations):
            taken[name].discard(one["index"])
    return taken


def believed_of(post: Post, answer: dict[str, Any], destinations: Sequence[str]) -> dict[str, set[int]]:
    """The places of the events that the sender takes for accepted, by destination: a page reads the status alone."""
    if post.sender == "server":
        return taken_of(post, answer, destinations)
    every = range(len(post.events)) if answer["statusCode"] < 300 else ()
    return {name: {index for index in every if post.events[index].is_for(name)} for name in destinations}


def _meant(entry: dict[str, Any], destinations: Sequence[str]) -> Sequence[str]:
    """An entry without a destination means all of them."""
    return [entry["destination"]] if "destination" in entry else destinations
