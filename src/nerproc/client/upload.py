"""Local files as one streamed multipart body: nothing is held in memory, however large the files are."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nerproc.errors import InvalidRequest, NotFound

CHUNK_BYTES = 1 << 18
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # how Python shows bytes of a file name that are no UTF-8


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to upload."""

    name: str  # relative to what was given, as the report will call it
    path: Path
    problem: str | None = None  # why it cannot be uploaded


def find_files(paths: Sequence[str | Path]) -> list[LocalFile]:
    """The files at and below `paths`, in order of name; links to folders are not followed.

    Names are relative to the folder, if one is given; to the common parent of several paths; a single file has
    its own.

    Raises:
        NotFound: there is nothing at a path.
        InvalidRequest: there are no files.
    """
    tops = sorted({Path(os.path.abspath(path)) for path in paths})  # noqa: PTH100 - links keep their names
    for top in tops:
        if not os.path.lexists(top):
            raise NotFound(f"There is nothing at {top}.")
    base = Path(os.path.commonpath(tops)) if tops else Path()
    if not base.is_dir():
        base = base.parent
    found = {path: _look(path, base) for top in tops for path in _below(top)}
    if not found:
        raise InvalidRequest(f"There are no files in {', '.join(map(str, tops))}.")
    return sorted(found.values(), key=lambda file: file.name)


def name_of(paths: Sequence[str | Path]) -> str:
    """What to call the files at `paths` together: of one path its last part, of several their number too."""
    first = Path(os.path.abspath(paths[0]))  # noqa: PTH100 - links keep their names
    name = _readable(first.name or str(first))
    return name if len(paths) == 1 else f"{name} and {len(paths) - 1} more"


def _readable(name: str) -> str:
    return _NOT_UTF8.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", name)


def _below(top: Path) -> Iterator[Path]:
    if not top.is_dir():
        yield top
        return
    for folder, folders, names in os.walk(top):
        for name in names:
            yield Path(folder, name)
        for name in folders:
            if Path(folder, name).is_symlink():
                yield Path(folder, name)  # not followed, but accounted for


def _look(path: Path, base: Path) -> LocalFile:
    name = _readable(str(path.relative_to(base)))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return LocalFile(name, path, "not a regular file")
        with path.open("rb"):
            return LocalFile(name, path)
    except OSError as error:
        return LocalFile(name, path, error.strerror or str(error))


class Multipart:
    """The body of a form with one field `files` a file (RFC 7578), piece by piece."""

    def __init__(self, files: Sequence[LocalFile]) -> None:
        self._files = files
        self._boundary = f"nerproc-{secrets.token_hex(16)}"
        self.content_type = f"multipart/form-data; boundary={self._boundary}"

    def __iter__(self) -> Iterator[bytes]:
        for file in self._files:
            # As browsers do (HTML Living Standard, "multipart form data"), but a backslash is doubled.
            name = file.name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
            yield (
                f"--{self._boundary}\r\n"
                f'Content-Disposition: form-data; name="files"; filename="{name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n"
            ).encode()
            with file.path.open("rb") as content:
                while chunk := content.read(CHUNK_BYTES):
                    yield chunk
            yield b"\r\n"
        yield f"--{self._boundary}--\r\n".encode()
