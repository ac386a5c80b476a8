"""Many expressions in one hyperscan database: compiled once, kept as bytes, scanned in one pass.

Knows nothing of labels; what an event means is the business of `engine.py` and `custom.py`.
"""

from __future__ import annotations

import hashlib
import os
import platform
import random
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import hyperscan

# Called with (index of the expression, start, end, flags, context) in order of `end`; offsets in bytes.
# A true result ends the scan.
OnEvent = Callable[[int, int, int, int, Any], bool | None]

# Built-in expressions: leftmost starts, ASCII classes over valid UTF-8.
EXACT = hyperscan.HS_FLAG_SOM_LEFTMOST | hyperscan.HS_FLAG_UTF8
# Gates of custom expressions: whether, not where; Unicode classes; may match too much, never too little.
GATE = (
    hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_UCP | hyperscan.HS_FLAG_PREFILTER | hyperscan.HS_FLAG_SINGLEMATCH
)
CASELESS = hyperscan.HS_FLAG_CASELESS
MULTILINE = hyperscan.HS_FLAG_MULTILINE

_GROUP = 32  # expressions

Refused = hyperscan.HyperscanError  # raised where an expression cannot be compiled


class Expression(NamedTuple):
    """What to compile."""

    source: str
    flags: int


class Database:
    """A compiled set of expressions with scratches of its own: one per thread, no scan inside a callback.

    It is compiled in groups, because the time to compile grows much faster than the number of expressions.
    """

    def __init__(
        self, expressions: Sequence[Expression], *, group: int = _GROUP, cache: Path | None = None
    ) -> None:
        """Compile, `group` expressions together, or read from the folder `cache` what was compiled before.

        Raises:
            Refused: hyperscan does not support one of the expressions.
        """
        starts = range(0, len(expressions), group)
        groups = {}
        # Processes that start together share the work: each takes the groups in an order of its own.
        for first in random.sample(starts, len(starts)):
            groups[first] = _prepared(expressions[first : first + group], first, cache)
        self._groups = [groups[first] for first in starts]

    def scan(self, data: bytes, on_event: OnEvent, context: Any) -> bool:
        """Call `on_event` for every match in `data` (valid UTF-8); whether the scan went to the end."""
        try:
            for database in self._groups:
                database.scan(data, match_event_handler=on_event, context=context)
        except hyperscan.ScanTerminated:
            return False
        return True


def _prepared(expressions: Sequence[Expression], first: int, cache: Path | None) -> Any:
    """The compiled group whose first expression has the number `first`."""
    file = cache / f"{_key(expressions, first)}.hsdb" if cache else None
    database = _load(file)
    if database is None:
        database = _compile(expressions, first)
        if file:
            _store(file, bytes(hyperscan.dumpb(database)))
    return database


def _compile(expressions: Sequence[Expression], first: int) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[expression.source.encode() for expression in expressions],
        ids=list(range(first, first + len(expressions))),
        elements=len(expressions),
        flags=[expression.flags for expression in expressions],
    )
    return database


def _load(file: Path | None) -> Any:
    """The database in `file`; None if there is none, or none that this processor and version can read."""
    if file is None:
        return None
    try:
        database = hyperscan.loadb(file.read_bytes(), mode=hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except (OSError, hyperscan.HyperscanError):
        return None
    return database


def _store(file: Path, data: bytes) -> None:
    """Write a cache file whole or not at all; that it cannot be written is no error."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as draft:
            draft.write(data)
        Path(draft.name).replace(file)
    except OSError:
        return


def _key(expressions: Sequence[Expression], first: int) -> str:
    """Changes with everything that a compiled database depends on."""
    digest = hashlib.sha256(f"{version('hyperscan')}\0{_processor()}\0{first}".encode())
    for expression in expressions:
        digest.update(f"\0{expression.flags}\0{expression.source}".encode())
    return digest.hexdigest()[:32]


@lru_cache(maxsize=1)
def _processor() -> str:
    """What decides whether another machine's database can be used."""
    try:
        with Path("/proc/cpuinfo").open(encoding="ascii", errors="replace") as lines:
            flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    except OSError:
        flags = platform.processor()
    return f"{platform.machine()} {os.name} {flags}"
