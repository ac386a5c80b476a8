"""Archives (zip, tar) and compressed files (gzip, bzip2, xz): the text of what is in them.

A member's path is its place, never a path on disk. A compressed file is its content: it adds no place.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, cast
from zipfile import ZipInfo

from nerproc.extraction.compressed import Unpacked
from nerproc.extraction.document import Members, OpenedDocument
from nerproc.extraction.errors import Skipped
from nerproc.extraction.sniff import TAR, ZIP
from nerproc.extraction.zipped import open_part, open_zip

if TYPE_CHECKING:
    from nerproc.extraction.segment import Segment

_UTF8 = 0x800  # bit of ZipInfo.flag_bits
_LONGEST_HEADER = 1 << 20  # bytes
_HELD_IN_MEMORY = {
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
}
_ENDINGS = {".gz": "", ".bz2": "", ".xz": "", ".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar"}


def segments(document: OpenedDocument) -> Iterator[Segment]:
    """The texts of the members in the archive's order."""
    if document.format is ZIP:
        return _zip(document)
    if document.format is TAR:
        return _tar(document)
    return _compressed(document)


def _zip(document: OpenedDocument) -> Iterator[Segment]:
    members = Members(document)
    with open_zip(document) as archive:
        for part in archive.infolist():
            if not part.is_dir():
                opened = partial(open_part, archive, part, document.budget)
                yield from members.read(opened, zip_name(part))
    members.finish()


def _compressed(document: OpenedDocument) -> Iterator[Segment]:
    unpacked = Unpacked(Rest(document), document.media_type, document.budget)
    inner = document.inside(unpacked, inner_name(document.name))
    try:
        yield from inner.segments()
    finally:
        for warning in inner.warnings:
            document.warn(warning)
    if unpacked.damage:
        document.warn(unpacked.damage)


class Rest:
    """A document's bytes as a stream that can be read once."""

    def __init__(self, document: OpenedDocument) -> None:
        self._blocks = document.source.blocks()

    def read(self, _size: int, /) -> bytes:
        """See `Readable`."""
        return next(self._blocks, b"")


def inner_name(name: str) -> str:
    """`a.csv` for `a.csv.gz`."""
    for ending, replacement in _ENDINGS.items():
        if name.lower().endswith(ending):
            return name[: -len(ending)] + replacement
    return name


def _tar(document: OpenedDocument) -> Iterator[Segment]:
    members = Members(document)
    stream = cast("BinaryIO", Rest(document))
    try:
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=Header, errors="replace") as archive:
            for member in archive:
                if member.isreg():
                    yield from members.read(partial(open_tar, archive, member), member_name(member.name))
    except tarfile.ReadError:
        document.warn("cut off or damaged: the rest of the archive was not read")
    members.finish()


def open_tar(archive: tarfile.TarFile, member: tarfile.TarInfo) -> BinaryIO:
    """The bytes of a member.

    Raises:
        Skipped: it is sparse.
    """
    if member.issparse():  # a few bytes may stand for any number of zeros
        raise Skipped("sparse files are not supported")
    return cast("BinaryIO", archive.extractfile(member))


class Header(tarfile.TarInfo):
    """A tar header; refuses names and attributes of more than a MiB, which tarfile holds in memory."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:  # made to be overridden
        if self.type in _HELD_IN_MEMORY and self.size > _LONGEST_HEADER:
            raise Skipped("a tar archive with a name or attributes of more than a MiB")
        return super()._proc_member(archive)  # type: ignore[misc,no-any-return]


def zip_name(part: ZipInfo) -> str:
    """The name of a member, which many programs write in UTF-8 without saying so."""
    if part.flag_bits & _UTF8:
        return member_name(part.filename)
    try:
        return part.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member_name(part.filename)


def member_name(name: str) -> str:
    """A member's name without what UTF-8 cannot hold."""
    return name.encode("utf-8", "replace").decode("utf-8")
