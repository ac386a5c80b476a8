"""Copies of artifacts on this machine's disk, shared by its processes.

A file appears whole, by a rename, and belongs to one version of its artifact: `<key>/<tag>`, with "," for the
slashes of the key. When there is too much, what was not used for longest goes, but nothing that was used a
moment ago: somebody may be about to open it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote
from uuid import uuid4

from nerproc.storage.base import check_key

KEEP_SECONDS = 600.0  # a file stays so long after its last use
SWEEP_PART = 16  # the cache is looked through when this fraction of it was added


class FileCache:
    """Files below `folder`, about `most_bytes` of them."""

    def __init__(self, folder: Path, scratch: Path, *, most_bytes: int) -> None:
        """`scratch` is a folder on the same disk."""
        self._folder = folder
        self._scratch = scratch
        self._most = most_bytes
        self._added = most_bytes  # what other processes left is looked through at the first addition

    def tag(self, key: str) -> str | None:
        """The version of `key` that is there."""
        with suppress(FileNotFoundError, StopIteration):
            return unquote(next(iter(os.listdir(self._place(key)))))  # noqa: PTH208 - names are all it takes
        return None

    def use(self, key: str, tag: str) -> Path | None:
        """The file of that version, which is kept for a while from now on; None: it is gone."""
        path = self._place(key) / quote(tag, safe="")
        try:
            os.utime(path)
        except FileNotFoundError:
            return None
        return path

    def add(self, key: str, tag: str, chunks: Iterable[bytes]) -> Path:
        """Write a version of `key` in place of any other."""
        path = self._place(key) / quote(tag, safe="")
        temporary = self._scratch / f"fetched-{uuid4().hex}"
        try:
            with temporary.open("xb") as file:
                for chunk in chunks:
                    self._added += file.write(chunk)
            if self._added >= self._most / SWEEP_PART:
                self._sweep()
            while not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileNotFoundError):  # a sweep took the empty folder away meanwhile
                    temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        for other in path.parent.iterdir():
            if other.name != path.name:
                other.unlink(missing_ok=True)
        return path

    def forget(self, prefix: str) -> None:
        """Drop the artifact `prefix` and every one below it."""
        place = self._place(prefix)
        for found in self._folder.glob("*"):
            if found == place or found.name.startswith(f"{place.name},"):
                shutil.rmtree(found, ignore_errors=True)

    def _place(self, key: str) -> Path:
        return self._folder / check_key(key).replace("/", ",")

    def _sweep(self) -> None:
        self._added = 0
        files = []
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in files)
        for used, size, path in sorted(files):
            if total <= self._most or used > time.time() - KEEP_SECONDS:
                return
            path.unlink(missing_ok=True)
            with suppress(OSError):
                path.parent.rmdir()
            total -= size
