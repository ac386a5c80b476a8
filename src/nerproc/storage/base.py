"""The artifact store: where every byte of uploads, manifests and results lies.

Keys are relative, "/"-separated paths that nerproc makes itself; names given by users never become keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

_SEGMENT = r"[A-Za-z0-9_=+-][A-Za-z0-9_=+.-]*"
_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT})*")
_PREFIX = re.compile(rf"({_SEGMENT}/)*({_SEGMENT})?")


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


def check_key(key: str) -> str:
    """`key`, if it is one.

    Raises:
        ValueError: it is not.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")
    return key


def check_prefix(prefix: str) -> str:
    """`prefix`, if keys can begin with it.

    Raises:
        ValueError: none can.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"not a prefix of keys: {prefix!r}")
    return prefix
