"""Files of this machine as objects: the files below folders, or files by name.

What may be read is bounded by *roots*, the folders that the operator allows. A link is followed when it leads
to a file below a root; a link to a folder is not followed, so nothing is read twice or for ever. What cannot be
read is listed too, with the reason, so that a report accounts for it.
"""

# Strings and system calls, not Path objects: this runs once for each of a million files.
# ruff: noqa: PTH112, PTH115, PTH116, PTH118, PTH120

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from nerproc.errors import NotFound, PathNotAllowed
from nerproc.source.base import Changed, ObjectRef, OpenObject, Unreadable

NOT_A_FILE = "not a regular file"
OUTSIDE = "the link leads outside of the folders that may be read"
LINK_TO_FOLDER = "a link to a folder, which is not followed"

_REASONS = {
    errno.ENOENT: "the file is gone",
    errno.ENOTDIR: "the file is gone",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ELOOP: "the link leads to itself",
}
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # how Python shows bytes of a file name that are no UTF-8
_HEX = "hex:"


class LocalSource:
    """The files at and below `paths`, which must lie below `roots`.

    Names are relative to the folder, if one is given; to the common parent of several paths; a single file has
    its own. The order is that of whole names as strings: `a.txt` before `a/b.txt`, for "." comes before "/".
    """

    def __init__(self, paths: Sequence[Path], roots: Sequence[Path], *, without: Path | None = None) -> None:
        """Nothing is read yet; the folder `without` is left out (nerproc's own, with what it found before).

        Raises:
            PathNotAllowed: one of `paths` is not below one of `roots`.
        """
        self._roots = frozenset(os.path.realpath(root) for root in roots)
        self._without = None if without is None else os.path.realpath(without)
        for path in paths:
            if not self._allowed(os.path.realpath(path)):
                raise PathNotAllowed(
                    f"{path} is not below a folder that may be read here",
                    hint="NERPROC_ROOTS names the folders that may be; `nerproc scan` reads what it is given",
                )
        self._tops = _without_nested({_absolute(path) for path in paths})
        self._base = os.path.commonpath(self._tops)
        if not os.path.isdir(self._base):
            self._base = os.path.dirname(self._base)

    def list(self) -> Iterator[ObjectRef]:
        """Every object in order of name; memory grows with the largest single folder, by its names alone.

        Raises:
            NotFound: one of the paths does not exist, or the only one cannot be listed.
        """
        for top in self._tops:
            if not os.path.lexists(top):
                raise NotFound(f"there is nothing at {_readable(top)}")
        return self._walk(self._first_names())

    def expect(self, ref: ObjectRef) -> None:
        """Nothing: the system reads ahead by itself."""

    def open(self, ref: ObjectRef) -> OpenObject:
        """Open an object for reading, as it is now.

        The file is held by a descriptor that cannot read while it is checked, so that neither a link that
        changes meanwhile nor a device is ever opened.

        Raises:
            Unreadable: the object is gone, not a regular file, outside of the roots, or may not be read.
        """
        try:
            held = os.open(self._path(ref), os.O_PATH | os.O_CLOEXEC)
            try:
                if not stat.S_ISREG(os.fstat(held).st_mode):
                    raise Unreadable(NOT_A_FILE)
                link = f"/proc/self/fd/{held}"
                if not self._allowed(os.readlink(link)):
                    raise Unreadable(OUTSIDE)
                file = os.fdopen(os.open(link, os.O_RDONLY | os.O_CLOEXEC), "rb")
            finally:
                os.close(held)
        except OSError as error:
            raise Unreadable(_reason(error)) from error
        version = _version(os.fstat(file.fileno()))
        return OpenObject(file, version, lambda: self._check(ref, version))

    def _check(self, ref: ObjectRef, version: str) -> None:
        try:
            if _version(os.stat(self._path(ref))) != version:
                raise Changed
        except OSError as error:
            raise Unreadable(_reason(error)) from error

    def _path(self, ref: ObjectRef) -> str:
        name = os.fsdecode(bytes.fromhex(ref.handle[len(_HEX) :])) if ref.handle.startswith(_HEX) else ref.name
        return os.path.join(self._base, name)

    def _allowed(self, real_path: str) -> bool:
        """Whether the path or one of its parents is a root."""
        end = len(real_path)
        while end > 0:
            if real_path[:end] in self._roots:
                return True
            end = real_path.rfind("/", 0, end)
        return "/" in self._roots

    def _walk(self, first: Sequence[str]) -> Iterator[ObjectRef]:
        """Depth first; a level is a folder and its names still to come, where folders end with a "/"."""
        levels = [("", iter(first))]
        while levels:
            folder, names = levels[-1]
            name = next(names, None)
            if name is None:
                levels.pop()
            elif name.endswith("/"):
                if os.path.join(self._base, folder, name[:-1]) == self._without:
                    continue
                try:
                    levels.append((folder + name, iter(self._names(folder + name))))
                except OSError as error:
                    yield _ref(folder + name, problem=f"the folder cannot be listed: {_reason(error)}")
            elif (ref := self._look(folder + name)) is not None:
                yield ref

    def _first_names(self) -> Sequence[str]:
        """What was given, or what is in it if that is one folder. A link that was given is followed."""
        if self._tops == [self._base]:
            try:
                return self._names("")
            except OSError as error:
                raise NotFound(f"{_readable(self._base)} cannot be listed: {_reason(error)}") from error
        names = [os.path.relpath(top, self._base) + ("/" if os.path.isdir(top) else "") for top in self._tops]
        return sorted(names, key=_readable)

    def _names(self, folder: str) -> Sequence[str]:
        with os.scandir(os.path.join(self._base, folder)) as entries:
            names = [
                f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name for entry in entries
            ]
        names.sort(key=_readable)
        return names

    def _look(self, name: str) -> ObjectRef | None:
        """The object as it is now; None if it vanished since its folder was read."""
        path = os.path.join(self._base, name)
        try:
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                return self._follow(name, path)
        except FileNotFoundError:
            return None
        except OSError as error:
            return _ref(name, problem=_reason(error))
        return _ref(name, status, None if stat.S_ISREG(status.st_mode) else NOT_A_FILE)

    def _follow(self, name: str, path: str) -> ObjectRef:
        try:
            target = os.path.realpath(path, strict=True)
            status = os.stat(target)
        except OSError as error:
            return _ref(
                name, problem="the link leads nowhere" if error.errno == errno.ENOENT else _reason(error)
            )
        if not self._allowed(target):
            return _ref(name, problem=OUTSIDE)
        if stat.S_ISDIR(status.st_mode):
            return _ref(name, problem=LINK_TO_FOLDER)
        return _ref(name, status, None if stat.S_ISREG(status.st_mode) else NOT_A_FILE)


def _ref(relative: str, status: os.stat_result | None = None, problem: str | None = None) -> ObjectRef:
    name = _readable(relative)
    handle = "" if name == relative else _HEX + os.fsencode(relative).hex()
    if status is None or problem is not None:
        return ObjectRef(name, 0, "", handle, problem)
    return ObjectRef(name, status.st_size, _version(status), handle)


def _version(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns}-{status.st_size}"


def _readable(name: str) -> str:
    r"""A file name as valid Unicode; bytes that are no UTF-8 become \xNN."""
    if name.isascii():
        return name
    return _NOT_UTF8.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", name)


def _reason(error: OSError) -> str:
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


def _absolute(path: Path) -> str:
    """The absolute path, its parents resolved; a last part that is a link keeps its own name."""
    if path.name in ("", ".."):
        return os.path.realpath(path)
    return os.path.join(os.path.realpath(path.parent), path.name)


def _without_nested(paths: set[str]) -> list[str]:
    """The paths without those below another one of them."""
    return [path for path in paths if not any(str(parent) in paths for parent in Path(path).parents)]
