"""A file of samples as text, line by line or piece by piece, in bounded memory.

UTF-8 with or without a mark, UTF-16 and UTF-32; anything else is refused rather than guessed at, because what
a model learns hangs on the offsets.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from io import IncrementalNewlineDecoder, TextIOWrapper
from typing import IO, Self

from nerproc.extraction.decode import byte_order
from nerproc.train.flaw import Flaw

LONGEST = 16 << 20  # code points of one sample as it is written
_PIECE = 64 << 10
_HEAD = 256 << 10  # bytes that the format is told by


class Lines:
    """The text of a file, read once from the start; as a context, it leaves the file open behind it."""

    def __init__(self, stream: IO[bytes], *, newline: str | None = None) -> None:
        """`stream` can seek and stands at its start; `newline` is as for `open`: "" keeps line ends."""
        head = stream.read(_HEAD)
        encoding, mark = byte_order(head) or ("utf-8", 0)
        stream.seek(mark)
        self._stream, self._mark = stream, mark
        self.marked = mark > 0  # whether it begins with a byte order mark, which is not part of the text
        self.number = 0  # of the last line given out
        self._encoding = encoding
        self._head = head[mark:]
        self._text = TextIOWrapper(stream, encoding, newline=newline)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the stream to who opened it."""
        self._text.detach()

    @property
    def head(self) -> list[str]:
        """The first lines with anything in them, the last of which may be cut off if it is the only one."""
        lines = self._head.decode(self._encoding, "replace").replace("\r", "\n").split("\n")
        whole = lines if len(self._head) < _HEAD - len(codecs.BOM_UTF32) else lines[: max(1, len(lines) - 1)]
        return [line for line in whole if line.strip()]

    def __iter__(self) -> Iterator[str]:
        """The lines, without their ends.

        Raises:
            Flaw: one is too long, or not text.
        """
        while line := self._guarded(self._text.readline, LONGEST):
            self.number += 1
            if len(line) >= LONGEST and not line.endswith("\n"):
                raise Flaw(
                    f"the line has more than {LONGEST:,} characters",
                    hint="write one sample a line",
                    line=self.number,
                )
            yield line.rstrip("\n")

    def pieces(self) -> Iterator[str]:
        """The text, in pieces of any length."""
        while piece := self._guarded(self._text.read, _PIECE):
            yield piece

    def whole(self) -> str:
        """All of the text.

        Raises:
            Flaw: it is too long, or not text.
        """
        text = self._guarded(self._text.read, LONGEST + 1)
        if len(text) > LONGEST:
            raise Flaw(f"the text has more than {LONGEST:,} characters", hint="cut it into several documents")
        return text

    def _guarded(self, read: Callable[[int], str], size: int) -> str:
        try:
            return read(size)
        except UnicodeDecodeError as error:
            raise Flaw(
                f"it is not {self._encoding.upper()}",
                hint="convert it: iconv -f WINDOWS-1252 -t UTF-8, or whatever it is written in",
                line=self._line(self._stream.tell() - len(error.object) + error.start),
            ) from None

    def _line(self, offset: int) -> int:
        """The line in which the byte at `offset` is."""
        self._stream.seek(self._mark)
        decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        breaks = IncrementalNewlineDecoder(decoder, translate=True)
        line, left = 1, offset - self._mark
        while left > 0 and (piece := self._stream.read(min(left, _PIECE))):
            line += breaks.decode(piece).count("\n")
            left -= len(piece)
        return line
