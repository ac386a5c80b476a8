"""How long a server wants to be left alone."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def asked_pause(header: str | None) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3), a number of them or a date; None: it says nothing."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        seconds = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return max(seconds, 0.0)
