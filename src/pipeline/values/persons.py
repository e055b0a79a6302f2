"""What tells a name and a gender from other text, for every destination. Pure."""

import re

from pipeline.values.faults import Fault

# Written for everybody whose name is not known, by forms, tills and the caller ids of telephone networks.
NOBODYS_NAMES = frozenset(
    "unknown|unknown caller|unknown name|anonymous|anon|no name|noname|no_name|name unavailable|unavailable|not given"
    "|none given|not known|not available|withheld|restricted|blocked|private caller|private number|wireless caller"
    "|cell phone|toll free call|toll free caller|out of area|caller id|customer|valued customer|walk-in|walk in|walkin"
    "|walk-in customer|cash customer|first name|firstname|first_name|last name|lastname|last_name|fname|lname|surname"
    "|your name|full name|fullname|name|user|username|guest user|guest customer|guest checkout|n.n.|xxx|asdf|qwerty"
    "|unbekannt|inconnu|desconocido|sconosciuto|onbekend".split("|")
)
_EMPTY_WORDS = frozenset({"undefined", "null", "none", "nan"})
# Marks on both sides of a word, a variable, and what programs print of themselves.
_FRAMED = re.compile(
    r"([~|&^:$@!*#=+_-]{1,3}|\({1,2})[A-Za-z_][\w .:-]{0,60}[~|&^:$@!*#=+_)-]{1,3}|[$@%][A-Za-z_]\w{0,60}"
    r"|Err:\d{3}|function\b.*\}|Promise \{.*\}"
).fullmatch
# In English, German, French, Spanish, Portuguese, Italian, Dutch, Swedish, Danish, Polish, Turkish, Russian, Chinese
# and Japanese; what is neither is "unknown".
_GENDERS = {
    "male": "m man boy mr masc masculine männlich maennlich mann herr homme monsieur masculin hombre señor"
    " masculino homem senhor maschio uomo signore mannelijk mand mężczyzna erkek bay мужской муж 男 男性 ♂",
    "female": "f w woman girl mrs ms miss fem feminine weiblich frau femme mme madame féminin feminin mujer señora"
    " femenino mulher feminino senhora femmina donna signora vrouw vrouwelijk kvinna kvinde kobieta kadın bayan"
    " женский жен 女 女性 ♀",
    "unknown": "other divers diverse non-binary nonbinary non_binary unspecified undisclosed transgender"
    " genderqueer agender not_specified prefer_not_to_say rather_not_say",
}
_GENDER_LABEL = re.compile(r"(?:gender|sex)\s*[:=]\s*").match
GENDERS = {word: gender for gender, words in _GENDERS.items() for word in (gender, *words.split())}


def year(now: float) -> int:
    """The year of this moment (epoch seconds), to the day or so."""
    return 1970 + int(now / 31_556_952)  # seconds of a mean year


def gender(text: str) -> str:
    """Male, female or unknown. Raises Fault."""
    found = gender_of(text)
    if found is None:
        raise Fault("must be male, female or unknown")
    return found


def gender_of(text: str) -> str | None:
    """Male, female or unknown, by the words of several languages; None for others."""
    word = text.lower()
    if word not in GENDERS:
        if label := _GENDER_LABEL(word):
            word = word[label.end() :]
        word = word.strip(" .()").replace(" ", "_")
    return GENDERS.get(word)


def name(text: str) -> str:
    """The text, if a name can be so. Raises Fault."""
    if not text.isalpha():
        if "@" in text or not any(map(str.isalpha, text)) or _FRAMED(text):
            raise Fault("is not a name")
        text = text.strip(" ,;")
    if is_nobodys_name(text.lower()):
        raise Fault("is a placeholder, not a person's name: leave the field out where there is none")
    return text


def is_nobodys_name(name: str) -> bool:
    """Whether a name in small letters is one that is written where there is none."""
    return name in NOBODYS_NAMES or (" " in name and _EMPTY_WORDS.issuperset(name.split()))
