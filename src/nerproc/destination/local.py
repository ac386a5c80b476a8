"""Copies in a folder of this machine, written so that nobody sees half a copy.

A copy is written below `.nerproc-<job>` in the folder, flushed to the disk, then renamed to its place. What a
killed process leaves there is named after its task, whose next attempt removes it.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from nerproc.destination.base import Unwritable, segments
from nerproc.errors import DestinationUnreachable, Refused
from nerproc.failpoint import failpoint
from nerproc.storage.local import flush

HIDDEN = ".nerproc-"
COPY_BYTES = 1 << 20
_IN_THE_WAY = {errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY}
_NO_NAME = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class LocalDestination:
    """Copies as files below `folder`, which is made when the first is written."""

    def __init__(self, folder: Path, *, job: str = "", task: int = 0, attempt: int = 0) -> None:
        """`job`, `task` and `attempt` are those of the one who writes."""
        self._folder = folder
        self._aside = folder / f"{HIDDEN}{job}"
        self._task, self._attempt = f"task-{task}.", attempt
        self._unfinished = self._aside / f"{self._task}{attempt}"

    def vacant(self) -> bool:
        """Whether the folder is not there, or is empty."""
        with self._reporting():
            try:
                with os.scandir(self._folder) as entries:
                    return next(entries, None) is None
            except FileNotFoundError:
                return True
            except NotADirectoryError:
                raise Refused(f"{self._folder} is no folder.", hint="Name another place.") from None

    def put(self, name: str, content: BinaryIO) -> None:
        """Write a copy, whole or not at all, in the place of one that is there; durable on return."""
        parts = segments(name)
        if "" in parts:
            raise Unwritable("its name is no path")
        with self._reporting():
            self._write(content)
        failpoint("copy_written", name)
        try:
            with self._reporting():
                self._place(parts)
        finally:
            self._unfinished.unlink(missing_ok=True)
        failpoint("copy_placed", name)

    def tidy(self) -> None:
        """Remove what this task's attempts up to ours have left: a later one may be at work."""
        with self._reporting(), suppress(FileNotFoundError):
            for left in list(self._aside.iterdir()):
                attempt = left.name.removeprefix(self._task)
                if attempt != left.name and int(attempt) <= self._attempt:
                    left.unlink(missing_ok=True)
        with suppress(OSError):  # there are those of other tasks
            self._aside.rmdir()

    def _write(self, content: BinaryIO) -> None:
        content.seek(0)
        while True:
            self._aside.mkdir(parents=True, exist_ok=True)
            try:
                file = self._unfinished.open("wb")
                break
            except FileNotFoundError:  # another task has tidied the empty folder away
                continue
        with file:
            shutil.copyfileobj(content, file, COPY_BYTES)
            file.flush()
            os.fsync(file.fileno())

    def _place(self, parts: list[str]) -> None:
        """Give the copy its name, in folders that are ours: no link leads out of them."""
        folder = self._folder
        try:
            for part in parts[:-1]:
                folder /= part
                if folder.is_symlink():
                    raise Unwritable("a link is in its way")
                if not folder.is_dir():
                    folder.mkdir(exist_ok=True)
                    flush(folder.parent)
            self._unfinished.replace(folder / parts[-1])
        except (OSError, UnicodeEncodeError) as error:
            number = getattr(error, "errno", errno.EINVAL)
            if number in _IN_THE_WAY:
                raise Unwritable("another file or folder is in its way") from error
            if number in _NO_NAME:
                raise Unwritable("its name is no path") from error
            raise
        flush(folder)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = error.strerror or type(error).__name__
            if error.errno in _FORBIDDEN | _IN_THE_WAY:
                raise Refused(
                    f"{self._folder} cannot be written: {why}.", hint="Name another place."
                ) from error
            raise DestinationUnreachable(
                f"{self._folder} cannot be written: {why}.", hint="See that the disk has room."
            ) from error
