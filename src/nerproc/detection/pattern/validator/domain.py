"""Whether a host name ends in a top-level domain that exists, or in one set apart for private networks."""

from __future__ import annotations

from importlib import resources


def _read() -> frozenset[str]:
    lines = resources.files(__package__).joinpath("tld.txt").read_text(encoding="ascii").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


# Set apart: RFC 2606 (test, example, invalid, localhost), RFC 6762 (local, and the names of its appendix G),
# RFC 7686 (onion), ICANN's resolution 2024.07.29.06 (internal).
SPECIAL_USE_DOMAINS = frozenset(
    ("corp", "example", "home", "internal", "intranet", "invalid", "lan", "local", "localhost", "onion",
     "private", "test")
)  # fmt: skip
TOP_LEVEL_DOMAINS = _read() | SPECIAL_USE_DOMAINS


def ends_in_known_domain(text: str) -> bool:
    """Whether what follows the last dot of `text` is a top-level domain."""
    last = text.rpartition(".")[2].lower()
    return last in TOP_LEVEL_DOMAINS or last.startswith("xn--")


def known_host(url: str) -> bool:
    """Whether the host of a URL without scheme ends in a top-level domain."""
    host = url.partition("/")[0].partition("?")[0].partition("#")[0].partition(":")[0]
    return ends_in_known_domain(host)
