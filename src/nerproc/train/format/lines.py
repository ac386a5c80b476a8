"""A file of samples as text, line by line or piece by piece, in bounded memory.

UTF-8 with or without a mark, UTF-16 and UTF-32; anything else is refused rather than guessed at, because what
a model learns hangs on the offsets.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from typing import IO, Self

from nerproc.extraction.decode import byte_order
from nerproc.train.flaw import Flaw

LONGEST = 16 << 20  # code points of one sample as it is written
_PIECE = 64 << 10
_HEAD = 256 << 10  # code points that the format is told by


class Lines:
    """The text of a file, read once from the start; as a context, it leaves the file open behind it."""

    def __init__(self, stream: IO[bytes], *, newline: str | None = None) -> None:
        """`stream` can seek and stands at its start; `newline` is as for `open`: "" keeps line ends."""
        encoding, mark = byte_order(stream.read(_PIECE)) or ("utf-8", 0)
        stream.seek(mark)
        self.marked = mark > 0  # whether it begins with a byte order mark, which is not part of the text
        self.number = 0  # of the last line given out
        self._encoding = encoding
        self._text = TextIOWrapper(stream, encoding, newline=newline)
        self._ahead: deque[str] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the stream to who opened it."""
        self._text.detach()

    def head(self, count: int) -> list[str]:
        """The first lines, at most `count`, fewer if they are long; they are given out again afterwards."""
        size = sum(map(len, self._ahead))
        while len(self._ahead) < count and size < _HEAD and (line := self._read_line()):
            self._ahead.append(line)
            size += len(line)
        return list(self._ahead)

    def __iter__(self) -> Iterator[str]:
        """The lines, without their ends.

        Raises:
            Flaw: one is too long, or not text.
        """
        while line := self._ahead.popleft() if self._ahead else self._read_line():
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
        while self._ahead:
            yield self._ahead.popleft()
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

    def _read_line(self) -> str:
        return self._guarded(self._text.readline, LONGEST)

    def _guarded(self, read: Callable[[int], str], size: int) -> str:
        try:
            return read(size)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(self._encoding, "replace").count("\n")
            raise Flaw(
                f"it is not {self._encoding.upper()}",
                hint="convert it: iconv -f WINDOWS-1252 -t UTF-8, or whatever it is written in",
                line=self.number + len(self._ahead) + before + 1,
            ) from None
