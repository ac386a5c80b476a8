"""Payment cards, bank accounts, wallets of cryptocurrencies."""

from __future__ import annotations

from collections import defaultdict

from nerproc.detection.pattern.pattern import Pattern, Validator
from nerproc.detection.pattern.validator import card, coin, iban

_CARD_WORDS = (
    "card", "credit", "debit", "visa", "mastercard", "amex", "american express", "discover", "jcb", "diners",
    "maestro", "unionpay", "cc", "pan", "payment", "karte", "kreditkarte", "kartennummer", "carte", "tarjeta",
    "carta", "cartão", "cvv", "cvc",
)  # fmt: skip
# Numbers of other things have the same check digit, and those of some lengths the prefix of an issuer, too.
_OTHER_NAME = r"(?i:\b(?:siret|siren|imei|iccid)\b)[^\w\n]{0,4}(?:(?i:n[o°º]|nr|number|code)[^\w\n]{0,4})?"
_NO_DIGITS_BEFORE = rf"(?<!\d[.-])(?<!{_OTHER_NAME})"
_NO_DIGITS_AFTER = r"(?!\.\d|-\d)"


def _iban_expression() -> str:
    """Every country with its own length, so that a word behind the number is not taken into it."""
    countries: dict[int, list[str]] = defaultdict(list)
    for country, length in iban.BBAN_LENGTHS.items():
        countries[length].append(country)
    forms = (
        rf"(?:{'|'.join(names)})\d\d(?:[ -]?[A-Z0-9]){{{length}}}"
        for length, names in sorted(countries.items())
    )
    return rf"(?<![A-Za-z0-9])(?:{'|'.join(forms)})(?![A-Za-z0-9])"


_COUNTRIES = "|".join(sorted(iban.BBAN_LENGTHS))
_BASE58 = "[1-9A-HJ-NP-Za-km-z]"
_COIN_WORDS = (
    "wallet", "btc", "bitcoin", "crypto", "cryptocurrency", "ethereum", "eth", "litecoin", "ltc", "dogecoin",
    "doge", "tron", "trx", "usdt", "monero", "xmr", "ripple", "xrp", "bch", "blockchain", "coin", "address",
)  # fmt: skip

# kind, expression, what confirms it, and, where counting the rest takes long to compile, its beginning
_COINS: tuple[tuple[str, str, Validator, str | None], ...] = (
    ("bitcoin", rf"\b[13]{_BASE58}{{25,34}}\b", coin.base58check(0x00, 0x05), None),
    (
        "bitcoin",
        r"\b(?:bc1[02-9ac-hj-np-z]{11,87}|BC1[02-9AC-HJ-NP-Z]{11,87})\b",
        coin.bech32,
        r"\b(?:bc1[02-9ac-hj-np-z]{11}|BC1[02-9AC-HJ-NP-Z]{11})",
    ),
    ("litecoin", rf"\b[LM]{_BASE58}{{26,33}}\b", coin.base58check(0x30, 0x32), None),
    ("litecoin", r"\bltc1[02-9ac-hj-np-z]{11,87}\b", coin.bech32, r"\bltc1[02-9ac-hj-np-z]{11}"),
    ("dogecoin", rf"\bD{_BASE58}{{33}}\b", coin.base58check(0x1E), None),
    ("tron", rf"\bT{_BASE58}{{33}}\b", coin.base58check(0x41), None),
    # Of networks for tests.
    ("bitcoin", rf"\b[mn2]{_BASE58}{{25,34}}\b", coin.base58check(0x6F, 0xC4), None),
    (
        "bitcoin",
        r"\b(?:tb1|bcrt1)[02-9ac-hj-np-z]{11,87}\b",
        coin.bech32,
        r"\b(?:tb1|bcrt1)[02-9ac-hj-np-z]{11}",
    ),
    ("bitcoin_cash", r"\b(?:bitcoincash:)?[qp][02-9ac-hj-np-z]{41}\b", coin.bitcoin_cash, None),
    ("cardano", r"\baddr1[02-9ac-hj-np-z]{53,98}\b", coin.bech32, r"\baddr1[02-9ac-hj-np-z]{53}"),
    (
        "cosmos",
        r"\b(?:cosmos|osmo|bnb|terra|inj|celestia)1[02-9ac-hj-np-z]{38,58}\b",
        coin.bech32,
        r"\b(?:cosmos|osmo|bnb|terra|inj|celestia)1[02-9ac-hj-np-z]{38}",
    ),
    ("dash", rf"\bX{_BASE58}{{33}}\b", coin.base58check(0x4C), None),
    ("ripple", rf"\br{_BASE58}{{24,34}}\b", coin.base58check(0, ripple=True), None),
    ("stellar", r"\bG[A-D][A-Z2-7]{54}\b", coin.stellar, None),
    ("zcash", rf"\bt[13]{_BASE58}{{33}}\b", coin.base58check(0x1CB8, 0x1CBD), None),
)

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "CARD_NUMBER",
        rf"{_NO_DIGITS_BEFORE}\b(?!1\d{{12}}(?!\d))"
        rf"[1-6]\d{{3}}[- ]?\d{{3,4}}[- ]?\d{{3,4}}[- ]?\d{{3,5}}\b{_NO_DIGITS_AFTER}",
        0.2,
        validator=card.card_number,
        context=_CARD_WORDS,
        gate=r"\b[1-6]\d{3}[- ]?\d{3,4}[- ]?\d{3,4}[- ]?\d{3,5}\b",
    ),
    Pattern(
        "CARD_NUMBER",
        rf"{_NO_DIGITS_BEFORE}\b[1-6]\d{{3}}"
        rf"(?:([- ])\d{{4}}\1\d{{4}}\1(?:\d{{4}}\1\d{{3}}|\d\d)|\d{{14,15}})\b{_NO_DIGITS_AFTER}",
        0.2,
        validator=card.card_number,
        context=_CARD_WORDS,
        gate=r"\b[1-6]\d{3}(?:[- ]\d{4}[- ]\d{4}[- ](?:\d{4}[- ]\d{3}|\d\d)|\d{14,15})\b",
    ),
    Pattern(
        "IBAN",
        _iban_expression(),
        0.5,
        validator=iban.iban,
        gate=rf"\b(?:{_COUNTRIES})\d\d[ -]?[A-Z0-9][ -]?[A-Z0-9]",
        ignore_case=True,
    ),
    *(
        Pattern("CRYPTO_ADDRESS", expression, 0.5, kind=kind, validator=validator, gate=gate)
        for kind, expression, validator, gate in _COINS
    ),
    Pattern(
        "CRYPTO_ADDRESS",
        r"\b0x[0-9A-Fa-f]{40}\b",
        0.8,
        kind="ethereum",
        validator=coin.ethereum,
        context=_COIN_WORDS,
    ),
    Pattern(
        "CRYPTO_ADDRESS",
        rf"\b[48][0-9AB]{_BASE58}{{93}}\b",
        0.8,
        kind="monero",
        context=_COIN_WORDS,
    ),
)
