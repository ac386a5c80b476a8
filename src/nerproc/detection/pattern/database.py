"""Many expressions in one hyperscan database: compiled once, kept as bytes, scanned in one pass.

Knows nothing of labels; what an event means is the business of `engine.py` and `custom.py`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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

GROUP = 32  # expressions; more make for a faster scan, and a slower compilation

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
        self, expressions: Sequence[Expression], *, group: int = GROUP, cache: Path | None = None
    ) -> None:
        """Compile, `group` expressions together, or read from the folder `cache` what was compiled before.

        Raises:
            Refused: hyperscan does not support one of the expressions.
        """
        starts = range(0, len(expressions), group)
        members = {first: expressions[first : first + group] for first in starts}
        groups: dict[int, Any] = {}
        while missing := [first for first in starts if first not in groups]:
            # Processes that start together share the work: what another one compiles is left to it.
            for first in missing:
                database = _prepared(members[first], first, cache, wait=first == missing[-1])
                if database is not None:
                    groups[first] = database
        self._groups = [groups[first] for first in starts]

    def scan(self, data: bytes, on_event: OnEvent, context: Any) -> bool:
        """Call `on_event` for every match in `data` (valid UTF-8); whether the scan went to the end."""
        try:
            for database in self._groups:
                database.scan(data, match_event_handler=on_event, context=context)
        except hyperscan.ScanTerminated:
            return False
        return True


def _prepared(expressions: Sequence[Expression], first: int, cache: Path | None, *, wait: bool) -> Any:
    """The compiled group whose first expression has the number `first`.

    None if another process is compiling it just now; with `wait`, that is waited for.
    """
    if cache is None:
        return _compile(expressions, first)
    file = cache / f"{_key(expressions, first)}.hsdb"
    database = _load(file)
    if database is not None:
        return database
    with _turn(file.with_suffix(".lock"), wait=wait) as mine:
        if not mine:
            return None
        database = _load(file)
        if database is None:
            database = _compile(expressions, first)
            _store(file, bytes(hyperscan.dumpb(database)))
    return database


@contextmanager
def _turn(file: Path, *, wait: bool) -> Iterator[bool]:
    """Hold a lock file, which the kernel frees when its holder dies; False if another has it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        yield True  # a cache that cannot be written shares nothing
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(lock)
        yield False
        return
    try:
        yield True
    finally:
        file.unlink(missing_ok=True)  # who waits for it looks again whether there is anything left to do
        os.close(lock)


def _compile(expressions: Sequence[Expression], first: int) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[expression.source.encode() for expression in expressions],
        ids=list(range(first, first + len(expressions))),
        elements=len(expressions),
        flags=[expression.flags for expression in expressions],
    )
    return database


def _load(file: Path) -> Any:
    """The database in `file`; None if there is none, or none that this processor and version can read."""
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
