"""One object on its way into a part."""

from __future__ import annotations

import os
from pathlib import Path

from nerproc.model.registry import load
from nerproc.model.scanner import scanner_for
from nerproc.result.write import PartWriter
from nerproc.schema.name import PATTERNS
from nerproc.schema.report import LocalSource as LocalRequest
from nerproc.schema.report import ReportRequest
from nerproc.source.local import LocalSource
from nerproc.worker.beacon import Beacon
from nerproc.worker.scan import ObjectScan


def test_a_file_that_grew_since_it_was_listed_counts_as_it_is_read(tmp_path: Path) -> None:
    """Else a file that is empty while it is listed would cost a licence nothing."""
    file = tmp_path / "files" / "log.txt"
    file.parent.mkdir()
    file.touch()
    source = LocalSource([file.parent], [file.parent])
    [ref] = source.list()
    file.write_text("Write to ann@example.org.")
    os.utime(file, ns=(1, 1))
    request = ReportRequest(source=LocalRequest(paths=[str(file.parent)]), model=PATTERNS)
    scanner = scanner_for(request, load(PATTERNS), cache=tmp_path / "cache")
    writer, beacon = PartWriter(tmp_path), Beacon.create()
    row = ObjectScan(scanner, request, writer, beacon).run(source, ref)
    writer.end(row)
    assert (row.status, row.size, row.version) == ("succeeded", 25, "1-25")
    assert (writer.summary.bytes, writer.summary.label_counts) == (25, {"EMAIL": 1})
    beacon.close()
