"""A document inside another: copied like any, or left out with the reason where it cannot be read."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.input import BLOCK, Readable
from nerproc.extraction.limits import Exhausted
from nerproc.redaction.formats import Copying, Task
from nerproc.redaction.span import Spans

_SPOOL = 8 << 20  # bytes in memory


@dataclass(slots=True)
class Copied:
    """What became of a member."""

    name: str  # of its copy
    file: BinaryIO | None  # the copy, at its first byte; None if it is left out
    length: int  # code points that it adds to the text of its container
    is_same: bool  # nothing was found in it


class Members:
    """Copies the members of a document one after another, as `nerproc.extraction.document.Members` reads."""

    def __init__(self, task: Task, spans: Spans) -> None:
        """`spans` are those of the container, in order."""
        self._task = task
        self._spans = spans
        self._copying = Copying(task.copying.limits, task.copying.depth + 1)

    def copy(self, open_member: Callable[[], Readable], name: str, offset: int) -> Copied:
        """The copy of the member `name`, whose text begins at `offset`."""
        length = 0
        last = ""
        if self._copying.depth > self._copying.limits.depth:
            return self._left_out(name, f"nested more than {self._copying.limits.depth} levels deep", offset, 0)
        with ExitStack() as files:  # that are closed unless they are handed out
            try:
                file = files.enter_context(spooled(open_member()))
                for text in self._copying.texts(file, name):
                    length += len(text)
                    last = text or last
            except (Exhausted, MemoryError):
                raise
            except (Skipped, Broken) as error:
                return self._left_out(name, str(error), offset, length)
            except Exception:  # noqa: BLE001 - as extraction takes it: a damaged member harms no other
                return self._left_out(name, "damaged", offset, length)
            added = length + (1 if last and not last.endswith("\n") else 0)
            file.seek(0)
            spans = self._spans.within(offset, offset + length)
            if spans.peek() is None:
                files.pop_all()
                return Copied(name, file, added, is_same=True)
            with ExitStack() as unfinished:
                output = unfinished.enter_context(spooled(io.BytesIO()))
                new_name = self._copying.copy(file, name, spans, output)
                unfinished.pop_all()
            output.seek(0)
            return Copied(new_name, output, added, is_same=False)

    def _left_out(self, name: str, reason: str, offset: int, length: int) -> Copied:
        for _ in self._spans.before(offset + length):  # of what was read before it turned out to be damaged
            pass
        self._spans.account.shift -= length
        self._spans.account.warnings.append(f"{name}: left out: {reason}")
        return Copied(name, None, length, is_same=False)


def spooled(stream: Readable) -> BinaryIO:
    """What is left of `stream`, as a file at its first byte that can be written too."""
    file = cast("BinaryIO", SpooledTemporaryFile(max_size=_SPOOL))  # noqa: SIM115 - closed by the caller
    try:
        while data := stream.read(BLOCK):
            file.write(data)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file
