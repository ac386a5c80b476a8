"""JSON and JSON lines: strings stay strings, and numbers that are replaced by words become strings.

Of what is found over several values, the part in each is replaced by itself. The file need not be valid; what
is valid stays so.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from nerproc.extraction.decode import Decoded
from nerproc.extraction.json import JsonSegment, cut, unescape
from nerproc.redaction.rewriter import Rewriter
from nerproc.redaction.span import Span, Spans, check

_NEAR = 1 << 10  # code points around a place within which a number begins and ends
_STRING = re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)
_BARE = re.compile(r'[^\[\]{}:,"\s]+')
_BARE_END = re.compile(r'[^\[\]{}:,"\s]*\Z')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")


def copy(pieces: Iterable[Decoded], spans: Spans, write: Callable[[bytes], object], media_type: str) -> None:
    """Write the file of `pieces` with `spans` replaced."""
    writer = _Writer(Rewriter(write), spans, is_lines=media_type == "application/jsonl")
    for segment in cut(writer.rewriter.recorded(pieces), media_type):
        writer.see(segment)
    writer.close()


class _Writer:
    def __init__(self, rewriter: Rewriter, spans: Spans, *, is_lines: bool) -> None:
        self.rewriter = rewriter
        self._spans = spans
        self._is_lines = is_lines
        self._segments: list[JsonSegment] = []  # those that spans may still stand in
        self._starts: list[int] = []  # in the extracted text
        self._text_end = 0
        self._raw_end = 0
        self._at = 0  # in the file: strings were followed up to here
        self._in_string = False

    def see(self, segment: JsonSegment) -> None:
        """Replace what can be replaced now that `segment` is known."""
        self._segments.append(segment)
        self._starts.append(self._text_end)
        self._text_end += len(segment.text)
        self._raw_end += len(segment.raw)
        self._replace(self._raw_end - _NEAR)
        self._follow(self._raw_end - _NEAR)
        self.rewriter.flush(self._at - _NEAR)
        self._forget()

    def close(self) -> None:
        """Replace what is left, and write the rest."""
        self._replace(self._raw_end)
        self._spans.finish()
        self.rewriter.close()

    def _replace(self, before: int) -> None:
        """Replace the spans that end before an offset of the file."""
        while (span := self._spans.peek()) is not None and span.end <= self._text_end:
            start, end = self._raw(span.start), self._raw(span.end)
            if end > before:
                return
            self._spans.pop()
            check(span, unescape(self.rewriter.text(start, end)))
            self._follow(start)
            for part, begin, stop in self._parts(span, start, end):
                if self._in_string:
                    new = json.dumps(self._spans.new(part), ensure_ascii=False)[1:-1]
                    self.rewriter.edit(begin, stop, new)
                else:
                    self._bare(part, begin, stop)

    def _parts(self, span: Span, start: int, end: int) -> Iterator[tuple[Span, int, int]]:
        """The parts of a span, each within one value, with their places in the file."""
        raw = self.rewriter.text(start, end)
        at, offset = 0, span.start
        while at < len(raw):
            found = (_STRING if self._in_string else _BARE).match(raw, at)
            if found and found[0]:
                length = len(unescape(found[0]))
                part = span.part(offset, offset + length)
                if part.text.strip():
                    yield part, start + at, start + found.end()
                at, offset = found.end(), offset + length
            if at < len(raw):  # a quote, a bracket, a separator or white space
                self._in_string ^= raw[at] == '"'
                at, offset = at + 1, offset + 1
        self._at = end

    def _bare(self, span: Span, start: int, end: int) -> None:
        """Replace (a part of) a number or a word outside of strings; and all others in it."""
        done = max(self.rewriter.done, start - _NEAR)
        before = _BARE_END.search(self.rewriter.text(done, start))
        after = _BARE.match(self.rewriter.text(end, end + _NEAR))
        begin = start - len(before[0] if before else "")
        stop = end + len(after[0] if after else "")
        pieces = [self.rewriter.text(begin, start)]
        account, apply = self._spans.account, self._spans.account.apply
        changes: list[tuple[int, int, int]] = []
        while True:
            new = apply(span.label, span.text)
            changes.append((span.start, len(span.text), len(new)))
            pieces.append(new)
            last = span.end + stop - end  # of this number or word, in the extracted text
            following = self._spans.peek()
            if following is None or not following.text or following.start >= last:
                break
            following = next(self._spans.before(last))
            pieces.append(self.rewriter.text(end, end + following.start - span.end))
            end += following.end - span.end
            span = following
        pieces.append(self.rewriter.text(end, stop))
        value = "".join(pieces)
        quoted = not _NUMBER.fullmatch(value)
        account.shift += quoted
        for place, length, length_now in changes:
            account.replaced(self._spans.base + place, length, length_now)
        account.shift += quoted
        self.rewriter.edit(begin, stop, json.dumps(value, ensure_ascii=False) if quoted else value)
        self._at = stop

    def _follow(self, to: int) -> None:
        """Find out whether `to`, in the file, is in a string."""
        if to <= self._at:
            return
        raw = self.rewriter.text(self._at, to)
        self._at = to
        if self._is_lines and "\n" in raw:  # no string goes over the end of a line
            raw = raw[raw.rfind("\n") :]
            self._in_string = False
        if "\\" in raw:
            raw = raw.replace("\\\\", "")
            self._in_string ^= raw.count('\\"') % 2 == 1
        self._in_string ^= raw.count('"') % 2 == 1

    def _raw(self, offset: int) -> int:
        """The place in the file of the character at `offset` of the extracted text."""
        index = bisect_right(self._starts, offset) - 1
        if offset == self._text_end:
            index = len(self._segments) - 1
        segment = self._segments[index]
        return segment.position + segment.in_raw(offset - self._starts[index])

    def _forget(self) -> None:
        """Drop the segments before the next span."""
        span = self._spans.peek()
        keep = len(self._segments) - 1
        if span is not None:
            keep = min(keep, max(0, bisect_right(self._starts, span.start) - 1))
        del self._segments[:keep], self._starts[:keep]
