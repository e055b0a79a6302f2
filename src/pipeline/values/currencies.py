"""Codes of ISO 4217 that may stand beside an amount, the signs that people write for them, and their decimals. Pure."""

import re

ISO_4217 = frozenset(
    (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF"
        " CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD"
        " HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD"
        " MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN"
        " PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY"
        " TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL"
    ).split()
)

# Signs that mean one currency. $ and ¥ mean several, so of these the sender's settings say which.
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "฿": "THB"}
_SIGNS |= {"₫": "VND", "₴": "UAH", "US$": "USD"}
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)))
# What people write in the place of a code, and that means one currency.
_WORDS = {
    "R$": "BRL", "CA$": "CAD", "CDN$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "NT$": "TWD", "MX$": "MXN", "US dollars": "USD", "US dollar": "USD", "zł": "PLN", "Kč": "CZK", "Ft": "HUF",
    "SFr.": "CHF", "Fr.": "CHF", "₱": "PHP", "₦": "NGN", "円": "JPY", "元": "CNY", "RMB": "CNY", "RM": "MYR",
    "euros": "EUR", "euro": "EUR", "Euros": "EUR", "Euro": "EUR",
}  # fmt: skip
_WORD = re.compile("(?<![A-Za-z])(?:" + "|".join(map(re.escape, _WORDS)) + ")(?![A-Za-z])")
_CODE = re.compile("[A-Z]{3}")
_LONGEST_CODE = 40  # characters, with blanks
# Signs of several currencies: beside another one than these they contradict it.
_SHARED = {
    "$": frozenset(
        "USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP BRL BBD BMD BND BSD BZD CVE DOP FJD GYD JMD KYD LRD MOP NAD NIO"
        " SBD SRD TOP TTD UYU WST XCD".split()
    ),
    "£": frozenset("GBP EGP FKP GIP LBP SDG SHP SSP SYP".split()),
    "¥": frozenset("JPY CNY".split()),
    "₩": frozenset("KRW KPW".split()),
    "₺": frozenset(["TRY"]),
    "kr": frozenset(["SEK", "NOK", "DKK", "ISK"]),
    "Rs": frozenset(["INR", "PKR", "LKR", "NPR", "MUR", "SCR"]),
}
# ISO 4217: digits of the minor unit where they are not two.
_WITHOUT_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def in_codes(text: str) -> str:
    """The text of an amount with codes in the place of words and signs that mean one currency: R$ 25 is BRL 25."""
    return _WORD.sub(lambda found: _WORDS[found[0]], text)


def code_of(value: object) -> str | None:
    """The code of ISO 4217 that a value is, in any case."""
    word = value.strip().upper() if isinstance(value, str) and len(value) < _LONGEST_CODE else ""
    return word if word in ISO_4217 else None


def decimals(code: str) -> int:
    """How many decimals an amount of this currency has."""
    return 0 if code in _WITHOUT_DECIMALS else 3 if code in _THREE_DECIMALS else 2


def named(text: str) -> set[str]:
    """The currencies that a text with an amount names without a doubt."""
    text = in_codes(text)
    codes = {code for code in _CODE.findall(text) if code in ISO_4217}
    return codes | {_SIGNS[sign] for sign in _SIGN.findall(text)}


def contradicts(text: str, code: str) -> bool:
    """Whether an amount's text names another currency than this one."""
    text = in_codes(text)
    codes = {word for word in _CODE.findall(text) if word in ISO_4217}
    if codes or "US$" in text:
        return code not in (codes or {"USD"})
    return any(
        code not in _SHARED.get(sign, {_SIGNS.get(sign)})
        for sign in (*_SHARED, *_SIGNS)
        if sign != "US$" and sign in text
    )
