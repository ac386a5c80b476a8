"""The child: a process of its own that does the work of one task at a time, told by its supervisor.

Parsing and expressions may hold the interpreter for seconds, take all memory or crash: here that costs this
process and one object, never the supervisor's leases. Started as `python -m nerproc.worker.child`, over a
socket pair; it holds no connection to database or queue.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import sys
from multiprocessing.connection import Connection

from nerproc.failpoint import failpoint
from nerproc.worker.beacon import Beacon
from nerproc.worker.channel import Channel

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_OOM_SCORE = 800  # of -1000 … 1000: the kernel should take a child before anything else


def main(descriptor: int, beacon: int, supervisor: int) -> None:
    """Serve the supervisor until it closes the channel."""
    _die_with(supervisor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to handle
    channel = Channel(Connection(descriptor))
    start = channel.receive()
    if start is None:
        return
    _limit_memory(start["settings"]["child_memory_bytes"])

    # Imported after the limits stand, and while the supervisor waits for its database.
    from nerproc import observe
    from nerproc.settings import Settings
    from nerproc.worker.work import work
    from nerproc.worker.workplace import Workplace

    settings = Settings(**start["settings"])
    observe.configure(settings.log_format, settings.log_level, **start["identity"])
    workplace = Workplace(settings, channel, Beacon(beacon))
    if start["warm"]:
        workplace.scanners.warm()
    gc.freeze()  # what is loaded stays: not going through it again and again saves a twentieth
    channel.send({"op": "ready"})
    failpoint("child_ready")
    while (message := channel.receive()) is not None:
        if message["op"] == "task":
            with observe.bound(job=message["job"], task=message["number"], attempt=message["attempt"]):
                work(message, workplace)


def _die_with(supervisor: int) -> None:
    """End at once when the supervisor does, however it ends (Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:  # it ended before we asked
        os._exit(1)
    try:
        with open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123 - a device, not a path
            score.write(str(_OOM_SCORE))
    except OSError:
        return  # some containers forbid it; the memory limit still stands


def _limit_memory(limit: int) -> None:
    # RLIMIT_DATA, not RLIMIT_AS: the libraries reserve gigabytes of addresses that they never use.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
