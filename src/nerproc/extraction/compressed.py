"""gzip, bzip2 and xz: a stream that unpacks another, in bounded memory and within the limits."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.input import Readable
from nerproc.extraction.limits import BOMB, Budget

_PACKED = 256 << 10  # bytes read at once
_XZ_MEMORY = 128 << 20  # bytes; `xz -9` needs 65 MiB to unpack


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's decompressor with the manners of those of bz2 and lzma."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(data or self._inner.unconsumed_tail, max_length)


def _xz() -> _Decompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


_KINDS: dict[str, tuple[bytes, Callable[[], _Decompressor]]] = {
    "application/gzip": (b"\x1f\x8b", _Gzip),
    "application/x-bzip2": (b"BZh", bz2.BZ2Decompressor),
    "application/x-xz": (b"\xfd7zXZ", _xz),
}


class Unpacked:
    """The unpacked bytes of a compressed stream; streams that follow one another are one.

    Of a stream that is cut off or damaged, what comes before the damage is read, and `damage` tells.
    """

    def __init__(self, stream: Readable, media_type: str, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget
        self._magic, self._new = _KINDS[media_type]
        self._decompressor = self._new()
        self._packed = 0
        self._unpacked = 0
        self.damage: str | None = None

    def read(self, size: int, /) -> bytes:
        """See `Readable`.

        Raises:
            Skipped: the stream unpacks to more than the limits allow.
            Broken: it is damaged from its beginning.
        """
        while self.damage is None:
            packed = self._packed_bytes()
            if packed is None:
                break
            try:
                data = self._decompressor.decompress(packed, size)
            except (zlib.error, lzma.LZMAError, OSError):  # the last one is that of bz2
                self._damaged("damaged")
                break
            if data:
                return self._counted(data)
        return b""

    def _packed_bytes(self) -> bytes | None:
        """What the decompressor needs next; None at the end."""
        if self._decompressor.eof:
            packed = self._following()
            if not packed.startswith(self._magic):
                self.damage = "followed by something else, which was not read" if packed else None
                return None
            self._decompressor = self._new()
            return packed
        if not self._decompressor.needs_input:
            return b""
        packed = self._stream.read(_PACKED)
        self._packed += len(packed)
        if not packed:
            self._damaged("cut off")
            return None
        return packed

    def _following(self) -> bytes:
        """What comes after a stream and its padding: at least as much as tells whether it is another one."""
        packed = self._decompressor.unused_data.lstrip(b"\0")
        while len(packed) < len(self._magic) and (more := self._stream.read(_PACKED)):
            self._packed += len(more)
            packed = (packed + more).lstrip(b"\0")
        return packed

    def _counted(self, data: bytes) -> bytes:
        self._budget.unpack(len(data))
        self._unpacked += len(data)
        if self._unpacked > self._budget.allowance(self._packed):
            raise Skipped(BOMB)
        return data

    def _damaged(self, how: str) -> None:
        if not self._unpacked:
            raise Broken(f"{how}: nothing of it can be unpacked") from None
        self.damage = f"{how}: only the beginning was read"
