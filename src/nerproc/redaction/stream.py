"""A stream that is scanned and redacted as it passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import tee
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from nerproc.extraction import csv, json
from nerproc.extraction.decode import Decoded, pieces
from nerproc.extraction.document import OpenedDocument
from nerproc.extraction.input import BLOCK, Input
from nerproc.extraction.limits import Limits
from nerproc.extraction.segment import Segment
from nerproc.extraction.text import TextSegment
from nerproc.redaction.formats import STREAMED, Copying, Write
from nerproc.redaction.operator import Operators
from nerproc.redaction.span import Account, Span, Spans, spans_of
from nerproc.schema.entity import Entity

_SPOOL = 8 << 20  # bytes of a document kept in memory; larger ones go to an unnamed temporary file

# Segments in; what is found in each stretch of the text, and where the stretch ends, out (Scanner.stretches).
Find = Callable[[Iterable[Segment]], Iterable[tuple[Iterable[Entity], int]]]


def redact_stream(
    stream: BinaryIO, name: str, find: Find, operators: Operators, write: Write, *, limits: Limits | None = None
) -> Counter[str]:
    """Write what comes from `stream` with what is found in it replaced; how many entities were, by label.

    Text, tables and JSON pass in bounded memory; anything else is first kept in a temporary file. `name`
    decides between kinds of text by its ending; it may be "".

    Raises:
        nerproc.extraction.errors.Skipped, nerproc.extraction.errors.Broken: it cannot be read.
        OSError: `stream` fails.
    """
    account = Account(operators.apply, keeps_places=False)
    limits = limits or Limits()
    document = OpenedDocument(Input(stream, seekable=False), name, limits)
    module = STREAMED.get(document.format.module or "")
    if module is None:
        with SpooledTemporaryFile(max_size=_SPOOL) as copy:
            _spooled(document, find, operators, account, cast("BinaryIO", copy))
            copy.seek(0)
            while data := copy.read(BLOCK):
                write(data)
        return account.counts
    ahead, behind = tee(pieces(document.source))
    spans = Spans(_found(_segments(ahead, document.media_type), find, operators, account), account)
    module(behind, spans, write, document.media_type)
    return account.counts


def _segments(decoded: Iterable[Decoded], media_type: str) -> Iterator[Segment]:
    texts = (piece.text for piece in decoded if piece.text)
    if media_type in {"text/csv", "text/tab-separated-values"}:
        return csv.cut(texts, media_type)
    if media_type in {"application/json", "application/jsonl"}:
        return json.cut(texts, media_type)
    return map(TextSegment, texts)


def _found(segments: Iterable[Segment], find: Find, operators: Operators, account: Account) -> Iterator[Span]:
    """The spans to replace, and at the end of each stretch an empty one: what is before it can be written."""
    done = 0
    for entities, end in find(segments):
        for span in spans_of(entities, operators, account.counts, done):
            yield span
            done = span.end
        if end > done:
            yield Span(end, end, "", "")


def _spooled(
    document: OpenedDocument, find: Find, operators: Operators, account: Account, output: BinaryIO
) -> None:
    source = document.source.file()
    copying = Copying(document.limits)
    segments = copying.open(source, document.name).segments()
    found = [entity for entities, _ in find(segments) for entity in entities]
    source.seek(0)
    spans = Spans(spans_of(found, operators, account.counts), account)
    copying.copy(source, document.name, spans, output)
    document.source.close()
