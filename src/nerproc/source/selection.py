"""Which objects of a listing are scanned: decided by name and size, before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore import GitIgnorePatternError

from nerproc.errors import InvalidRequest
from nerproc.schema.report import ReportRequest
from nerproc.source.base import ObjectRef

_HASH_BYTES = 8
_STARS = re.compile(r"\*{3,}")  # mean what two do, and take minutes to compile where they are hundreds


class Selection:
    """The choice that a request makes."""

    def __init__(self, request: ReportRequest) -> None:
        """Its fields `include`, `exclude`, `max_bytes` and `sample` count.

        Raises:
            InvalidRequest: a pattern is not valid.
        """
        self._include = _spec("include", request.include)
        self._exclude = _spec("exclude", request.exclude)
        self._max_bytes = request.max_bytes
        self._below = None if request.sample is None else request.sample / 100 * (1 << 8 * _HASH_BYTES)

    def choose(self, refs: Iterable[ObjectRef]) -> Iterator[ObjectRef]:
        """Those of `refs` that are chosen, in their order; what is too large is among them, to be skipped."""
        for ref in refs:
            if not self._chosen(ref.name):
                continue
            if self._max_bytes is not None and ref.size > self._max_bytes and ref.problem is None:
                reason = f"larger than the {self._max_bytes:,} bytes asked for ({ref.size:,})"
                yield replace(ref, version="", problem=reason)  # no version of it was read
            else:
                yield ref

    def _chosen(self, name: str) -> bool:
        if self._include is not None and not self._include.match_file(name):
            return False
        if self._exclude is not None and self._exclude.match_file(name):
            return False
        return self._below is None or _number(name) < self._below


def _spec(field: str, patterns: list[str]) -> GitIgnoreSpec | None:
    if not patterns:
        return None
    try:
        return GitIgnoreSpec.from_lines(_STARS.sub("**", pattern) for pattern in patterns)
    except (GitIgnorePatternError, re.error) as error:
        raise InvalidRequest(
            f"A pattern of {field} is not valid: {error}.", hint="Patterns are written as in .gitignore: *.log."
        ) from None


def _number(name: str) -> int:
    """A number that looks random, but is always the same for a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=_HASH_BYTES).digest())
