"""Addresses of cryptocurrencies: Base58Check, Bech32 (BIP 173) and Bech32m (BIP 350)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

_BASE58 = {
    char: value for value, char in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_BECH32 = {char: value for value, char in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
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


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            if top >> bit & 1:
                checksum ^= generator
    return checksum
