"""Homes that have been used before: their database is made, and their patterns are compiled.

Both take seconds of processor time, which a test of something else need not spend again.
"""

from __future__ import annotations

import atexit
import fcntl
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from nerproc.db.database import Database
from nerproc.extraction.text import TextSegment
from nerproc.model.registry import load
from nerproc.model.scanner import build
from nerproc.schema.name import PATTERNS

KEPT = ("postgres", "cache")


def furnish(home: Path) -> None:
    """Put into `home`, which may be missing, what it would have after a first scan with `patterns`."""
    home.mkdir(exist_ok=True)
    if not (home / "postgres").exists():  # owners are kept: the server may run as another user
        subprocess.run(["cp", "-a", *(_used() / name for name in KEPT), home], check=True)


@cache
def _used() -> Path:
    home = Path(tempfile.mkdtemp(prefix="nerproc-home-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    with Database.embedded(home):
        scanner = build(model=load(PATTERNS), cache=home / "cache")
        list(scanner.scan([TextSegment("3 May 2024, example.org, 212-555-0147; call 12 Main Street")], ""))
    with (home / "postgres/guard.lock").open("rb+") as guard:  # until the server has ended
        fcntl.flock(guard, fcntl.LOCK_EX)
    return home
