"""Where extraction begins: a path or a stream in, a document's text out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from nerproc.extraction.document import OpenedDocument
from nerproc.extraction.input import Input
from nerproc.extraction.limits import Limits

if TYPE_CHECKING:
    from nerproc.extraction.segment import Document

_DEFAULT = Limits()


def extract(path: str | os.PathLike[str]) -> str:
    """The whole text of the file at `path`: what the offsets of its entities refer to.

    Raises:
        OSError: the file cannot be read.
        nerproc.extraction.errors.Skipped: its type is not read, it is encrypted, or it exceeds a limit.
        nerproc.extraction.errors.Broken: it is damaged.
    """
    with Path(path).open("rb") as stream:
        return "".join(segment.text for segment in open_document(stream, os.fspath(path)).segments())


def open_document(stream: BinaryIO, name: str, limits: Limits = _DEFAULT) -> Document:
    """Open the document in `stream`, which can seek and stands at its first byte.

    Only the type is told here, from the first bytes; `name` decides between kinds of text. What cannot be read
    says so when its segments are asked for. The stream stays open, and must until the last segment is read.
    PDF is read by a library that is not thread-safe: one document at a time in a process.
    """
    return OpenedDocument(Input(stream, seekable=True), name, limits)
