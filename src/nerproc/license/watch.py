"""Keeps a licence up to date in a process that stays, and says when it changes."""

from __future__ import annotations

import threading

from nerproc.errors import NerprocError
from nerproc.license.base import License
from nerproc.observe import log

TICK_SECONDS = 60.0


def watch(license: License, ended: threading.Event) -> None:
    """Refresh now and then, and log the state when it is new, until `ended`."""
    told: tuple[str, str | None] | None = None
    while not ended.is_set():
        try:
            license.refresh()
            status = license.status()
            if told != (status.state, status.reason):
                told = status.state, status.reason
                say = log().info if status.state == "valid" else log().warning
                say("license", type=status.type, state=status.state, id=status.id, reason=status.reason)
        except NerprocError as error:
            log().warning("license_unread", reason=error.message)
        ended.wait(TICK_SECONDS)
