"""Named places where a test makes nerproc fail: `NERPROC_FAILPOINT=name:action[:n][,…]`.

`action` is kill (SIGKILL), raise, hang, grow (take memory without end), or slow (50 ms, then it goes on); `n`
is the first time that counts (default 1). `name@detail` counts only where the place has that detail, as the
name of an object. With `NERPROC_FAILPOINT_ONCE` set to a path, only the process that creates that file fails:
its successors go on.
"""

from __future__ import annotations

import os
import signal
import time

_PLAN = os.environ.get("NERPROC_FAILPOINT", "")
_BLOCK = 8 << 20  # bytes that `grow` takes at a time
_SLOW_SECONDS = 0.05
_hits: dict[str, int] = {}


class FailpointError(RuntimeError):
    """A test asked for this error."""


def failpoint(name: str, detail: str = "") -> None:
    """Fail here if the environment says so; costs nothing otherwise."""
    if _PLAN:
        _reach(name, detail)


def _reach(name: str, detail: str) -> None:
    for entry in _PLAN.split(","):
        place, action, *nth = entry.split(":")
        if place not in (name, f"{name}@{detail}"):
            continue
        _hits[place] = _hits.get(place, 0) + 1
        if _hits[place] >= (int(nth[0]) if nth else 1) and _first_process():
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
    if action == "slow":
        time.sleep(_SLOW_SECONDS)
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "hang":
        time.sleep(86_400)
    hoard = []
    while action == "grow":
        hoard.append(bytearray(_BLOCK))
        time.sleep(0.001)
    raise FailpointError(f"failpoint: {action}")
