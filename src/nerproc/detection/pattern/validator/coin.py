"""Addresses of cryptocurrencies: Base58Check, Bech32 (BIP 173), Bech32m (BIP 350), CashAddr and EIP-55."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

_BASE58 = {
    char: value for value, char in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_RIPPLE = str.maketrans(
    "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz", "".join(_BASE58)
)  # the order of its own digits
_BECH32 = {char: value for value, char in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_LANE = (1 << 64) - 1
_ROUNDS = 24
_RATE = 136  # bytes of a block of Keccak-256
_CASH_GENERATORS = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
_CASH_PREFIX = "bitcoincash"
_BECH32_CONSTANT = 1
_BECH32M_CONSTANT = 0x2BC830A3


def base58check(*versions: int) -> Callable[[str], bool]:
    """A validator of addresses of 25 bytes whose first byte is one of `versions`."""

    def check(text: str) -> bool:
        number = 0
        for char in text:
            value = _BASE58.get(char)
            if value is None:
                return False
            number = number * 58 + value
        if number >> 200:
            return False
        data = number.to_bytes(25, "big")
        zeros = len(text) - len(text.lstrip("1"))  # each leading 1 stands for a leading zero byte
        if data[0] not in versions or zeros != len(data) - len(data.lstrip(b"\0")):
            return False
        return sha256(sha256(data[:21]).digest()).digest()[:4] == data[21:]

    return check


_is_account = base58check(0x00)


def bech32(text: str) -> bool:
    """Whether the checksum of a Bech32 or Bech32m text is right."""
    if text != text.lower() and text != text.upper():
        return False
    prefix, separator, data = text.lower().rpartition("1")
    if not separator or not prefix or len(data) < 6 or not all(char in _BECH32 for char in data):
        return False
    values = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    values += [_BECH32[char] for char in data]
    return _polymod(values) in {_BECH32_CONSTANT, _BECH32M_CONSTANT}


def ripple(text: str) -> bool:
    """Base58Check in Ripple's own order of digits."""
    return _is_account(text.translate(_RIPPLE))


def bitcoin_cash(text: str) -> bool:
    """Whether the checksum of a CashAddr is right; its prefix may be left out."""
    data = text.lower().removeprefix(f"{_CASH_PREFIX}:")
    values = [ord(char) & 31 for char in _CASH_PREFIX] + [0] + [_BECH32[char] for char in data]
    return _polymod(values, _CASH_GENERATORS, 35) == 1


def _polymod(values: list[int], generators: tuple[int, ...] = _GENERATORS, width: int = 25) -> int:
    checksum = 1
    for value in values:
        top = checksum >> width
        checksum = (checksum & (1 << width) - 1) << 5 ^ value
        for bit, generator in enumerate(generators):
            if top >> bit & 1:
                checksum ^= generator
    return checksum


def ethereum(text: str) -> bool | None:
    """Capitals are a checksum of an address; in letters of one case it has none, and nothing is said."""
    digits = text[2:]
    small = digits.lower()
    if digits in {small, digits.upper()}:
        return None
    digest = _keccak_256(small.encode()).hex()
    return all(
        char.isdigit() or char.isupper() == (mark >= "8") for char, mark in zip(digits, digest, strict=False)
    )


def _keccak_256(data: bytes) -> bytes:
    """The digest of less than a block (Keccak's own padding, not that of SHA-3, which hashlib has)."""
    block = bytearray(data.ljust(_RATE, b"\0"))
    block[len(data)] ^= 0x01
    block[-1] ^= 0x80
    lanes = [int.from_bytes(block[at : at + 8], "little") for at in range(0, _RATE, 8)] + [0] * 8
    register = 1
    for _ in range(_ROUNDS):
        lanes, register = _keccak_round(lanes, register)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _keccak_round(lanes: list[int], register: int) -> tuple[list[int], int]:
    """Lane (x, y) stands at x + 5 y; `register` makes the constants of the rounds."""
    columns = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
    lanes = [lane ^ columns[(at + 4) % 5] ^ _rotated(columns[(at + 1) % 5], 1) for at, lane in enumerate(lanes)]
    x, y, current = 1, 0, lanes[1]
    for step in range(_ROUNDS):
        x, y = y, (2 * x + 3 * y) % 5
        current, lanes[x + 5 * y] = lanes[x + 5 * y], _rotated(current, (step + 1) * (step + 2) // 2)
    lanes = [
        lane ^ ~lanes[at - at % 5 + (at + 1) % 5] & lanes[at - at % 5 + (at + 2) % 5]
        for at, lane in enumerate(lanes)
    ]
    for bit in range(7):
        register = (register << 1 ^ (register >> 7) * 0x71) % 256
        if register & 2:
            lanes[0] ^= 1 << (1 << bit) - 1
    return lanes, register


def _rotated(lane: int, count: int) -> int:
    return (lane >> (64 - count % 64) | lane << count % 64) & _LANE
