"""How fast tasks go through queue and database: no-op tasks, and the way from a submit to a running task.

    python -m benchmarks.queues --peer-python PYTHON [--tasks N] [--slots N] [--jobs N]

One worker process claims, completes and closes tasks as `nerproc worker` does, only that nothing is done
between. RabbitMQ and PostgreSQL are started for it. Procrastinate runs on the same PostgreSQL, Celery and
Dramatiq, which keep no record of a task, on the same RabbitMQ. Prints one JSON line: tasks a second, and
milliseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tests.broker import running_broker

from nerproc.job.claims import Claims
from nerproc.job.task import PlannedTask
from nerproc.node import Node
from nerproc.queue.base import wake
from nerproc.schema.report import LocalSource, ReportRequest
from nerproc.settings import Settings
from nerproc.worker import supervisor
from nerproc.worker.slot import Slot

ROOT = Path(__file__).parents[1]


class IdleSlot(Slot):
    """A slot without a child: a task is done as soon as it is given."""

    done = 0

    def run(self) -> None:
        """Say of every task that it is done."""
        while (hand := self._inbox.get()) is not None:
            self._handle(hand.claim, {"op": "done"})
            IdleSlot.done += 1
            self.hand = None
            self._supervisor.idle(self)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--tasks", type=int, default=5_000)
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--jobs", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:  # short: the name of a socket has 107 bytes at most
        home, rabbit = Path(work) / "home", Path(work) / "rabbit"
        rabbit.mkdir()
        with running_broker(rabbit) as broker:
            settings = Settings(home=home, queue_url=broker.url)
            with Node.open(settings) as node:
                latencies = _latencies(node, settings, options.jobs)
                submit, complete = _throughput(node, settings, options.tasks, options.slots)
                peers = {
                    peer: _peer(options.peer_python, peer, broker.url, node, options.tasks, *arguments)
                    for peer, *arguments in (
                        ("procrastinate", "1"),
                        ("procrastinate_threads", str(options.slots)),
                        ("celery",),
                        ("dramatiq", str(options.slots)),
                    )
                }
    procrastinate = max(peers["procrastinate"]["complete_s"], peers["procrastinate_threads"]["complete_s"])
    print(
        json.dumps(
            {
                "benchmark": "queue",
                "tasks": options.tasks,
                "slots": options.slots,
                "submit_s": round(submit),
                "complete_s": round(complete),
                "of_procrastinate": round(complete / procrastinate, 2),
                "submit_to_running_ms_p50": round(statistics.median(latencies), 1),
                "submit_to_running_ms_p95": round(statistics.quantiles(latencies, n=20)[-1], 1),
                **{
                    f"{peer}_{what}": round(rate)
                    for peer, rates in peers.items()
                    for what, rate in rates.items()
                },
            }
        )
    )


def _throughput(node: Node, settings: Settings, tasks: int, slots: int) -> tuple[float, float]:
    """Tasks a second that are made, and that a worker claims and completes."""
    began = time.perf_counter()
    job = _submit(node, settings.home)
    claims = Claims(node.database, uuid4(), lease_seconds=settings.lease_seconds)
    (shard,) = claims.claim(["infer"], job=job)
    claims.complete_shard(
        shard, [PlannedTask(number, "none", 1, 1) for number in range(1, tasks + 1)], limit=None
    )
    wake(node.queue, "infer", tasks)
    submit = tasks / (time.perf_counter() - began)
    supervisor.Slot = IdleSlot  # type: ignore[misc]
    worker = supervisor.Supervisor(settings, slots)
    began = time.perf_counter()
    worker.run(node, done=lambda: IdleSlot.done >= tasks)
    complete = tasks / (time.perf_counter() - began)
    if not node.jobs.get(job).state.ended:
        raise SystemExit("the job has not ended")
    return submit, complete


def _latencies(node: Node, settings: Settings, jobs: int) -> list[float]:
    """Milliseconds from the call of submit until the first task of the job runs, with a worker that waits."""
    file = settings.home / "file.txt"
    file.write_text("Write to ann@example.org.\n")
    environment = {**os.environ, "NERPROC_HOME": str(settings.home)}
    assert settings.queue_url is not None
    environment["NERPROC_QUEUE_URL"] = settings.queue_url.get_secret_value()
    worker = subprocess.Popen(
        [sys.executable, "-m", "nerproc", "worker", "--concurrency", "2"],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        _timed(node, file)  # the worker gets ready
        return [_timed(node, file) for _ in range(jobs)]
    finally:
        worker.terminate()
        worker.wait()


def _timed(node: Node, file: Path) -> float:
    began = time.time()
    job = _submit(node, file)
    while not node.jobs.get(job).state.ended:
        time.sleep(0.02)
    time.sleep(0.1)  # the slot of its last task is free again
    claimed = next(event for event in node.jobs.events(job) if event.kind == "task.claimed")
    return (claimed.at.timestamp() - began) * 1_000


def _submit(node: Node, path: Path) -> UUID:
    request = ReportRequest(source=LocalSource(paths=[str(path)]), model="patterns")
    return node.reports.create(request, roots=[path])


def _peer(python: str, peer: str, broker: str, node: Node, tasks: int, *arguments: str) -> dict[str, Any]:
    """Run a peer in its own environment; what it measured."""
    database = f"host={node.settings.home}/postgres/data user=nerproc dbname=postgres"
    command = [
        python,
        "-m",
        "benchmarks.peer_queues",
        peer.partition("_")[0],
        broker,
        database,
        str(tasks),
        *arguments,
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=300, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
