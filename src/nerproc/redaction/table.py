"""CSV and TSV: cells stay cells. Of what is found over several, the part in each is replaced by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from nerproc.extraction import csv
from nerproc.extraction.decode import Decoded
from nerproc.redaction.rewriter import Rewriter
from nerproc.redaction.span import Span, Spans, check

_MARKS = re.compile('[,;\t|"\r\n]')  # what may be no content of a cell


def copy(pieces: Iterable[Decoded], spans: Spans, write: Callable[[bytes], object], media_type: str) -> None:
    """Write the table of `pieces` with `spans` replaced."""
    rewriter = Rewriter(write)
    position = 0
    contents: list[tuple[int, int]] = []  # of cells, in the next span, as far as it was seen
    for segment in csv.cut(rewriter.recorded(pieces), media_type):
        end = position + len(segment.text)
        while (span := spans.peek()) is not None and span.start < end:
            for start, stop in _contents(segment, span, position):
                if contents and contents[-1][1] == start:  # goes on from the last segment
                    start = contents.pop()[0]  # noqa: PLW2901
                contents.append((start, stop))
            if span.end > end:
                break
            _replace(rewriter, spans, contents)
            contents.clear()
        position = end
        rewriter.flush(position if span is None else min(span.start, position))
    spans.finish()
    rewriter.close()


def _contents(segment: csv.TableSegment, span: Span, position: int) -> Iterator[tuple[int, int]]:
    """The contents of cells in a span, as far as it stands in a segment that begins at `position`."""
    start, end = max(span.start - position, 0), min(span.end - position, len(segment.text))
    if not _MARKS.search(span.text):
        yield position + start, position + end
        return
    for begin, stop in segment.contents(start, end):
        yield position + begin, position + stop


def _replace(rewriter: Rewriter, spans: Spans, contents: list[tuple[int, int]]) -> None:
    span = spans.pop()
    check(span, rewriter.text(span.start, span.end))
    for start, end in contents:
        part = span.part(start, end)
        if part.text.strip():
            rewriter.edit(start, end, spans.new(part))
