"""`nerproc restore`: copies whose entities were encrypted, with what they were again."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Annotated, BinaryIO, cast

import typer

from nerproc.cli.operators import KeyFile, key
from nerproc.cli.output import data_bytes, words
from nerproc.errors import Conflict, ExitCode, JobFailed, NotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Copies of documents, or folders of them; - is standard input."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        help="Folder for what is restored; what is in a folder keeps its place. One FILE: standard output.",
    ),
]
_SPOOL = 8 << 20  # bytes in memory


def restore(files: Files, *, key_file: KeyFile = None, output: Output = None) -> ExitCode:
    """Undo --operator encrypt: write what the copies were made of, with the key that they were made with."""
    if output is None and (len(files) > 1 or Path(files[0]).is_dir()):
        raise UsageError("Several files need a folder.", hint="Name it with --output DIR.")
    secret = key(key_file)
    copies = [copy for file in files for copy in _copies(file)]
    targets = _targets([name for _, name in copies], output)
    with ExitStack() as partials:  # nothing is left of any file unless all can be restored
        written: list[tuple[Path, Path]] = []
        for (file, _), target in zip(copies, targets, strict=True):
            with _read(file) as source, SpooledTemporaryFile(max_size=_SPOOL) as spool:
                restored = cast("BinaryIO", spool)
                count = _restore(source, file, secret, restored)
                restored.seek(0)
                if target is None:
                    data_bytes(_blocks(restored))
                else:
                    written.append((_write(restored, target, partials), target))
                    words(f"{target}: {count:,} restored")
        for partial, target in written:
            partial.rename(target)
    return ExitCode.OK


def _copies(file: str) -> list[tuple[str, str]]:
    """The copy that `file` is, or those in the folder that it is; each with its path below what is restored."""
    if file == "-":
        return [(file, "stdin")]
    folder = Path(file)
    if not folder.is_dir():
        return [(file, folder.name)]
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    if not found:
        raise NotFound(f"There is no file in {file}.")
    return [(str(path), str(path.relative_to(folder))) for path in found]


def _targets(names: list[str], folder: Path | None) -> list[Path | None]:
    """Where each file is written, by its path below what is restored; None is standard output."""
    if folder is None:
        return [None]
    for name, count in Counter(names).items():
        if count > 1:
            raise Conflict(f"Several files are called {name}.", hint="Restore them into different folders.")
        if (folder / name).exists():
            raise Conflict(f"{folder / name} is there already.", hint="Name another folder with --output.")
    return [folder / name for name in names]


def _read(file: str) -> BinaryIO:
    """The bytes of a file, or of standard input, as a file that can seek."""
    if file != "-":
        try:
            return Path(file).open("rb")
        except OSError as error:
            raise NotFound(f"{file} cannot be read: {error.strerror}.") from None
    import sys

    spool = SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - closed by the caller
    for block in _blocks(sys.stdin.buffer):
        spool.write(block)
    spool.seek(0)
    return cast("BinaryIO", spool)


def _restore(source: BinaryIO, name: str, secret: bytes, output: BinaryIO) -> int:
    from nerproc.extraction.errors import Broken, Skipped
    from nerproc.redaction.document import restore as restored

    try:
        copy = restored(source, "" if name == "-" else name, secret, output)
    except (Skipped, Broken) as error:
        raise JobFailed(f"{name} cannot be restored: {error}") from None
    return sum(copy.counts.values())


def _write(source: BinaryIO, target: Path, partials: ExitStack) -> Path:
    """Write a file beside `target`, for the user alone: it holds what was to be kept secret."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    partials.callback(partial.unlink, missing_ok=True)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
        file.writelines(_blocks(source))
    return partial


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(1 << 20):
        yield block
