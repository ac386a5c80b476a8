"""A scan of more than the free licence covers, with a licence of the benchmark's own.

    python -m benchmarks.licensed PATH [--workers N]

Scans as `nerproc scan PATH --json` does, in the home that NERPROC_HOME names, and prints the report.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from nerproc.license.free import FreeLicense
from nerproc.node import Node
from nerproc.schema.report import LocalSource, ReportRequest
from nerproc.settings import Settings
from nerproc.worker.supervisor import Supervisor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    path = options.path.absolute()
    settings = Settings.load()
    with (
        closing(Supervisor(settings, options.workers)) as supervisor,
        Node.open(settings, license=FreeLicense(limit_bytes=None)) as node,
    ):
        report = node.reports.create(
            ReportRequest(source=LocalSource(paths=[str(path)]), model="patterns"), roots=[path]
        )
        supervisor.run(node, job=report, done=lambda: node.jobs.get(report).state.ended)
        print(node.reports.get(report).model_dump_json())


if __name__ == "__main__":
    main()
