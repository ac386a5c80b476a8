"""JSON objects of a file: one a line, or a list of them, which is read object by object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from nerproc.train.flaw import Flaw
from nerproc.train.format.lines import LONGEST, Lines

_LEAST = 64 << 10  # code points that a list is read on by
_OBJECT = re.compile(r"\s*(\{|\[)\s*[{\"\]]")
_SPACE = " \t\r\n"
_TOO_DEEP = "its JSON is too deep, or has too large a number"
_FLAT = "leave out what is not part of the sample"


def are_in(lines: Lines) -> bool:
    """Whether a file begins as one of JSON objects does, and not as a table with a bracket in it."""
    return _OBJECT.match("\n".join(lines.head)) is not None


def records(lines: Lines) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects, each with the line where it begins.

    Raises:
        Flaw: something is no object, or too long.
    """
    is_list = bool(lines.head) and lines.head[0].lstrip().startswith("[")
    for number, record in _listed(lines) if is_list else _by_line(lines):
        if not isinstance(record, dict):
            raise Flaw("it is no JSON object", hint='write samples as {"text": …, "spans": […]}', line=number)
        yield number, record


def _by_line(lines: Lines) -> Iterator[tuple[int, Any]]:
    for line in lines:
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise Flaw(
                f"it is not JSON: {error.msg} at column {error.colno}",
                hint="write one object a line",
                line=lines.number,
            ) from None
        except (ValueError, RecursionError):
            raise Flaw(_TOO_DEEP, hint=_FLAT, line=lines.number) from None
        yield lines.number, record


def _listed(lines: Lines) -> Iterator[tuple[int, Any]]:
    buffer = _Buffer(lines)
    buffer.skip("[")
    while buffer.skip(","):
        if buffer.text[buffer.at] == "]":
            buffer.at += 1
            if buffer.skip(""):
                raise Flaw(
                    "there is more behind the end of the list",
                    hint="give each list in a file of its own",
                    line=buffer.line(),
                )
            return
        yield buffer.line(), buffer.record()
    raise Flaw("the list has no end", hint="is the file cut off?", line=buffer.line())


class _Buffer:
    """As much of a list as is needed for the next object."""

    def __init__(self, lines: Lines) -> None:
        self._pieces = lines.pieces()
        self._before = 1  # lines before `_counted`
        self._counted = 0
        self.text = ""
        self.at = 0

    def skip(self, mark: str) -> bool:
        """Go on to the next character that is neither space nor, once, `mark`; False at the end of the file."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in _SPACE + mark:
                mark = "" if self.text[self.at] == mark else mark
                self.at += 1
            if self.at < len(self.text):
                return True
            if not self._more():
                return False

    def line(self) -> int:
        """The line of `at`."""
        self._before += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._before

    def record(self) -> Any:
        """The value at `at`; `at` moves behind it."""
        line = self.line()
        while True:
            try:
                record, self.at = json.JSONDecoder().raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if len(self.text) - self.at <= LONGEST and self._more():
                    continue
                inside = self.text.count("\n", self.at, error.pos)
                raise Flaw(
                    f"it is not JSON: {error.msg}",
                    hint="is the file cut off, or was it changed by hand?",
                    line=line + inside,
                ) from None
            except (ValueError, RecursionError):
                raise Flaw(_TOO_DEEP, hint=_FLAT, line=line) from None
            return record

    def _more(self) -> bool:
        """Read on, by as much as there is of the object in hand, so that its length is read in few steps."""
        self.line()
        rest = self.text[self.at :]
        pieces = [rest]
        wanted = max(_LEAST, len(rest))
        while wanted > 0 and (piece := next(self._pieces, "")):
            pieces.append(piece)
            wanted -= len(piece)
        self.text, self.at, self._counted = "".join(pieces), 0, 0
        return len(pieces) > 1
