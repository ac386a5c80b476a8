"""Payment card numbers: the Luhn check digit (ISO/IEC 7812-1, annex B) and the issuers' ranges."""

from __future__ import annotations

_ONLY_DIGITS = dict.fromkeys(map(ord, " -\u2010\u2011\u2013\u00a0\u202f"))
# ASCII digit -> ASCII of the digit sum of twice its value, so that sums need no branch
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")

# First and last prefix, and the lengths in use (published ranges of the networks, 2025). Not those so seldom
# that a number of that length is mostly one of something else: Visa with 13, Maestro with 12 digits.
_ISSUERS: tuple[tuple[str, str, frozenset[int]], ...] = (
    ("4", "4", frozenset({16})),  # Visa
    ("51", "55", frozenset({16})),  # Mastercard
    ("2221", "2720", frozenset({16})),  # Mastercard
    ("34", "34", frozenset({15})),  # American Express
    ("37", "37", frozenset({15})),  # American Express
    ("300", "305", frozenset({14, 16})),  # Diners Club
    ("3095", "3095", frozenset({14, 16})),
    ("36", "36", frozenset({14, 16})),
    ("38", "39", frozenset({14, 16})),
    ("6011", "6011", frozenset({16, 17, 18, 19})),  # Discover
    ("644", "659", frozenset({16, 17, 18, 19})),
    ("62", "62", frozenset({16, 17, 18, 19})),  # UnionPay
    ("3528", "3589", frozenset({16, 17, 18, 19})),  # JCB
    ("50", "50", frozenset({16, 18, 19})),  # Maestro
    ("56", "58", frozenset({16, 18, 19})),
    ("60", "60", frozenset({16, 19})),  # RuPay, Maestro
    ("63", "63", frozenset({16, 18, 19})),
    ("67", "67", frozenset({16, 18, 19})),
    ("637", "639", frozenset({16})),  # InstaPayment
    ("2200", "2204", frozenset({16, 17, 18, 19})),  # Mir
)


def _lengths_by_prefix() -> dict[str, frozenset[int]]:
    """Every prefix of four digits -> the lengths of its issuers."""
    lengths: dict[str, frozenset[int]] = {}
    for first, last, allowed in _ISSUERS:
        width = 10 ** (4 - len(first))
        for prefix in range(int(first) * width, (int(last) + 1) * width):
            key = f"{prefix:04}"
            lengths[key] = lengths.get(key, frozenset()) | allowed
    return lengths


_LENGTHS = _lengths_by_prefix()
_NONE: frozenset[int] = frozenset()


def luhn(digits: str) -> bool:
    """Whether ASCII `digits` end in their Luhn check digit."""
    data = digits.encode()
    total = sum(data[-1::-2]) + sum(data[-2::-2].translate(_DOUBLED)) - 48 * len(data)
    return total % 10 == 0


def card_number(text: str) -> bool | None:
    """True for a number of an issuer's range and length; None where only the check digit is right."""
    digits = text.translate(_ONLY_DIGITS)
    if not 12 <= len(digits) <= 19 or not luhn(digits):
        return False
    return True if len(digits) in _LENGTHS.get(digits[:4], _NONE) else None
