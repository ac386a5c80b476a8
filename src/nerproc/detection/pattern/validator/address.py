"""Addresses of networks: what their written form leaves open."""

from __future__ import annotations

import re
import socket

_SEPARATOR = re.compile(r"[:.-]")


_LOOPBACK = "::1"


def long_ipv6(text: str) -> bool:
    """Whether a shortened IPv6 address is one, and no slice of a list (`a[1::2]`) by its length."""
    is_slice = "/" not in text and text != _LOOPBACK and sum(char.isalnum() for char in text) < 5
    return not is_slice and short_ipv6(text)


def short_ipv6(text: str) -> bool:
    """Whether a shortened IPv6 address has at most eight groups, and enough to be no operator of a language."""
    bare = text.partition("/")[0].partition("%")[0]
    if len(bare) < 3 or not any(char.isdigit() for char in bare):
        return False
    try:
        socket.inet_pton(socket.AF_INET6, bare)
    except OSError:
        return False
    return True


def mac(text: str) -> bool:
    """Whether not all digits are alike (broadcast, unset), and dots do not part decimals only."""
    digits = _SEPARATOR.sub("", text)
    if len(set(digits.lower())) == 1:
        return False
    return not ("." in text and digits.isdigit())


def bare_mac(text: str) -> bool:
    """Whether digits without colons are more than a decimal number or a word."""
    digits = _SEPARATOR.sub("", text)
    return mac(text) and not digits.isdigit() and not digits.isalpha()
