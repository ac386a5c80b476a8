"""Addresses of cryptocurrencies: Base58Check, Bech32 (BIP 173), Bech32m (BIP 350), CashAddr, StrKey, EIP-55."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from hashlib import sha256

_BASE58 = {
    char: value for value, char in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_RIPPLE = {
    char: value for value, char in enumerate("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz")
}
_BECH32 = {char: value for value, char in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CASH_PREFIX = "bitcoincash"
_BECH32_CONSTANT = 1
_BECH32M_CONSTANT = 0x2BC830A3
_CASH_GENERATORS = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)


def base58check(*versions: int, ripple: bool = False) -> Callable[[str], bool]:
    """A validator of addresses of 20 bytes behind one of `versions`, each of one byte or two.

    Args:
        versions: what the addresses begin with.
        ripple: whether digits have the order of the XRP Ledger.
    """
    digits = _RIPPLE if ripple else _BASE58
    zero = next(iter(digits))

    def check(text: str) -> bool:
        number = 0
        for char in text:
            value = digits.get(char)
            if value is None:
                return False
            number = number * 58 + value
        size = 25 if number >> 200 == 0 else 26
        if number >> 208:
            return False
        data = number.to_bytes(size, "big")
        zeros = len(text) - len(text.lstrip(zero))  # each leading 1 stands for a leading zero byte
        version = int.from_bytes(data[: size - 24], "big")
        if version not in versions or zeros != len(data) - len(data.lstrip(b"\0")):
            return False
        return sha256(sha256(data[:-4]).digest()).digest()[:4] == data[-4:]

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


def stellar(text: str) -> bool:
    """Whether the checksum (CRC-16/XMODEM) of a public key of Stellar is right."""
    data = base64.b32decode(text)
    return data[0] == 6 << 3 and binascii.crc_hqx(data[:-2], 0) == int.from_bytes(data[-2:], "little")


def ethereum(text: str) -> bool | None:
    """Capitals are a checksum of an address; in letters of one case it has none, and nothing is said."""
    digits = text[2:]
    small = digits.lower()
    if digits in {small, digits.upper()}:
        return None
    from Crypto.Hash import keccak  # the digest of before SHA-3, which hashlib lacks

    digest = keccak.new(digest_bits=256, data=small.encode()).hexdigest()
    return all(
        char.isdigit() or char.isupper() == (mark >= "8") for char, mark in zip(digits, digest, strict=False)
    )
