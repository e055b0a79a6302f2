"""Whether a name that somebody else chose says that a person's data or a key is under it: of a parameter or a field.

A name is taken apart into words: at capitals, digits and whatever is not a letter (billing_phone, contact[phone],
customer.firstName, your-email, address1), and a word without such a border into the words that it is made of
(useremail, phonenumber). A word that cannot be taken apart whole stays one, so that "headphone", "filename" and
"emailing" say nothing. Pure.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote_plus

from pipeline.values.limits import FIELD_NAME

# Whatever stands around one of them, it is of a person.
_STRONG = frozenset(
    "email mail courriel correo phone telephone telefon telefono tel mobile movil celular cell cellphone landline"
    " msisdn whatsapp fax callerid ssn birthday birthdate birth dob bday geburtsdatum surname forename firstname"
    " lastname fullname middlename nickname username fname lname vorname nachname prenom apellido passport address addr"
    " adresse street strasse zip zipcode postal postcode plz iban cvv cvc creditcard password passwd pwd passcode"
    " passphrase handy rufnummer geburtstag telefone cognome sobrenome indirizzo endereco direccion".split()
)
# A person's only next to a role, or alone: a product has a name too.
_WEAK = frozenset("name nombre nom nome naam gender sex ip em ph fn ln db ge zp".split())
_ROLES = frozenset(
    "customer cust client guest buyer purchaser shopper user usr member subscriber contact caller recipient receiver"
    " addressee billing bill shipping ship delivery payer payee holder cardholder owner patient passenger traveler"
    " traveller student parent child spouse visitor prospect applicant attendee participant person donor employee"
    " lead agent sender additional first last given family middle maiden full real legal display nick sur fore"
    " kunde kunden kundin besteller empfanger kontakt ansprechpartner cliente klant acheteur destinataire"
    " titular".split()
)
# With a role before them they are a name: customer[first].
_PARTS = frozenset("first last given family middle maiden".split())
_ALONE = frozenset("recipient addressee cardholder".split())  # a person's name where nothing follows
_FILLERS = frozenset(
    "nummer numero my your his her their the of on to number num no data fields txt text info details ud hashed"
    " sha raw".split()
)
_PAIRS = (
    frozenset({"social", "security"}),
    frozenset({"national", "id"}),
    frozenset({"tax", "id"}),
    frozenset({"post", "code"}),
    frozenset({"driver", "license"}),
    frozenset({"driver", "licence"}),
    *(
        frozenset({card, what})
        for card in ("card", "cc")
        for what in ("number", "num", "no", "holder", "name", "csc", "exp")
    ),
    *(frozenset({who, what}) for who in ("contact", "caller", "sms") for what in ("number", "num", "no")),
)
# What is only about a person's data: phone_type, email_optin, mobile_app.
_ABOUT_LAST = frozenset(
    "type model brand campaign template source status count version app device platform provider domain preference"
    " permission marketing newsletter banner site view verified valid validated confirmed".split()
)
_ABOUT = frozenset("opt optin optout consent subscribed country is has accepts allows".split())

_SECRET = frozenset(
    "key token secret signature sig auth authorization credential jwt bearer hmac otp password passwd pwd passcode"
    " passphrase".split()
)
_SECRET_ALONE = frozenset({"pass", "pin"})

# Further words that the undivided ones are made of.
_AFFIXES = frozenset(
    "nummer numero number num no id date line code home work office other main alt new old primary day evening"
    " confirm confirmation"
    " verify api access write public private app shared refresh session csrf xsrf card credit debit exp social security"
    " national tax license licence driver".split()
)
_VOCABULARY = (
    _STRONG | {word for word in _WEAK if len(word) > 2} | _ROLES | _SECRET | _AFFIXES | {"your", "text", "data"}
)
_MOST_WORDS = 20  # that are looked at: of a longer name the first and the last
_PIECE = re.compile("|".join(sorted(_VOCABULARY, key=lambda word: (-len(word), word)))).match

_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LETTERS = re.compile(r"[a-z]+")


def is_personal(name: str) -> bool:
    """Whether a person's data is under this name."""
    return _judged(_ends(name))[0]


def is_secret(name: str) -> bool:
    """Whether a key, a token or a signature is under this name."""
    return _judged(_ends(name))[1]


