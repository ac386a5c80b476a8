"""What metrics and logs cost: the same scan by a worker that logs, counts and is scraped, and by another.

    python -m benchmarks.observe --prose DIR [--bytes N] [--files N] [--runs N]

Processor time of the supervisor and its child, from the first claim to the end of the report, in runs that
take turns (with, without, without, with, …) on one home, so that what else the machine does hits both. Objects
are small and tasks too (128 objects), for events come with tasks and parts; a scrape a second is fifteen times
what Prometheus does. `spent_share` is the part of the processor time that was spent in logging, counting and
answering scrapes, as measured inside the runs with them: it has no noise of other runs. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from benchmarks.command import folder

TASK_OBJECTS = "128"
SCRAPE_SECONDS = 1.0
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prose")
    parser.add_argument("--bytes", type=int, default=40_000_000)
    parser.add_argument("--files", type=int, default=4_000)
    parser.add_argument("--runs", type=int, default=6, help="of each kind")
    parser.add_argument("--observed", choices=["yes", "no"], help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.observed:
        print(json.dumps(_scan(options.source, observed=options.observed == "yes")))
        return
    with folder() as work:
        source = Path(work) / "files"
        make = [sys.executable, "-m", "benchmarks.make_files", "--bytes", str(options.bytes)]
        made = [*make, "--files", str(options.files), "--out", str(source), "--prose", options.prose]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        runs: dict[str, list[dict[str, Any]]] = {"yes": [], "no": []}
        _run("no", source, Path(work) / "home")  # compiles patterns
        for turn in range(options.runs):
            for kind in ("yes", "no") if turn % 2 == 0 else ("no", "yes"):
                runs[kind].append(_run(kind, source, Path(work) / "home"))
    pairs = zip(runs["yes"], runs["no"], strict=True)
    seconds = {kind: statistics.median(run["cpu_s"] for run in found) for kind, found in runs.items()}
    print(
        json.dumps(
            {
                "benchmark": "observe",
                "mb": round(options.bytes / 1e6, 1),
                "files": options.files,
                "with_cpu_s": round(seconds["yes"], 2),
                "without_cpu_s": round(seconds["no"], 2),
                "overhead": round(
                    statistics.median(one["cpu_s"] / other["cpu_s"] for one, other in pairs) - 1, 4
                ),
                "spent_share": round(
                    statistics.median(run["spent_s"] / run["cpu_s"] for run in runs["yes"]), 4
                ),
                "events": runs["yes"][0]["events"],
                "scrapes": runs["yes"][0]["scrapes"],
            }
        )
    )


def _run(observed: str, source: Path, home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.observe", "--observed", observed, "--source", str(source)]
    environment = {**os.environ, "NERPROC_HOME": str(home), "NERPROC_TASK_OBJECTS": TASK_OBJECTS}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return {**found, "events": done.stderr.count("\n")}


def _scan(source: Path, *, observed: bool) -> dict[str, float]:
    """One scan in this process; the processor seconds that it took, and those spent on watching it."""
    from nerproc import observe
    from nerproc.license.free import FreeLicense
    from nerproc.node import Node
    from nerproc.schema.report import LocalSource, ReportRequest
    from nerproc.settings import Settings
    from nerproc.worker.listener import listening
    from nerproc.worker.supervisor import Supervisor

    settings = Settings.load(metrics_port=0 if observed else None)
    spent = [0.0]
    if observed:
        observe.configure("json", "info", role="worker")
        _measure(spent)
    else:
        observe.configure("json", "error")
        _unmeter()
    with (
        closing(Supervisor(settings, 1)) as supervisor,
        Node.open(settings, license=FreeLicense(limit_bytes=None)) as node,
        listening(node),
        _scraped(spent) if observed else nullcontext([0]) as scrapes,
    ):
        request = ReportRequest(source=LocalSource(paths=[str(source)]), model="patterns")
        report = node.reports.create(request, roots=[source])
        begin, spent[0] = _family_seconds(), 0.0
        used: list[float] = []

        def ended() -> bool:
            if node.jobs.get(report).state.ended:
                used.append(_family_seconds() - begin)
            return bool(used)

        supervisor.run(node, job=report, done=ended)
        node.jobs.delete(report)
    return {"cpu_s": used[0], "spent_s": spent[0], "scrapes": scrapes[0]}


def _family_seconds() -> float:
    """Processor seconds of this process and of those that it started."""
    seconds = 0.0
    for pid in [os.getpid(), *_children()]:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        seconds += (int(fields[11]) + int(fields[12])) / _TICKS
    return seconds


def _children() -> Iterator[int]:
    for task in Path("/proc/self/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def _measure(spent: list[float]) -> None:
    """Add up the processor time inside of logging and counting."""
    from nerproc.observe import logs, meter

    def timed(call: Callable[..., Any]) -> Callable[..., Any]:
        def timing(*args: Any, **named: Any) -> Any:
            begin = time.thread_time()
            try:
                return call(*args, **named)
            finally:
                spent[0] += time.thread_time() - begin

        return timing

    logs.Log._write = timed(logs.Log._write)  # type: ignore[method-assign]  # noqa: SLF001
    meter.Counter.add = timed(meter.Counter.add)  # type: ignore[method-assign]
    meter.Histogram.observe = timed(meter.Histogram.observe)  # type: ignore[method-assign]


def _unmeter() -> None:
    from nerproc.observe import meter

    meter.Counter.add = lambda *_, **__: None  # type: ignore[assignment,method-assign]
    meter.Histogram.observe = lambda *_, **__: None  # type: ignore[assignment,method-assign]


@contextmanager
def _scraped(spent: list[float]) -> Iterator[list[int]]:
    """Collect the figures again and again, as a scrape does, for the length of the block; how often."""
    from starlette.requests import Request

    from nerproc.api.exposition import exposed

    over, count = threading.Event(), [0]
    request = Request({"type": "http", "method": "GET", "path": "/metrics", "headers": []})

    def scrape() -> None:
        while not over.wait(SCRAPE_SECONDS):
            begin = time.thread_time()
            exposed(request, worker=True)
            spent[0] += time.thread_time() - begin
            count[0] += 1

    thread = threading.Thread(target=scrape, daemon=True)
    thread.start()
    try:
        yield count
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    main()
