"""Vehicle identification numbers (ISO 3779) and their check digit (49 CFR 565.15, North America and China)."""

from __future__ import annotations

_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", (
    *range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10),
), strict=True))  # fmt: skip
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECKED_REGIONS = frozenset("12345L")  # first character: North America, China


def possible(text: str) -> bool:
    """Whether nothing refutes it, in letters of either case."""
    return vin(text.upper()) is not False


def vin(text: str) -> bool | None:
    """True where a region that demands a check digit has the right one; False where it has another."""
    if text.isdigit() or text.isalpha() or text[9] in "UZ0":
        return False
    remainder = sum(_VALUES[char] * weight for char, weight in zip(text, _WEIGHTS, strict=True)) % 11
    if text[0] not in _CHECKED_REGIONS:
        return None
    return text[8] == ("X" if remainder == 10 else str(remainder))