def is_personal_or_secret(name: str) -> bool:
    """Whether it is one of both."""
    return _judged(_ends(name))[2]


def _ends(name: str) -> str:
    """What is looked at: of a long name its beginning and its end."""
    return name if len(name) <= 2 * FIELD_NAME else f"{name[:FIELD_NAME]}_{name[-FIELD_NAME:]}"


@lru_cache(maxsize=4_096)  # shops post the same names forever
def _judged(name: str) -> tuple[bool, bool, bool]:
    """Whether the name is personal, secret, one of both."""
    words = _words(name)
    personal, secret = _is_personal(words), _is_secret(words)
    return personal, secret, personal or secret


def names_at_a_glance() -> str:
    """An expression for `pipeline.values.glances` that finds, in an ASCII query, each name that may be one of both.

    Each has at least one of these words: one that words are made of anywhere, another as a word of its own. In a query
    names begin behind ? or & and end before = or &; of one that is too long to be looked at whole nothing is said.
    """
    pairs = {max(sorted(pair), key=len) for pair in _PAIRS}
    telling = sorted(_STRONG | _WEAK | _PARTS | _ALONE | _SECRET | _SECRET_ALONE | pairs)
    anywhere = "|".join(word for word in telling if len(word) > 2 or word in _VOCABULARY)
    short = [word for word in telling if len(word) <= 2 and word not in _VOCABULARY]
    after_a_letter = "|".join(form for word in short for form in (word.upper(), word.capitalize()))
    end = "(?:e?s)?(?:[^a-z]|$)"
    return (
        rf"[?&][^=&]*(?:(?i:{anywhere})|[A-Za-z](?:{after_a_letter}){end})"
        rf"|[?&](?:[^=&]*[^A-Za-z=&])?(?i:{'|'.join(short)}){end}"
        rf"|[?&][^=&]{{{2 * FIELD_NAME + 1}}}"
    )


def _is_secret(words: list[str]) -> bool:
    return not _SECRET.isdisjoint(words) or (len(words) == 1 and words[0] in _SECRET_ALONE)


def _is_personal(words: list[str]) -> bool:
    found = set(words)
    if not found.isdisjoint(_STRONG):
        return found.isdisjoint(_ABOUT) and words[-1] not in _ABOUT_LAST
    if any(pair <= found for pair in _PAIRS):
        return True
    if words and (words[-1] in _ALONE or _is_part_of_somebody(words)):
        return True
    return any(word in _WEAK and _is_of_somebody(words, place) for place, word in enumerate(words))


def _is_part_of_somebody(words: list[str]) -> bool:
    """Whether the last word is half of a name, and those before it say whose: customer_first, not page_first."""
    *before, last = words
    return last in _PARTS and set(words) <= _ROLES | _FILLERS and not set(before) <= _PARTS | _FILLERS


def _is_of_somebody(words: list[str], place: int) -> bool:
    """Whether the words next to this one are a person's: customer_name and name, not product_name."""
    near = _ROLES | _FILLERS | _WEAK
    if place:
        return words[place - 1] in near
    return len(words) == 1 or words[1] in near


def _words(name: str) -> list[str]:
    for _ in range(3):
        if "%" not in name:
            break
        name = unquote_plus(name)
    if not name.isascii():
        name = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    apart = _LETTERS.findall(name if name.islower() else _CAPITALS.sub("_", name).lower())
    if len(apart) > _MOST_WORDS:
        apart = apart[: _MOST_WORDS // 2] + apart[-_MOST_WORDS // 2 :]
    return [word for one in apart for word in (_taken_apart(one) if len(one) > 1 else (one,))]


def _taken_apart(word: str) -> list[str]:
    """The words of the vocabulary that the word is made of, the longest first; else the word itself.

    A plural counts as its singular.
    """
    for end in ("", "s", "es"):
        if not word.endswith(end):
            continue
        form = word.removesuffix(end)
        if form in _VOCABULARY or form in _WEAK:
            return [form]
        if parts := _split(form):
            return parts
    return [word]


def _split(word: str) -> list[str]:
    parts, place = [], 0
    while place < len(word):
        found = _PIECE(word, place)
        if found is None:
            return []
        parts.append(found[0])
        place = found.end()
    return parts
