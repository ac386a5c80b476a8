"""The artifact store in a bucket. S3 shows an object whole or not at all, so nothing half-written is ever seen.

Small artifacts are read into memory, large ones in ranges; who needs a path gets a copy from a cache on this
machine's disk, which is checked against the bucket at every use (one request, without the content).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import uuid4

from nerproc.errors import NotFound, StorageUnreachable
from nerproc.settings import S3Connection
from nerproc.storage import s3_client
from nerproc.storage.base import StoredObject, check_key, check_prefix
from nerproc.storage.cache import FileCache

if TYPE_CHECKING:
    from obstore import GetResult

COPY_BYTES = 1 << 20
WHOLE_BYTES = 8 << 20  # an artifact up to this size is read by one request, into memory
BLOCK_BYTES = 4 << 20  # of larger ones, what one request reads
DELETE_KEYS = 1_000  # in one request; S3 takes no more
REQUEST_SECONDS = 600.0  # for all of a large artifact; what hangs is noticed by its silence
PATIENCE_SECONDS = 60.0


class S3Storage:
    """Artifacts as objects below `url`; copies and scratch files lie in `folder` on this machine."""

    def __init__(self, url: str, connection: S3Connection, *, folder: Path, cache_bytes: int) -> None:
        bucket, prefix = s3_client.split_url(url)
        self._url = url
        self._bucket = bucket
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._connection = connection
        self._scratch = folder / "scratch"
        place = f"{connection.endpoint}/{bucket}/{self._prefix}"
        copies = folder / "cache" / hashlib.sha256(place.encode()).hexdigest()[:16]
        self._cache = FileCache(copies, self._scratch, most_bytes=cache_bytes)

    @cached_property
    def _files(self) -> Any:
        return s3_client.file_system(self._connection)

    @cached_property
    def _reader(self) -> Any:
        return s3_client.object_store(
            self._connection, self._bucket, request_seconds=REQUEST_SECONDS, patience_seconds=PATIENCE_SECONDS
        )

    def put(self, key: str, data: BinaryIO) -> int:
        """Write all of `data` under `key` and return its size in bytes. Whole or not at all."""
        check_key(key)
        temporary = self.scratch() / f"put-{uuid4()}"
        try:
            with self._reporting(f"writing {key}"):
                file = temporary.open("xb")
            with file:
                while chunk := data.read(COPY_BYTES):  # an error of the reader is its own, not the store's
                    with self._reporting(f"writing {key}"):
                        file.write(chunk)
                size = file.tell()
            self.put_file(key, temporary)
        finally:
            temporary.unlink(missing_ok=True)
        return size

    def put_file(self, key: str, path: Path) -> None:
        """Write the file at `path` under `key` and remove the file. Whole or not at all, durable on return."""
        full = self._full(key)
        with self._reporting(f"writing {key}"):
            self._files.put_file(str(path), f"{self._bucket}/{full}")
        path.unlink()

    def open(self, key: str) -> BinaryIO:
        """Open an artifact for reading; the reader can seek."""
        with self._reporting(f"reading {key}"):
            found = self._get(key, {})
            if found.meta["size"] <= WHOLE_BYTES:
                return io.BytesIO(found.bytes())
            file = self._files.open(
                f"{self._bucket}/{self._full(key)}", "rb", block_size=BLOCK_BYTES, cache_type="readahead"
            )
        remote = _Remote(file, lambda: self._reporting(f"reading {key}"))
        return cast("BinaryIO", io.BufferedReader(remote, COPY_BYTES))

    def fetch(self, key: str) -> Path:
        """A copy on this machine, which stays for a while. Read-only."""
        from obstore.exceptions import NotModifiedError

        with self._reporting(f"reading {key}"):
            self.scratch()
            tag = self._cache.tag(key)
            try:
                found = self._get(key, {} if tag is None else {"if_none_match": tag})
            except NotModifiedError:
                assert tag is not None
                path = self._cache.use(key, tag)
                return self.fetch(key) if path is None else path
            return self._cache.add(key, found.meta["e_tag"] or "none", found.stream(COPY_BYTES))

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every artifact whose key starts with `prefix`, in order of key, a page at a time."""
        asked = {"Bucket": self._bucket, "Prefix": self._prefix + check_prefix(prefix)}
        while True:
            with self._reporting(f"listing {prefix}"):
                page = self._files.call_s3("list_objects_v2", **asked)
            for found in page.get("Contents", ()):
                key = found["Key"].removeprefix(self._prefix)
                yield StoredObject(key, found["Size"], found["LastModified"].astimezone(UTC))
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def delete(self, prefix: str) -> None:
        """Delete the artifact named `prefix` and every one below `prefix + "/"`; nothing there is no error."""
        keys = chain([check_key(prefix)], (found.key for found in self.list(f"{prefix}/")))
        while batch := list(islice(keys, DELETE_KEYS)):
            objects = [{"Key": self._full(key)} for key in batch]
            with self._reporting(f"deleting {prefix}"):
                answer = self._files.call_s3(
                    "delete_objects", Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True}
                )
            for error in answer.get("Errors", ()):
                raise StorageUnreachable(f"Deleting {prefix} in {self._url} failed: {error.get('Code')}.")
        self._cache.forget(prefix)

    def scratch(self) -> Path:
        """A folder for files that are about to be `put_file`."""
        with self._reporting("writing to the scratch folder"):
            self._scratch.mkdir(parents=True, exist_ok=True)
        return self._scratch

    def _full(self, key: str) -> str:
        return self._prefix + check_key(key)

    def _get(self, key: str, options: Any) -> GetResult:
        import obstore

        try:
            return obstore.get(self._reader, self._full(key), options=options)
        except FileNotFoundError as error:
            if s3_client.code(error) == "NoSuchBucket":
                raise
            self._cache.forget(key)
            raise NotFound(f"there is no artifact {key}") from None

    def _reporting(self, doing: str) -> AbstractContextManager[None]:
        return s3_client.reporting(
            f"{doing[0].upper()}{doing[1:]} in the artifact store {self._url}",
            StorageUnreachable,
            hint="See NERPROC_STORAGE_URL and the settings NERPROC_S3_….",
        )


class _Remote(io.RawIOBase):
    """A large artifact, read in ranges; what goes wrong is the store's fault, not that of what is in it."""

    def __init__(self, file: Any, reporting: Callable[[], AbstractContextManager[None]]) -> None:
        self._file = file
        self._reporting = reporting

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return int(self._file.seek(offset, whence))

    def readinto(self, buffer: Any, /) -> int:
        with self._reporting():
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
