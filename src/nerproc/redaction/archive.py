"""Archives and compressed files: written anew with the copies of what is in them.

What a scan could not read is left out of the copy, with the reason among its warnings.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
from collections.abc import Callable
from copy import copy as duplicate
from functools import partial
from typing import BinaryIO, cast
from zipfile import ZipFile

from nerproc.extraction.archive import Header, Rest, inner_name, member_name, open_tar, zip_name
from nerproc.extraction.compressed import Unpacked
from nerproc.extraction.document import OpenedDocument
from nerproc.extraction.errors import Skipped
from nerproc.extraction.sniff import BZIP2, GZIP, TAR, ZIP
from nerproc.extraction.zipped import open_part, open_zip
from nerproc.redaction import zipped
from nerproc.redaction.formats import Copying, Task
from nerproc.redaction.member import Members, spooled

_BLOCK = 1 << 20  # bytes


def copy(task: Task) -> str:
    """Write the copy of an archive; its name.

    Raises:
        Changed: it is not what was scanned.
        Skipped, Broken: see `redact`.
    """
    document = task.open()
    if document.format is ZIP:
        _zip(task, document)
        return task.name
    if document.format is TAR:
        _tar(task, document)
        return task.name
    return _compressed(task, document)


def _zip(task: Task, document: OpenedDocument) -> None:
    spans, offset = task.ordered(), 0
    members = Members(task, spans)
    with open_zip(document) as archive, ZipFile(task.output, "w") as output:
        for part in archive.infolist():
            if part.is_dir():
                zipped.put(output, part, io.BytesIO())
                continue
            document.budget.member()
            name = zip_name(part)
            copied = members.copy(partial(open_part, archive, part, document.budget), name, offset)
            offset += copied.length
            if copied.file:
                with copied.file:
                    zipped.put(output, part, copied.file, None if copied.name == name else copied.name)
    spans.finish()


def _tar(task: Task, document: OpenedDocument) -> None:
    spans, offset = task.ordered(), 0
    members = Members(task, spans)
    stream = cast("BinaryIO", Rest(document))
    with tarfile.open(fileobj=task.output, mode="w") as output:
        try:
            with tarfile.open(fileobj=stream, mode="r|", tarinfo=Header, errors="replace") as archive:
                for header in archive:
                    if not header.isreg():
                        output.addfile(header)
                        continue
                    document.budget.member()
                    name = member_name(header.name)
                    copied = members.copy(partial(open_tar, archive, header), name, offset)
                    offset += copied.length
                    if copied.file:
                        with copied.file:
                            output.addfile(_header(header, name, copied.name, copied.file), copied.file)
        except tarfile.ReadError:
            task.account.warnings.append("cut off or damaged: the rest of the archive is left out")
    spans.finish()


def _header(header: tarfile.TarInfo, name: str, new_name: str, file: BinaryIO) -> tarfile.TarInfo:
    new = duplicate(header)
    new.pax_headers = {}
    if new_name != name:
        new.name = new_name
    new.size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return new


def _compressed(task: Task, document: OpenedDocument) -> str:
    depth = task.copying.depth + 1
    if depth > task.copying.limits.depth:
        raise Skipped(f"nested more than {task.copying.limits.depth} levels deep")
    unpacked = Unpacked(Rest(document), document.media_type, document.budget)
    with spooled(unpacked) as inner, spooled(io.BytesIO()) as copied:
        if unpacked.damage:
            task.account.warnings.append(unpacked.damage)
        name = inner_name(task.name)
        new_name = Copying(task.copying.limits, depth).copy(inner, name, task.ordered(), copied)
        copied.seek(0)
        compress: Callable[[BinaryIO], BinaryIO] = _COMPRESSORS.get(document.format.media_type, _xz)
        with compress(task.output) as output:
            while block := copied.read(_BLOCK):
                output.write(block)
    return task.name if new_name == name else f"{new_name}{task.name[len(name) :]}"


def _gzip(output: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", gzip.GzipFile(filename="", mode="wb", fileobj=output, mtime=0))


def _xz(output: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", lzma.LZMAFile(output, "wb"))


_COMPRESSORS: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    GZIP.media_type: _gzip,
    BZIP2.media_type: lambda output: cast("BinaryIO", bz2.BZ2File(output, "wb")),
}
