"""Labels as files have them, and as nerproc writes them: `Creative-Work` is CREATIVE_WORK."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from nerproc.errors import InvalidRequest
from nerproc.schema.name import LABEL_NAME
from nerproc.train.flaw import Flaw

OUTSIDE = "O"  # the label of what is no entity
_LABEL = re.compile(LABEL_NAME)
_ALIKE = re.compile(r"[A-Za-z][A-Za-z0-9_ :./-]*")  # what can be written as a label
_BETWEEN = re.compile(r"[^A-Z0-9]+")


class Relabel:
    """What becomes of the labels in a file.

    A label that is mapped by its name becomes what it is mapped to; else what the first pattern with `*` or `?`
    that fits it is mapped to; else it is written in capitals, with _ between words. O means: no entity.
    """

    def __init__(self, pairs: Mapping[str, str] | None = None) -> None:
        """`pairs`: label or pattern as in the file -> label, or O.

        Raises:
            InvalidRequest: something is mapped to what is no label.
        """
        self._pairs = dict(pairs or {})
        self._known: dict[str, str | None] = {}
        for source, target in self._pairs.items():
            if not _LABEL.fullmatch(target):
                raise InvalidRequest(
                    f"{source!r} is mapped to {target!r}, which is not a label",
                    hint="use capital letters, digits and _, at most 64, a letter first; or O for no entity",
                )

    def __call__(self, label: object, *, line: int | None = None) -> str | None:
        """The label to be used, or None for no entity; `line` is for the flaw alone.

        Raises:
            Flaw: it cannot be written as a label.
        """
        if not isinstance(label, str):
            raise Flaw("a label is missing, or no string", hint="write labels as words, like NAME", line=line)
        if label not in self._known:
            self._known[label] = self._find(label, line)
        return self._known[label]

    def _find(self, label: str, line: int | None) -> str | None:
        target = self._pairs.get(label)
        if target is None:
            fitting = (self._pairs[pattern] for pattern in self._pairs if fnmatchcase(label, pattern))
            target = next(fitting, None) or _written(label, line)
        return None if target == OUTSIDE else target


def _written(label: str, line: int | None) -> str:
    written = _BETWEEN.sub("_", label.upper()).strip("_")
    if not _ALIKE.fullmatch(label) or not _LABEL.fullmatch(written):
        raise Flaw(
            f"{label[:80]!r} cannot be written as a label",
            hint="labels have letters from A to Z, digits and _, at most 64, a letter first; map it to one",
            line=line,
        )
    return written
