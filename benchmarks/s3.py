"""How fast objects of a bucket are scanned, and how fast a long listing is cut into tasks.

    python -m benchmarks.s3 [--objects N] [--size N] [--keys N] [--runs N]

The bucket is a stub in a process of its own, on loopback. Beside the scan: reading alone as nerproc does it,
and as s3fs does, each with its processor time. Prints one JSON line; rates are medians over the runs.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from benchmarks.command import folder, nerproc
from nerproc.settings import S3Connection
from nerproc.source.base import ObjectRef
from nerproc.source.s3 import S3Source
from nerproc.storage import s3_client
from nerproc.worker.infer import AHEAD

URL = "s3://bucket/data"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=5_000)
    parser.add_argument("--size", type=int, default=9_000)
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    found: dict[str, object] = {"benchmark": "s3", "objects": options.objects, "size": options.size}
    with folder() as work:
        with _bucket(options.objects, options.size) as connection:
            scans = [_scan(Path(work) / f"home-{run}", connection) for run in range(options.runs)]
            found["scan_objects_s"] = round(options.objects / statistics.median(scans))
            before = _requests(connection)
            found |= _measured("read", options.objects, lambda: _read(connection))
            found["requests_an_object"] = round((_requests(connection) - before) / options.objects, 3)
            found |= _measured("s3fs", options.objects, lambda: _read_with_s3fs(connection))
        with _bucket(options.keys, 1) as connection:
            found |= _shard(Path(work) / "home-shard", connection, options.keys)
    print(json.dumps(found))


@contextmanager
def _bucket(objects: int, size: int) -> Iterator[S3Connection]:
    command = [sys.executable, "-m", "benchmarks.s3_stub", str(objects), str(size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as stub:
        assert stub.stdin is not None
        assert stub.stdout is not None
        yield S3Connection(endpoint_url=stub.stdout.readline().strip())
        stub.stdin.close()


def _requests(connection: S3Connection) -> int:
    with urlopen(f"{connection.endpoint}/-/requests") as answer:
        return int(answer.read())


def _scan(home: Path, connection: S3Connection) -> float:
    """Seconds of a scan with one worker in a new home, as the report counts them."""
    environment = {"NERPROC_S3_ENDPOINT_URL": connection.endpoint}
    report = nerproc("scan", URL, "--model", "patterns", "--workers", "1", home=home, **environment).report
    if report["state"] != "completed" or report["objects"]["failed"]:
        raise SystemExit(f"the scan ended as {report['state']}: {report['failure']}")
    return float(report["seconds"])


def _measured(what: str, objects: int, work: Callable[[], None]) -> dict[str, object]:
    began, cpu = time.perf_counter(), _cpu()
    work()
    seconds, cpu = time.perf_counter() - began, _cpu() - cpu
    return {
        f"{what}_objects_s": round(objects / seconds),
        f"{what}_cpu_ms_an_object": round(cpu / objects * 1e3, 3),
    }


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _read(connection: S3Connection) -> None:
    """List and read everything, as a worker does, and do nothing with it."""
    source = S3Source(URL, connection)
    waiting: list[ObjectRef] = []
    for ref in source.list():
        source.expect(ref)
        waiting.append(ref)
        if len(waiting) > AHEAD:
            source.open(waiting.pop(0)).file.read()
    for ref in waiting:
        source.open(ref).file.read()


def _read_with_s3fs(connection: S3Connection) -> None:
    files = s3_client.file_system(connection)
    for path in files.find(URL):
        files.cat_file(path)


def _shard(home: Path, connection: S3Connection, keys: int) -> dict[str, object]:
    """List `keys` keys with one worker until every task is planned; then the job is stopped."""
    from nerproc.node import Node
    from nerproc.schema.report import ReportRequest, S3Source
    from nerproc.settings import Settings
    from nerproc.worker.supervisor import Supervisor

    settings = Settings(home=home, s3_endpoint_url=connection.endpoint, poll_seconds=0.2)
    peak = 0

    def planned() -> bool:
        nonlocal peak
        peak = max(peak, *(_peak_resident(pid) for pid in _children()))
        row = node.database.fetch_one(
            "SELECT count(*) AS open FROM task WHERE kind = 'shard' AND state <> 'completed'"
        )
        return row is not None and row["open"] == 0

    with Node.open(settings) as node:
        job = node.reports.create(ReportRequest(source=S3Source(url=URL), model="patterns"), roots=[])
        supervisor = Supervisor(settings, 1)
        began = time.perf_counter()
        supervisor.run(node, job=job, done=planned)
        seconds = time.perf_counter() - began
        total = node.jobs.get(job).total_objects
        node.jobs.stop(job)
    if total != keys:
        raise SystemExit(f"{total} of {keys} keys were listed")
    return {"shard_keys": keys, "shard_seconds": round(seconds, 1), "shard_peak_mb": round(peak / 1e6)}


def _children() -> list[int]:
    return [
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]


def _peak_resident(pid: int) -> int:
    try:
        if "nerproc.worker.child" not in Path(f"/proc/{pid}/cmdline").read_text():
            return 0
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    main()
