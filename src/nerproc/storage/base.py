"""The artifact store: where every byte of uploads, manifests and results lies.

Keys are relative, "/"-separated paths that nerproc makes itself; names given by users never become keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An artifact as listings show it."""

    key: str
    size: int  # bytes
    modified: datetime  # UTC


class Storage(Protocol):
    """One small seam; every adapter passes tests/storage/test_conformance.py.

    Every method raises `nerproc.errors.StorageUnreachable` when the store cannot be reached, is full or
    refuses; reading a key that is not there raises `nerproc.errors.NotFound`.
    """

    def put(self, key: str, data: BinaryIO) -> int:
        """Write all of `data` under `key` and return its size in bytes. Whole or not at all."""
        ...

    def put_file(self, key: str, path: Path) -> None:
        """Write the file at `path` under `key` and remove the file. Whole or not at all, durable on return."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Open an artifact for reading; the reader can seek."""
        ...

    def fetch(self, key: str) -> Path:
        """A local file with the artifact's content, for readers that need a path. Read-only."""
        ...

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every artifact whose key starts with `prefix`, in order of key."""
        ...

    def delete(self, prefix: str) -> None:
        """Delete the artifact named `prefix` and every one below `prefix + "/"`; nothing there is no error."""
        ...

    def scratch(self) -> Path:
        """A local folder for files that are about to be `put_file`; empty it at start-up, not while in use."""
        ...
