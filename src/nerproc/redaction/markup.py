"""XML and HTML: what is found is replaced in the source, which is otherwise left as it is.

Extraction changes nothing but white space, and keeps the order. So a place in the text is told by the number
of characters before it that are no white space, and the source is followed counting them. What is found over
several lines of the text is replaced line by line; over several pieces of a line (`Jo<b>hn</b>`), it is
replaced in the first of them, and the others are emptied. The source is compared with the text wherever
something is replaced, and in length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import NamedTuple
from urllib.parse import quote, unquote

from nerproc.extraction.decode import Decoded
from nerproc.redaction.rewriter import Rewriter
from nerproc.redaction.span import Changed, Span, Spans, check, lines

_CHARACTER = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);?|.", re.DOTALL)
_PLAIN = "@+-._~!*(),;:"  # characters that stand for themselves in an address
_LONG = 1 << 20  # code points of a text, above which it is cut
_LONGEST_REFERENCE = 64
_AHEAD = 16 << 20  # code points that a tag may have


class Node(NamedTuple):
    """A stretch of the source that is text: of an element, or the value of an attribute."""

    start: int  # in the source
    raw: str
    kind: str  # "text", "attribute", "bare" (without quotes), "address" (of a link), "verbatim" (not escaped)


class Ranked(NamedTuple):
    """A line of a span, and how many characters that are no white space stand before it."""

    rank: int
    length: int  # characters that are no white space
    span: Span


class Ranks:
    """The lines of `spans` with their places in the document whose text is `texts`."""

    def __init__(self, texts: Iterable[str], spans: Spans) -> None:
        self.spans = spans
        self.total = 0  # characters of the document that are no white space, once all lines were taken
        self._texts = texts

    def __iter__(self) -> Iterator[Ranked]:
        rank, offset, held = 0, 0, ""  # of the beginning of `held`
        for text in self._texts:
            held += text
            while (span := self.spans.peek()) is not None and span.end <= offset + len(held):
                self.spans.pop()
                check(span, held[span.start - offset : span.end - offset])
                for line in lines(span):
                    rank += count(held[: line.start - offset])
                    held, offset = held[line.start - offset :], line.start
                    yield Ranked(rank, count(line.text), line)
            keep = len(held) if span is None else max(0, min(len(held), span.start - offset))
            rank += count(held[:keep])
            held, offset = held[keep:], offset + keep
        self.spans.finish()
        self.total = rank


def count(text: str) -> int:
    """Characters of `text` that are no white space."""
    return len("".join(text.split()))


class Writer:
    """Replaces spans in the nodes of a source, which are shown to it in the order of the text."""

    def __init__(self, rewriter: Rewriter, ranks: Ranks, unescape: Callable[[str], str]) -> None:
        """`unescape` resolves references to characters."""
        self._rewriter = rewriter
        self._ranks = ranks
        self._found = iter(ranks)
        self._unescape = unescape
        self._rank = 0
        self._next = next(self._found, None)
        self._rest = ""  # what of the next one is still to come, if a part of it was seen
        self._held: list[tuple[int, int, str]] = []  # edits that are not in the order of the source yet
        self._holds = 0
        self.recent: dict[
            str, str
        ] = {}  # texts that were replaced since the first `hold`, and what stands there

    def see(self, node: Node) -> None:
        """The next node."""
        length = count(self.value(node))
        if self._next is not None and self._next.rank < self._rank + length:
            self._replace(node, length)
        self._rank += length

    def value(self, node: Node) -> str:
        """What a node says."""
        if node.kind == "address":
            return address(self._unescape(node.raw))
        return node.raw if node.kind == "verbatim" or "&" not in node.raw else self._unescape(node.raw)

    def hold(self) -> None:
        """Nodes may come in another order than that of the source, until `release` was called as often."""
        if not self._holds:
            self.recent = {}
        self._holds += 1

    def release(self) -> None:
        """See `hold`."""
        self._holds -= 1
        if not self._holds:
            for start, end, new in sorted(self._held):
                self._rewriter.edit(start, end, new)
            self._held.clear()

    @property
    def holds(self) -> bool:
        """Whether edits are held that are not in the order of the source yet."""
        return self._holds > 0

    def finish(self) -> None:
        """Say that there are no more nodes.

        Raises:
            Changed: the source is not what the text was made of.
        """
        while self._holds:
            self.release()
        if self._next is not None or self._rank != self._ranks.total:
            raise Changed(str(Changed.__doc__))

    def rewrite(self, node: Node) -> None:
        """Replace in an address that the text does not repeat what was replaced in the text of its link."""
        old = new = self.value(node)
        for text, stand_in in self.recent.items():
            new = new.replace(text, stand_in)
        if new != old:
            self._edit(node.start, node.start + len(node.raw), escaped(quote(new, safe=_PLAIN), "attribute"))

    def _replace(self, node: Node, length: int) -> None:
        characters = self._characters(node)
        end = len(self.value(node) if node.kind == "address" else node.raw)
        edits: list[tuple[int, int, str]] = []
        while self._next is not None and self._next.rank < self._rank + length:
            rank, size, span = self._next
            first, last = max(0, rank - self._rank), min(rank + size - self._rank, length)
            expected = self._rest or "".join(span.text.split())
            seen = "".join(character for _, _, character in characters[first:last])
            if not expected.startswith(seen):
                raise Changed(str(Changed.__doc__))
            goes_on = rank + size > self._rank + length
            begin, new = (0, "") if self._rest else (characters[first][0], self._new(span))
            edits.append((begin, end if goes_on else characters[last - 1][1], new))
            self._rest = expected[len(seen) :]
            if goes_on:
                break
            self._next = next(self._found, None)
        self._write(node, edits)

    def _new(self, span: Span) -> str:
        new = self._ranks.spans.new(span)
        if self._holds:
            self.recent[span.text] = new
        return new

    def _characters(self, node: Node) -> list[tuple[int, int, str]]:
        """The characters that are no white space, with their places in the node's source."""
        if node.kind in {"verbatim", "address"}:
            return [(at, at + 1, one) for at, one in enumerate(self.value(node)) if not one.isspace()]
        return [
            (found.start(), found.end(), one)
            for found in _CHARACTER.finditer(node.raw)
            for one in (self._unescape(found[0]) if found[0][0] == "&" else found[0])
            if not one.isspace()
        ]

    def _write(self, node: Node, edits: list[tuple[int, int, str]]) -> None:
        start, end = node.start, node.start + len(node.raw)
        if node.kind == "address":
            text, done, pieces = self.value(node), 0, []
            for first, last, new in edits:
                pieces += [text[done:first], new]
                done = last
            whole = "".join([*pieces, text[done:]])
            self._edit(start, end, escaped(quote(whole, safe=_PLAIN), "attribute"))
            return
        if node.kind == "bare":
            self._edit(start, start, '"')
        for first, last, new in edits:
            self._edit(start + first, start + last, escaped(new, node.kind))
        if node.kind == "bare":
            self._edit(end, end, '"')

    def _edit(self, start: int, end: int, new: str) -> None:
        if self._holds:
            self._held.append((start, end, new))
        else:
            self._rewriter.edit(start, end, new)


