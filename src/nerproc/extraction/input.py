"""The bytes of one document: read in blocks of fixed size, or as a file that can seek.

What is read never depends on how many bytes each `read` of the stream returns. What the bytes mean is up to
the formats.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Protocol, cast

HEAD = 64 << 10  # bytes by which the type is told
BLOCK = 1 << 20  # bytes in a block
_SPOOL = 8 << 20  # bytes of a member kept in memory; larger ones go to an unnamed temporary file


class Readable(Protocol):
    """A stream of bytes that can only be read on."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, fewer or more of them left or not; b"" at the end."""
        ...


class Input:
    """The bytes of one document. Either `blocks` or `file` is used, once."""

    def __init__(self, stream: Readable, *, seekable: bool) -> None:
        """`stream` stands at its first byte; `seekable` if seeking in it is cheap (a BinaryIO then)."""
        self._stream = stream
        self._seekable = seekable
        self._file: BinaryIO | None = None
        self.failed = False  # the stream raised: not the document's fault
        self.head = self._read(HEAD)

    @property
    def complete(self) -> bool:
        """Whether `head` is all there is."""
        return len(self.head) < HEAD

    def blocks(self) -> Iterator[bytes]:
        """All bytes from the first, in blocks of exactly `BLOCK`, the last one shorter."""
        if self.complete:
            if self.head:
                yield self.head
            return
        block = self.head + self._read(BLOCK - HEAD)
        while block:
            yield block
            block = self._read(BLOCK) if len(block) == BLOCK else b""

    def file(self) -> BinaryIO:
        """All bytes as a file that can seek, at its first byte; the same file at each call."""
        if self._file is None:
            if self._seekable:
                self._file = cast("BinaryIO", io.BufferedReader(_Seekable(self), HEAD))
            elif self.complete:
                self._file = io.BytesIO(self.head)
            else:
                self._file = self._spooled()
        self._file.seek(0)
        return self._file

    def size(self) -> int:
        """The number of bytes; of a stream that cannot seek, only once it is a file."""
        if self.complete:
            return len(self.head)
        file = cast("BinaryIO", self._stream) if self._seekable else self.file()
        position = file.tell()
        size = file.seek(0, os.SEEK_END)
        file.seek(position)
        return size

    def close(self) -> None:
        """Give back the memory and disk of a stream that was copied; the stream itself stays open."""
        if self._file is not None:
            self._file.close()

    def pull(self, size: int) -> bytes:
        """One `read` of the stream, noting a failure."""
        try:
            return self._stream.read(size)
        except Exception:
            self.failed = True
            raise

    def seek(self, offset: int, whence: int) -> int:
        """Move in a seekable stream, noting a failure."""
        try:
            return cast("BinaryIO", self._stream).seek(offset, whence)
        except OSError:
            self.failed = True
            raise

    def _read(self, size: int) -> bytes:
        data = self.pull(size)
        if len(data) == size or not data:
            return data
        parts = [data]
        missing = size - len(data)
        while missing and (data := self.pull(missing)):
            parts.append(data)
            missing -= len(data)
        return b"".join(parts)

    def _spooled(self) -> BinaryIO:
        spool = SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 (closed with the last reference)
        spool.write(self.head)
        while data := self.pull(BLOCK):
            spool.write(data)
        return cast("BinaryIO", spool)


class _Seekable(io.RawIOBase):
    """An input's stream for `BufferedReader`, which fills up short reads."""

    def __init__(self, source: Input) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._source.seek(offset, whence)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # wider in typeshed
        data = self._source.pull(len(buffer))
        buffer[: len(data)] = data
        return len(data)
