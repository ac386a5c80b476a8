"""Files of samples as arguments of commands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nerproc.train.sample import Sample

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Files of samples, or folders of brat; - is standard input."),
]
Mapping = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="LABEL=LABEL",
        help="Read a label of the samples as one of the model; * stands for anything, =O leaves it out.",
    ),
]


def read_files(files: list[str], mapping: list[str] | None) -> Iterator[Sample]:
    """The samples in files, in order, one at a time.

    Raises:
        UsageError: `mapping` is none.
        NotFound: there is no such file.
        SampleError: something is not as it should be; it says where, and what to do.
    """
    from nerproc.cli.request import pair
    from nerproc.train.label import Relabel
    from nerproc.train.read import read, read_stream

    relabel = Relabel(dict(pair("--map", text) for text in mapping or []))
    for file in files:
        if file == "-":
            yield from read_stream(sys.stdin.buffer, "standard input", relabel)
        else:
            yield from read([Path(file)], relabel)
