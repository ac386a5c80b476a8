"""A decoded text with edits, written in the encoding that it came in: what no edit touches keeps its bytes."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from nerproc.errors import InvalidRequest
from nerproc.extraction.decode import Decoded

_WIDTHS = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}  # bytes of most characters
_STATEFUL = ("iso2022", "hz")  # encodings in which a character's bytes depend on those before it


class Rewriter:
    """Takes pieces and edits in order, and writes what they make; holds only what is not final."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._pieces: list[_Piece] = []
        self._starts: list[int] = []
        self._done = 0  # code points that were written or replaced
        self._out: list[bytes] = []
        self._tail = b""
        self.end = 0  # code points so far

    def add(self, piece: Decoded) -> None:
        """Append a piece to the text."""
        if not piece.text:  # a byte order mark, or what ends a stateful encoding
            self._tail += piece.data
            if not self.end:
                self.close()
            return
        self._pieces.append(_Piece(piece))
        self._starts.append(self.end)
        self.end += len(piece.text)

    def recorded(self, pieces: Iterable[Decoded]) -> Iterator[str]:
        """The texts of `pieces`, each of which is added when it is asked for."""
        for piece in pieces:
            self.add(piece)
            if piece.text:
                yield piece.text

    def text(self, start: int, end: int) -> str:
        """The text from `start`, which was not written yet, to `end`, or as far as there is any."""
        index = max(0, bisect_right(self._starts, start) - 1)
        parts = []
        for piece, offset in zip(self._pieces[index:], self._starts[index:], strict=True):
            if offset >= end:
                break
            parts.append(piece.text[max(0, start - offset) : end - offset])
        return parts[0] if len(parts) == 1 else "".join(parts)

    def edit(self, start: int, end: int, new: str) -> None:
        """Replace what stands from `start` to `end`; no edit may begin before `end` after this one."""
        self._emit(start)
        if new:
            at = min(bisect_right(self._starts, start), len(self._starts)) - 1
            self._out.append(_encoded(new, self._pieces[at].encoding if at >= 0 else "utf-8"))
        self._done = max(self._done, end)

    def flush(self, before: int) -> None:
        """Write everything before an offset: no edit will begin there."""
        self._emit(before)
        keep = max(0, bisect_right(self._starts, min(before, self._done)) - 1)
        if keep and self._starts[keep - 1] + len(self._pieces[keep - 1].text) > self._done:
            keep -= 1
        del self._pieces[:keep], self._starts[:keep]
        if self._out:
            self._write(b"".join(self._out))
            self._out.clear()

    def close(self) -> None:
        """Write all that is left."""
        self.flush(self.end)
        if self._tail:
            self._write(self._tail)
            self._tail = b""

    @property
    def done(self) -> int:
        """The offset before which nothing can be edited any more."""
        return self._done

    def _emit(self, before: int) -> None:
        if before <= self._done:
            return
        index = max(0, bisect_right(self._starts, self._done) - 1)
        for piece, offset in zip(self._pieces[index:], self._starts[index:], strict=True):
            if offset >= before:
                break
            start, end = max(0, self._done - offset), min(len(piece.text), before - offset)
            if start < end:
                self._out.append(piece.bytes(start, end))
        self._done = before


class _Piece:
    """A piece whose stretches are bytes again."""

    def __init__(self, piece: Decoded) -> None:
        self.text, self.data, self.encoding = piece
        self._width = _WIDTHS.get(piece.encoding, 1)

    def bytes(self, start: int, end: int) -> bytes:
        if end - start == len(self.text):
            return self.data
        stateful = self.encoding.startswith(_STATEFUL)
        if len(self.data) == self._width * len(self.text) and not stateful:
            return self.data[start * self._width : end * self._width]
        if self._is_exact or stateful:
            return _encoded(self.text[start:end], self.encoding)
        offsets = self._offsets
        return (
            self.data[offsets[start] : offsets[end]]
            if offsets
            else _encoded(self.text[start:end], self.encoding)
        )

    @cached_property
    def _is_exact(self) -> bool:
        """Whether encoding the text makes the very bytes that it was decoded from."""
        try:
            return self.text.encode(self.encoding) == self.data
        except UnicodeEncodeError:
            return False

    @cached_property
    def _offsets(self) -> list[int] | None:
        """Where in the bytes each character begins; None if that cannot be told."""
        errors = "nerproc-mixed" if self.encoding in {"utf-8", "cp1252"} else "replace"
        decoder = codecs.getincrementaldecoder(self.encoding)(errors)
        offsets, texts, begin = [], [], 0
        for at in range(len(self.data)):
            made = decoder.decode(self.data[at : at + 1], at == len(self.data) - 1)
            for _ in made:
                offsets.append(begin)
                begin = at + 1 - len(decoder.getstate()[0])
            texts.append(made)
        offsets.append(len(self.data))
        return offsets if "".join(texts) == self.text else None


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        if encoding != "cp1252":
            raise InvalidRequest(
                f"a stand-in has characters that {encoding} lacks",
                hint="Use another operator for this document.",
            ) from None
    return b"".join(
        character.encode("cp1252" if character.encode("cp1252", "ignore") else "latin-1", "replace")
        for character in text
    )
