"""The artifact store in a folder, written so that a reader never sees half an artifact, and a crash loses none.

An artifact is written in the scratch folder, flushed to the disk, then renamed to its key. This is plain file
work: an fsspec file system would neither flush nor rename for us, and costs 0.1 s to import in every process.
"""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from nerproc.errors import NotFound, StorageUnreachable
from nerproc.observe.meter import DEPENDENCY_ERRORS
from nerproc.storage.base import StoredObject, check_key, check_prefix

COPY_BYTES = 1 << 20
SCRATCH = ".scratch"  # no key begins with a dot
_NOT_THERE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class LocalStorage:
    """Artifacts as files below `root`, which is made when it is first written to."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, data: BinaryIO) -> int:
        """Write all of `data` under `key` and return its size in bytes. Whole or not at all."""
        path = self._path(key)
        temporary = self.scratch() / f"put-{uuid.uuid4()}"
        size = 0
        with self._reporting(f"writing {key}"):
            file = temporary.open("xb", buffering=0)
        try:
            with file:
                while chunk := data.read(COPY_BYTES):  # an error of the reader is its own, not the store's
                    with self._reporting(f"writing {key}"):
                        _write(file, chunk)
                    size += len(chunk)
            self._publish(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        return size

    def put_file(self, key: str, path: Path) -> None:
        """Write the file at `path` under `key` and remove the file. Whole or not at all, durable on return."""
        try:
            self._publish(path, self._path(key))
        except StorageUnreachable as failure:
            if getattr(failure.__cause__, "errno", None) != errno.EXDEV:
                raise
            with path.open("rb") as file:  # on another disk than the store
                self.put(key, file)
            path.unlink()

    def open(self, key: str) -> BinaryIO:
        """Open an artifact for reading; the reader can seek."""
        with self._reporting(f"reading {key}"):
            try:
                return self._path(key).open("rb")
            except _NOT_THERE:
                raise NotFound(f"there is no artifact {key}") from None

    def fetch(self, key: str) -> Path:
        """The artifact's own file. Read-only."""
        path = self._path(key)
        with self._reporting(f"reading {key}"):
            if not path.is_file():
                raise NotFound(f"there is no artifact {key}")
        return path

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every artifact whose key starts with `prefix`, in order of key; those deleted meanwhile may miss."""
        folder = check_prefix(prefix).rpartition("/")[0]
        with self._reporting(f"listing {prefix}"):
            yield from self._walk(self.root / folder, f"{folder}/" if folder else "", prefix)

    def delete(self, prefix: str) -> None:
        """Delete the artifact named `prefix` and every one below `prefix + "/"`; nothing there is no error."""
        path = self._path(prefix)
        with self._reporting(f"deleting {prefix}"):
            while path.is_dir():
                with suppress(FileNotFoundError):  # somebody else deletes the same
                    shutil.rmtree(path)
            with suppress(*_NOT_THERE):
                path.unlink()
            for parent in path.relative_to(self.root).parents[:-1]:  # folders mean nothing: no empty ones stay
                try:
                    (self.root / parent).rmdir()
                except OSError:
                    break

    def scratch(self) -> Path:
        """A folder on the same disk for files that are about to be `put_file`."""
        folder = self.root / SCRATCH
        with self._reporting("writing"):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _path(self, key: str) -> Path:
        return self.root / check_key(key)

    def _publish(self, temporary: Path, path: Path) -> None:
        """Flush `temporary` to the disk, and only then give it its name."""
        with self._reporting(f"writing {path.relative_to(self.root)}"):
            flush(temporary)
            while True:
                try:
                    _make_folder(path.parent)
                    temporary.replace(path)
                    break
                except FileNotFoundError:  # a delete took the empty folder away meanwhile
                    if not temporary.exists():
                        raise
            flush(path.parent)

    def _walk(self, folder: Path, start: str, prefix: str) -> Iterator[StoredObject]:
        """Artifacts in `folder`, of keys that begin with `start`, in order: a folder sorts with its "/"."""
        try:
            with os.scandir(folder) as entries:
                names = sorted(f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries)
        except _NOT_THERE:
            return
        for name in names:
            key = start + name
            if name.startswith(SCRATCH) or not (key.startswith(prefix) or prefix.startswith(key)):
                continue
            if name.endswith("/"):
                yield from self._walk(folder / name, key, prefix)
                continue
            with suppress(*_NOT_THERE):
                status = (folder / name).stat()
                yield StoredObject(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    @contextmanager
    def _reporting(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            DEPENDENCY_ERRORS.add("storage")
            raise StorageUnreachable(
                f"{doing} in the artifact store {self.root} failed: {error.strerror or error}",
                hint="see that the disk has room and that the folder can be written",
            ) from error


def _write(file: FileIO, chunk: bytes) -> None:
    """Write all of `chunk`; a full disk takes a piece first and refuses the next."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _make_folder(folder: Path) -> None:
    """Make a folder and its parents, each durable."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir()
    flush(folder.parent)


def flush(path: Path) -> None:
    """Wait until the disk has the file, or the folder's names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
