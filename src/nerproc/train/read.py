"""Reading files of samples, of any format: which one it is tells what is in the file, not its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol, cast

from nerproc.errors import NotFound, SampleError
from nerproc.train.flaw import Flaw
from nerproc.train.format import brat, conll, doccano, label_studio, records, spans, tokens
from nerproc.train.format.lines import Lines
from nerproc.train.label import Relabel
from nerproc.train.sample import Draft, Sample, checked

_ZIP = b"PK\x03\x04"
_SPOOL = 8 << 20  # bytes of a pipe kept in memory; more go to a temporary file
_FORMATS = (
    'nerproc reads JSON lines with "text" and "spans" or with "tokens" and "labels", CoNLL, exports of'
    " Label Studio and doccano, and folders of brat"
)


class Shape(Protocol):
    """A form of JSON objects that are samples."""

    def fits(self, record: dict[str, Any]) -> bool:
        """Whether an object is of this form."""
        ...

    def draft(self, record: dict[str, Any]) -> Draft | None:
        """The sample that it is; None if there is none in it.

        Raises:
            Flaw: it is not as it should be.
        """
        ...


SHAPES: tuple[Shape, ...] = (spans, tokens, label_studio, doccano)


def read(paths: Iterable[Path], relabel: Relabel | None = None) -> Iterator[Sample]:
    """The samples in files, and in folders of brat, in order; one is held at a time.

    Raises:
        NotFound: there is no such file.
        SampleError: something is not as it should be; it says where, and what to do.
    """
    for path in paths:
        if path.is_dir():
            yield from _of_folder(brat.Disk(path), str(path), relabel or Relabel())
            continue
        try:
            stream = path.open("rb")
        except FileNotFoundError:
            raise NotFound(f"There is no file {path}.") from None
        except OSError as error:
            raise SampleError(f"{path}: it cannot be read: {error.strerror}") from None
        with stream:
            yield from read_stream(stream, str(path), relabel)


def read_stream(stream: IO[bytes], name: str, relabel: Relabel | None = None) -> Iterator[Sample]:
    """The samples in a file that is called `name` in errors, from its start.

    Raises:
        SampleError: see `read`.
    """
    relabel = relabel or Relabel()
    if not stream.seekable():
        with SpooledTemporaryFile(max_size=_SPOOL) as spool:
            copyfileobj(stream, spool)
            spool.seek(0)
            yield from read_stream(cast("IO[bytes]", spool), name, relabel)
        return
    try:
        if stream.read(len(_ZIP)) == _ZIP:
            yield from _of_folder(brat.Zip(stream), name, relabel)
            return
        stream.seek(0)
        with Lines(stream) as lines:
            for line, draft in _drafts(lines):
                yield _sample(draft, relabel, name, name, line)
    except Flaw as flaw:
        raise flaw.at(name, None) from None


def _drafts(lines: Lines) -> Iterator[tuple[int, Draft]]:
    if records.are_in(lines):
        yield from _of_records(lines)
    elif (columns := conll.columns(lines)) is not None:
        yield from conll.drafts(lines, columns)
    elif not lines.head:
        raise Flaw("the file is empty", hint=_FORMATS)
    elif brat.BOUND.fullmatch(lines.head[0].strip()):
        raise Flaw(
            "these are annotations of brat, without the text", hint="give the folder of .txt and .ann files"
        )
    else:
        raise Flaw("the format is not known", hint=_FORMATS)


def _of_records(lines: Lines) -> Iterator[tuple[int, Draft]]:
    shape: Shape | None = None
    for number, record in records.records(lines):
        shape = shape or next((each for each in SHAPES if each.fits(record)), None)
        if shape is None or not shape.fits(record):
            raise Flaw(
                f"the object has the keys {', '.join(sorted(map(str, record)))[:200]}: no sample"
                if shape is None
                else "the object is not of the form of those before it",
                hint=_FORMATS,
                line=number,
            )
        try:
            draft = shape.draft(record)
        except Flaw as flaw:
            flaw.line = flaw.line or number
            raise
        if draft is not None:
            yield number, draft


def _of_folder(folder: brat.Folder, name: str, relabel: Relabel) -> Iterator[Sample]:
    for place, draft in brat.drafts(folder, name):
        yield _sample(draft, relabel, name, place, None)


def _sample(draft: Draft, relabel: Relabel, name: str, place: str, line: int | None) -> Sample:
    """`draft` as a sample, whose document has a name that no other file's has."""
    if draft.document:
        draft = replace(draft, document=f"{name}/{draft.document}")
    try:
        return checked(draft, relabel, place=f"{place}:{line}" if line else place)
    except Flaw as flaw:
        raise flaw.at(place, line) from None
