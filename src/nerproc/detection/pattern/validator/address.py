"""Addresses of networks: what their written form leaves open."""

from __future__ import annotations

import re
import socket

_SEPARATOR = re.compile(r"[:.-]")


def short_ipv6(text: str) -> bool | None:
    """None if a shortened IPv6 address has at most eight groups, and enough to be no operator of a language."""
    bare = text.partition("%")[0]
    if len(bare) < 3 or not any(char.isdigit() for char in bare):
        return False
    try:
        socket.inet_pton(socket.AF_INET6, bare)
    except OSError:
        return False
    return None


def mac(text: str) -> bool | None:
    """None unless all digits are alike (broadcast, unset), or it is written with decimals only and dots."""
    digits = _SEPARATOR.sub("", text)
    if len(set(digits.lower())) == 1:
        return False
    return False if "." in text and digits.isdigit() else None
