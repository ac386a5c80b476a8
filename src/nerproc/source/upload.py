"""Uploaded files as objects, which lie in the artifact store.

    uploads/<id>/<n>              the content of the n-th file
    uploads/<id>/manifest.jsonl   a line per file, in order of name: {"name", "size", "sha256", "file": n}

The manifest is written last, so an upload is there whole or not at all. Names are what the sender said; they
are never a path.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from types import TracebackType
from typing import BinaryIO, Self, cast

from nerproc.errors import NotFound
from nerproc.source.base import ObjectRef, OpenObject, Unreadable
from nerproc.storage.base import Storage

_NOT_IN_NAMES = re.compile("[\0\ud800-\udfff]")  # not storable as text


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One line of a manifest."""

    name: str  # unique in its upload
    size: int  # bytes
    sha256: str  # of the content, hexadecimal
    file: int  # number of the artifact


class UploadSource:
    """The files of one finished upload."""

    def __init__(self, storage: Storage, upload_id: uuid.UUID) -> None:
        self._storage = storage
        self._prefix = _prefix(upload_id)

    def list(self) -> Iterator[ObjectRef]:
        """Every file in order of name.

        Raises:
            NotFound: there is no such upload, or it was not finished.
        """
        try:
            manifest = self._storage.open(f"{self._prefix}/manifest.jsonl")
        except NotFound:
            raise NotFound(f"there is no finished upload {self._prefix.rpartition('/')[2]}") from None
        return _read(manifest)

    def expect(self, ref: ObjectRef) -> None:
        """Nothing: the artifact store is near."""

    def open(self, ref: ObjectRef) -> OpenObject:
        """Open a file for reading; files of an upload never change.

        Raises:
            Unreadable: the upload was deleted.
        """
        try:
            return OpenObject(self._storage.open(f"{self._prefix}/{int(ref.handle)}"), ref.version)
        except NotFound:
            raise Unreadable("the upload was deleted") from None


class UploadWriter:
    """Takes files one after the other; `finish` makes them an upload. Leaving it unfinished deletes them."""

    def __init__(self, storage: Storage) -> None:
        self.id = uuid.uuid4()
        self.files: dict[str, UploadedFile] = {}  # by name
        self._copies: Counter[str] = Counter()  # by name: so many others were tried in its place
        self._storage = storage
        self._prefix = _prefix(self.id)
        self._finished = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._finished:
            self._storage.delete(self._prefix)

    def add(self, name: str, data: BinaryIO) -> UploadedFile:
        """Store all of `data`; a name that is taken already gets " (2)" before its suffix."""
        number = len(self.files)
        hashed = _Hashed(data)
        size = self._storage.put(f"{self._prefix}/{number}", cast("BinaryIO", hashed))
        file = UploadedFile(self._free_name(name), size, hashed.sha256.hexdigest(), number)
        self.files[file.name] = file
        return file

    def finish(self) -> uuid.UUID:
        """Make the upload visible; its id."""
        files = [self.files[name] for name in sorted(self.files)]
        lines = "".join(f"{json.dumps(asdict(file))}\n" for file in files)
        self._storage.put(f"{self._prefix}/manifest.jsonl", io.BytesIO(lines.encode()))
        self._finished = True
        return self.id

    def _free_name(self, name: str) -> str:
        wanted = _NOT_IN_NAMES.sub("\ufffd", name).lstrip("/") or "unnamed"
        path = PurePosixPath(wanted)
        stem, suffix = wanted[: len(wanted) - len(path.suffix)], path.suffix
        free = wanted
        while free in self.files:
            self._copies[wanted] += 1
            free = f"{stem} ({self._copies[wanted] + 1}){suffix}"
        return free


class _Hashed:
    """Reads through to `data` and keeps the checksum of what was read."""

    def __init__(self, data: BinaryIO) -> None:
        self._data = data
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._data.read(size)
        self.sha256.update(chunk)
        return chunk


def _prefix(upload_id: uuid.UUID) -> str:
    return f"uploads/{upload_id}"


def _read(manifest: BinaryIO) -> Iterator[ObjectRef]:
    with manifest:
        for line in manifest:
            file = UploadedFile(**json.loads(line))
            yield ObjectRef(file.name, file.size, file.sha256, handle=str(file.file))
