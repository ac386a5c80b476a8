"""Plain text, Markdown, logs, source code: what is found is replaced in the decoded file."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nerproc.extraction.decode import Decoded
from nerproc.redaction.rewriter import Rewriter
from nerproc.redaction.span import Spans, check


def copy(
    pieces: Iterable[Decoded], spans: Spans, write: Callable[[bytes], object], _media_type: str = ""
) -> None:
    """Write the text of `pieces` with `spans` replaced."""
    rewriter = Rewriter(write)
    for piece in pieces:
        rewriter.add(piece)
        replace(rewriter, spans)
    spans.finish()
    rewriter.close()


def replace(rewriter: Rewriter, spans: Spans) -> None:
    """Replace the spans that end in the text so far, and write what is final then."""
    while (span := spans.peek()) is not None and span.end <= rewriter.end:
        spans.pop()
        check(span, rewriter.text(span.start, span.end))
        rewriter.edit(span.start, span.end, spans.new(span))
    rewriter.flush(rewriter.end if span is None else min(span.start, rewriter.end))
