"""Named places where a test makes nerproc fail: `NERPROC_FAILPOINT=name:kill|raise|hang[:n][,…]`.

`n` is the first time that counts (default 1). With `NERPROC_FAILPOINT_ONCE` set to a path, only the process
that creates that file fails, and only once: its successors go on.
"""

from __future__ import annotations

import os
import signal
import time

_PLAN = os.environ.get("NERPROC_FAILPOINT", "")
_hits: dict[str, int] = {}


class FailpointError(RuntimeError):
    """A test asked for this error."""


def failpoint(name: str) -> None:
    """Fail here if the environment says so; costs nothing otherwise."""
    if _PLAN:
        _reach(name)


def _reach(name: str) -> None:
    for entry in _PLAN.split(","):
        at, action, *nth = entry.split(":")
        if at != name:
            continue
        _hits[name] = _hits.get(name, 0) + 1
        if _hits[name] >= (int(nth[0]) if nth else 1) and _first_process():
            _fail(action)


def _first_process() -> bool:
    marker = os.environ.get("NERPROC_FAILPOINT_ONCE")
    if not marker:
        return True
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def _fail(action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "hang":
        time.sleep(86_400)
    raise FailpointError(f"failpoint: {action}")
