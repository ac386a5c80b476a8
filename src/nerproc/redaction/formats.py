"""Which module writes the copy of which format, and what is done where none can."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from nerproc.extraction.decode import Decoded, pieces
from nerproc.extraction.document import OpenedDocument
from nerproc.extraction.html import named
from nerproc.extraction.input import Input
from nerproc.extraction.limits import Limits
from nerproc.extraction.sniff import XLSX
from nerproc.extraction.xml import declared
from nerproc.redaction import json, table, text
from nerproc.redaction.span import Account, Changed, Span, Spans

Write = Callable[[bytes], object]
_Stream = Callable[[Iterable[Decoded], Spans, Write, str], None]

# By module of extraction: what is written as it is read.
STREAMED: dict[str, _Stream] = {
    "text": text.copy,
    "csv": table.copy,
    "json": json.copy,
}


class View(io.RawIOBase):
    """A file read from where it stands, by one of several readers that take turns."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file = file
        self._start = start
        self._at = start

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where this reader is."""
        return self._at - self._start

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move this reader."""
        if whence == io.SEEK_SET:
            self._at = self._start + offset
        elif whence == io.SEEK_CUR:
            self._at += offset
        else:
            self._at = self._file.seek(offset, io.SEEK_END)
        return self.tell()

    def read(self, size: int = -1, /) -> bytes:
        """Read on from where this reader is."""
        self._file.seek(self._at)
        data = self._file.read(size)
        self._at += len(data)
        return data


@dataclass(slots=True)
class Task:
    """A document to copy, which may be inside another."""

    copying: Copying
    source: BinaryIO
    start: int  # where the document begins in `source`
    name: str
    spans: list[Span]
    account: Account
    base: int  # where its text begins in that of the outermost document
    output: BinaryIO

    def open(self) -> OpenedDocument:
        """The document, read by a reader of its own."""
        self.source.seek(self.start)
        return self.copying.open(self.source, self.name)

    def texts(self) -> Iterator[str]:
        """Its text."""
        return (segment.text for segment in self.open().segments())

    def ordered(self) -> Spans:
        """Its spans in order."""
        return Spans(self.spans, self.account, self.base)


class Copying:
    """Makes the copies of one document and of those in it."""

    def __init__(self, limits: Limits, depth: int = 0) -> None:
        self.limits = limits
        self.depth = depth

    def open(self, source: BinaryIO, name: str) -> OpenedDocument:
        """A document of its own reader: several may be open at once on the same file."""
        view = cast("BinaryIO", View(source, source.tell()))
        document = OpenedDocument(Input(view, seekable=True), name, self.limits)
        document.depth = self.depth
        return document

    def texts(self, source: BinaryIO, name: str) -> Iterator[str]:
        """The text of a document, in pieces."""
        return (segment.text for segment in self.open(source, name).segments())

    def copy(
        self,
        source: BinaryIO,
        name: str,
        spans: Spans,
        output: BinaryIO,
    ) -> str:
        """Write the copy of a document with `spans` replaced; its name."""
        start = source.tell()
        document = self.open(source, name)
        module = document.format.module or ""
        if module in STREAMED:
            STREAMED[module](pieces(document.source), spans, output.write, document.media_type)
            return name
        task = Task(self, source, start, name, spans.rest(), spans.account, spans.base, output)
        before = task.account.mark()
        try:
            return _structured(task, document)
        except (Changed, Unwritten) as error:  # or the source is too broken to be followed
            task.account.reset(before)
            output.seek(0)
            output.truncate()
            if document.format.module == "archive":
                raise Changed(str(error)) from None
        texts = (Decoded(piece, piece.encode(), "utf-8") for piece in task.texts())
        text.copy(texts, task.ordered(), output.write)
        return f"{name}.txt"


class Unwritten(Exception):
    """No copy can be written in the document's format."""


def _structured(task: Task, document: OpenedDocument) -> str:
    """Write the copy in the document's format; its name."""
    match document.format.module:
        case "xml":
            from nerproc.redaction import xml

            decoded = pieces(document.source, declared(document.source))
            xml.copy(task.texts(), decoded, task.ordered(), task.output.write)
        case "html":
            from nerproc.redaction import html

            decoded = pieces(document.source, named(document.source))
            html.copy(task.texts(), decoded, task.ordered(), task.output.write)
        case "ooxml":
            from nerproc.redaction import office

            office.copy(task)
        case "sheet" if document.format is XLSX:
            from nerproc.redaction import sheet

            sheet.copy(task)
        case "mail":
            from nerproc.redaction import mail

            mail.copy(task)
        case "archive":
            from nerproc.redaction import archive

            return archive.copy(task)
        case _:
            raise Unwritten
    return task.name
