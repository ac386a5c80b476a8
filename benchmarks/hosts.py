"""How a report speeds up with the number of workers, and how soon a small job is served beside a large one.

    python -m benchmarks.hosts --prose DIR [--bytes N] [--files N] [--workers 1,2,4]

Each worker is `nerproc worker --concurrency 1`, a process tree of its own as on a host of its own; they share a
PostgreSQL and a RabbitMQ that are started for it. Throughput is from the first claim to the end of the report,
drawn on stderr. Then a large job runs on one worker, a small one is submitted, and the time that it takes is
held against the length of a task of the large one. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from tests.broker import running_broker
from tests.postgres import PostgresServer

from benchmarks.command import folder
from nerproc.errors import IllegalMove
from nerproc.node import Node
from nerproc.schema.report import LocalSource, ReportRequest
from nerproc.settings import Settings

BAR = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prose", required=True)
    parser.add_argument("--bytes", type=int, default=50_000_000)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--workers", default="1,2,4")
    options = parser.parse_args()
    counts = [int(count) for count in options.workers.split(",")]
    with folder() as work, tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        files = Path(work) / "files"
        make = [sys.executable, "-m", "benchmarks.make_files", "--bytes", str(options.bytes)]
        made = [*make, "--files", str(options.files), "--out", str(files), "--prose", options.prose]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        postgres = PostgresServer(Path(one))
        postgres.start()
        try:
            with running_broker(Path(other)) as broker:
                settings = Settings(home=Path(work) / "home", database_url=postgres.url, queue_url=broker.url)
                with Node.open(settings) as node:
                    throughput(node, files, options.files, 1)  # patterns are compiled once in a home
                    rates = {count: throughput(node, files, options.files, count) for count in counts}
                    wait, task = small_beside_large(node, files)
        finally:
            postgres.kill()
    draw(rates)
    first = rates[counts[0]]
    figures = {
        "benchmark": "hosts",
        "cores": len(os.sched_getaffinity(0)),
        **{f"objects_s_{count}_workers": round(rate) for count, rate in rates.items()},
        **{f"times_at_{count}": round(rate / first, 2) for count, rate in rates.items()},
        "small_job_s": round(wait, 2),
        "longest_task_s": round(task, 2),
    }
    print(json.dumps(figures))


@contextmanager
def workers(node: Node, count: int) -> Iterator[None]:
    """So many workers with one task at a time each, ready to work."""
    environment = {
        **os.environ,
        "NERPROC_HOME": str(node.settings.home),
        "NERPROC_DATABASE_URL": secret(node.settings.database_url),
        "NERPROC_QUEUE_URL": secret(node.settings.queue_url),
    }
    command = [sys.executable, "-m", "nerproc", "worker", "--concurrency", "1"]
    started = [subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) for _ in range(count)]
    try:
        while (row := node.database.fetch_one("SELECT count(*) AS alive FROM worker")) and row["alive"] < count:
            time.sleep(0.1)
        time.sleep(3)  # their processes load what they need
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def secret(value: object) -> str:
    return str(value.get_secret_value())  # type: ignore[attr-defined]


def throughput(node: Node, files: Path, count: int, number: int) -> float:
    """Objects a second with `number` workers."""
    with workers(node, number):
        job = submit(node, files)
        while not node.jobs.get(job).state.ended:
            time.sleep(0.1)
    record = node.jobs.get(job)
    if record.succeeded != count or record.seconds is None:
        raise SystemExit(f"the scan ended as {record.state} with {record.succeeded} of {count} objects")
    return count / record.seconds


def small_beside_large(node: Node, files: Path) -> tuple[float, float]:
    """Seconds of a job of one object (two tasks) while a large one runs; those of the longest task of that."""
    with workers(node, 1):
        large = submit(node, files)
        while node.jobs.get(large).succeeded == 0:
            time.sleep(0.05)
        small = submit(node, next(path for path in files.rglob("*") if path.is_file()))
        while not node.jobs.get(small).state.ended:
            time.sleep(0.05)
        with suppress(IllegalMove):  # it is done already
            node.jobs.stop(large)
    record = node.jobs.get(small)
    assert record.finished_at is not None
    rows = node.database.fetch_all(
        "SELECT extract(epoch FROM finished_at - started_at)::float8 AS seconds FROM task"
        " WHERE job_id = %s AND state = 'completed'",
        [large],
    )
    return (record.finished_at - record.created_at).total_seconds(), max(row["seconds"] for row in rows)


def submit(node: Node, path: Path) -> UUID:
    return node.reports.create(
        ReportRequest(source=LocalSource(paths=[str(path)]), model="patterns"), roots=[path]
    )


def draw(rates: dict[int, float]) -> None:
    most = max(rates.values())
    for count, rate in rates.items():
        print(
            f"{count:3} workers {'█' * round(rate / most * BAR):{BAR}} {rate:,.0f} objects/s", file=sys.stderr
        )


if __name__ == "__main__":
    main()