def address(target: str) -> str:
    """The address in what follows `mailto:`."""
    return unquote(target).strip()


def escaped(text: str, kind: str) -> str:
    """`text` as it is written in a node of that kind."""
    if kind == "verbatim":
        return text.replace("]]>", "]]]]><![CDATA[>")
    return escape(text, quote=kind != "text")


class Source:
    """The decoded source, piece by piece: as much as a token needs, and no more."""

    def __init__(self, rewriter: Rewriter, writer: Writer, pieces: Iterable[Decoded]) -> None:
        self._rewriter = rewriter
        self._writer = writer
        self._texts = rewriter.recorded(pieces)
        self._offset = 0  # of `text` in the source
        self.text = ""
        self.at = 0  # in `text`

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing left."""
        return self.at >= len(self.text) and not self._more()

    def starts(self, prefix: str) -> bool:
        """Whether `prefix`, in lower case, comes next."""
        while len(self.text) - self.at < len(prefix) and self._more():
            pass
        return self.text[self.at : self.at + len(prefix)].lower() == prefix

    def find(self, needle: str, start: int = 0) -> int:
        """Where `needle` stands at or after `start` (both from `at` on); what is left if it stands nowhere."""
        while (found := self.text.find(needle, self.at + start)) < 0:
            start = max(start, len(self.text) - self.at - len(needle) + 1)
            if not self._more():
                return len(self.text) - self.at
        return found - self.at

    def search(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What `pattern` matches here."""
        while (found := pattern.match(self.text, self.at)) is None or found.end() == len(self.text):
            if len(self.text) - self.at > _AHEAD or not self._more():
                return found
        return found

    def until(self, end: str) -> int:
        """The length of the text before `end`, or of the beginning of a long one, cut where it may be."""
        while (found := self.text.find(end, self.at)) < 0:
            length = len(self.text) - self.at
            if length > _LONG:
                reference = self.text.rfind("&", len(self.text) - _LONGEST_REFERENCE)
                return length if reference <= self.at else reference - self.at
            if not self._more():
                return length
        return found - self.at

    def show(self, length: int, kind: str) -> None:
        """Show the writer a node of `length` here, and go on behind it."""
        if length:
            self._writer.see(self.node(self.at, self.at + length, kind))
            self.at += length

    def node(self, start: int, end: int, kind: str) -> Node:
        """What stands at a place of `text`."""
        return Node(self._offset + start, self.text[start:end], kind)

    def _more(self) -> bool:
        """Read on; whether there was anything to read."""
        if not self._writer.holds:
            self._rewriter.flush(self._offset + self.at)
        piece = next(self._texts, None)
        if piece is None:
            return False
        self._offset += self.at
        self.text = self.text[self.at :] + piece
        self.at = 0
        return True


@contextmanager
def rewriting(
    texts: Iterable[str],
    pieces: Iterable[Decoded],
    spans: Spans,
    write: Callable[[bytes], object],
    unescape: Callable[[str], str],
) -> Iterator[tuple[Source, Writer]]:
    """The source of `pieces`, whose text is `texts`, to be read to its end, and what replaces `spans` in it.

    Raises:
        Changed: the source does not show what the text does.
    """
    rewriter = Rewriter(write)
    writer = Writer(rewriter, Ranks(texts, spans), unescape)
    yield Source(rewriter, writer, pieces), writer
    writer.finish()
    rewriter.close()
