"""Zip files, as archives and as containers of documents: opened with the limits checked.

Declared sizes are checked before unpacking. `zipfile` hands out no more than a member declares and then
compares its checksum, so a member that lies is found damaged, not unpacked further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.limits import BOMB, Budget

if TYPE_CHECKING:
    from nerproc.extraction.document import OpenedDocument
    from nerproc.extraction.input import Readable

_ENCRYPTED = 0x1  # bit of ZipInfo.flag_bits


def open_zip(document: OpenedDocument) -> ZipFile:
    """The zip file that `document` is.

    Raises:
        Broken: it has no directory.
    """
    try:
        return ZipFile(document.source.file())
    except BadZipFile:
        raise Broken("damaged: the zip file is cut off or has no directory") from None


def open_part(archive: ZipFile, part: ZipInfo, budget: Budget) -> Readable:
    """The bytes of `part`, counted while they are unpacked.

    Raises:
        Skipped: it is encrypted, packed in an unknown way, or larger than the limits allow.
        Exhausted: what was unpacked before leaves no room for it.
        Broken: the archive points to a place where no member is.
    """
    if part.flag_bits & _ENCRYPTED:
        raise Skipped("encrypted zip member")
    if part.file_size > budget.allowance(part.compress_size):
        raise Skipped(BOMB)
    budget.check(part.file_size)
    try:
        stream = archive.open(part)
    except NotImplementedError:
        raise Skipped("packed with a method that is not supported") from None
    except BadZipFile:
        raise Broken("damaged zip member") from None
    return Counted(cast("BinaryIO", stream), budget)


class Counted:
    """A stream whose bytes count as unpacked."""

    def __init__(self, stream: Readable, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        """See `Readable`.

        Raises:
            Exhausted: that was too much.
        """
        data = self._stream.read(size)
        self._budget.unpack(len(data))
        return data
