"""A worker as a process: what `nerproc worker` runs, and what a head starts beside itself.

For a head it is `python -m nerproc.worker.serve PARENT`, where PARENT is the head's process id; standard input
brings the settings and the number of slots, because a command line can be seen by everyone.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Sequence

import nerproc
from nerproc import observe
from nerproc.errors import NerprocError, SchemaOutdated, Unreachable
from nerproc.job.jobs import POOLS
from nerproc.job.task import TRAIN_POOL
from nerproc.node import Node
from nerproc.observe import log
from nerproc.settings import Settings
from nerproc.train import available
from nerproc.worker.ending import Ending, ending
from nerproc.worker.listener import listening
from nerproc.worker.supervisor import Supervisor

PATIENCE_SECONDS = 60.0  # for a database that is not there, or that the head has not migrated yet
_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def work(
    settings: Settings,
    *,
    pools: Sequence[str] = POOLS,
    concurrency: int | None = None,
    insecure: bool = False,
) -> None:
    """Run tasks of `pools`, `concurrency` at a time, until SIGTERM or SIGINT; then finish the objects in hand.

    Without a number, as many as there are cores. If it is `insecure`, everybody may read its metrics.

    Raises:
        Unreachable: the database did not answer for PATIENCE_SECONDS.
        SchemaOutdated: it was older than this version for as long.
        SchemaMismatch: it belongs to a newer version.
        NotFound: there is no folder that `model_dir` names.
        SchemaMismatch: it has not had this version's schema for as long.
        QueueMismatch: the queue was declared in another way.
        SettingsError: what the pools need is not installed, or the address for metrics cannot be bound, or its
            certificate and key do not fit.
        Conflict: the port for metrics is in use.
        Refused: others would reach it, and there are no tokens.
    """
    observe.configure(settings.log_format, settings.log_level, role="worker")
    concurrency = concurrency or cores()
    pools = served(pools)
    with ending() as end:
        supervisor = Supervisor(settings, concurrency, pools)
        observe.identify(worker=str(supervisor.id))
        end.then(supervisor.drain)
        node = _open(settings, end)
        if node is None:
            return
        with node, listening(node, insecure=insecure):
            import_models(node)
            log().info("worker_ready", version=nerproc.__version__, pools=pools, concurrency=concurrency)
            supervisor.run(node)
            log().info("worker_ended", exit_code=0)


def served(pools: Sequence[str]) -> list[str]:
    """Those of `pools` that this installation can serve; what keeps it from the others is logged.

    Raises:
        SettingsError: it can serve none.
    """
    package = available.missing()
    if TRAIN_POOL not in pools or package is None:
        return list(pools)
    others = [pool for pool in pools if pool != TRAIN_POOL]
    error = available.not_installed(package)
    if not others:
        raise error
    log().warning("pool_not_served", pool=TRAIN_POOL, reason=error.message, hint=error.hint)
    return others


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0))


def import_models(node: Node) -> None:
    """Import what is new in the folder of the setting `model_dir`; what cannot be imported is logged.

    Raises:
        NotFound: there is no such folder.
    """
    if node.settings.model_dir is None:
        return
    for name, error in node.models.import_all(node.settings.model_dir):
        if error is None:
            log().info("model_imported", model=name)
        else:
            log().error("model_not_imported", model=name, reason=error.message, hint=error.hint)


def _open(settings: Settings, end: Ending) -> Node | None:
    """The node, as soon as its database is ready; None when the process was asked to end before."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not end.asked.is_set():
        try:
            return Node.open(settings, migrate=False)
        except (Unreachable, SchemaOutdated) as error:
            if time.monotonic() > give_up:
                raise
            log().warning("waiting_for_database", reason=error.message)
            end.asked.wait(1)
    return None


def order(settings: Settings, concurrency: int) -> bytes:
    """What a worker that a head starts reads from standard input."""
    # Who may read its metrics is known by the token, and a worker that does not listen asks nobody.
    unneeded = ["llm_key"] if settings.metrics_port is not None else ["llm_key", "api_token"]
    return json.dumps({"settings": settings.revealed(*unneeded), "concurrency": concurrency}).encode()


def main(parent: int) -> int:
    """Work for the head with the process id `parent`, and end when it does."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we asked
        return 0
    told = json.loads(sys.stdin.buffer.read())
    try:
        work(Settings(**told["settings"]), concurrency=told["concurrency"])
    except NerprocError as error:
        log().error("worker_ended", exit_code=error.exit_code, reason=error.message, hint=error.hint)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
