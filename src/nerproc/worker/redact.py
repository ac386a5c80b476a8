"""The task `redact`: copy objects of a report without what it found in them, and scan the copies.

An object is copied only if it is what the report read, and all of it was read; a copy is put in its place when
it is whole and its scan went well. A task that is done again writes its copies again, over its own.
"""

from __future__ import annotations

import errno
import shutil
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from nerproc.destination.base import Unwritable
from nerproc.errors import DestinationUnreachable, NerprocError
from nerproc.extraction.errors import Broken, Skipped
from nerproc.failpoint import failpoint
from nerproc.job.part import PartSummary
from nerproc.job.task import OBJECT_CRASHES
from nerproc.node import open_source
from nerproc.redaction import document as library
from nerproc.redaction.key import decode
from nerproc.redaction.operator import needs_key, parse
from nerproc.result.earlier import Kept
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity
from nerproc.schema.redaction import RedactionTask
from nerproc.schema.report import ObjectStatus
from nerproc.source.base import ObjectRef, Unreadable
from nerproc.worker.copies import destination_of
from nerproc.worker.part import PartInHand, remaining
from nerproc.worker.residual import Residual
from nerproc.worker.scan import surprise
from nerproc.worker.workplace import Workplace

AHEAD = 16  # objects that a source may read before their turn
SPOOL_BYTES = 8 << 20  # of a copy that are kept in memory; more go to a temporary file
COPY_BYTES = 1 << 20

CHANGED = "it changed since it was scanned"
UNREAD = "the report did not read it"
TAKEN = "its copy would have the name of another object"


def run(message: dict[str, Any], place: Workplace) -> None:
    """Copy the objects of a manifest from `next_ordinal` on; send each part, then `done` or `yield`.

    Raises:
        nerproc.errors.NerprocError: of source, destination or store as a whole; what goes wrong with one object
            is a result.
    """
    part = _Part(message, place)
    redaction = _Redaction(message, place, part)
    redaction.destination.tidy()
    try:
        reason = _work(message, place, part, redaction)
        part.flush()
    finally:
        redaction.destination.tidy()
    place.channel.send({"op": "yield", "reason": reason} if reason else {"op": "done"})


def _work(message: dict[str, Any], place: Workplace, part: _Part, redaction: _Redaction) -> str | None:
    """Copy object by object; why the task is to be given back before its end, if it is."""
    suspects = {int(ordinal): crashes for ordinal, crashes in message["suspects"].items()}
    for ordinal, ref, kept in redaction.announced(remaining(message, place)):
        crashes = suspects.get(ordinal, 0)
        last_chance = crashes == OBJECT_CRASHES - 1
        if place.channel.waiting():  # the supervisor asks to stop after the object in hand
            return "its worker is shutting down"
        if last_chance and not part.fresh:
            return "a suspect object is read alone"
        place.beacon.show(ordinal)
        if crashes >= OBJECT_CRASHES:
            part.writer.begin(ref.name)
            part.end(ordinal, ObjectRow(ref.name, ref.size, ref.version, "failed", "crashed the worker"), {})
            continue
        failpoint("object_begun", ref.name)
        part.end(ordinal, *redaction.copy(ref, kept))
        if last_chance:
            part.flush()
    return None


class _Part(PartInHand):
    """The part that is being filled; its entities are those that are still found in copies."""

    def _begin(self) -> None:
        super()._begin()
        self._replaced: Counter[str] = Counter()
        self._copied_bytes = 0
        self._unchanged = 0

    def end(self, ordinal: int, row: ObjectRow, replaced: Mapping[str, int]) -> None:
        """Add the object in hand, in whose copy entities were replaced, by label."""
        self._replaced.update(replaced)
        if row.status == "succeeded":
            self._copied_bytes += row.size
            self._unchanged += not replaced
        self.add(ordinal, row)

    def _summary(self, written: PartSummary) -> PartSummary:
        return replace(
            written,
            unchanged=self._unchanged,
            bytes=self._copied_bytes,
            entities=self._replaced.total(),
            replaced=dict(self._replaced),
        )


class _NoCopy(Exception):
    """An object that is not copied; str() is the reason."""

    def __init__(self, reason: str, status: ObjectStatus = "failed") -> None:
        super().__init__(reason)
        self.status = status


class _Redaction:
    """What a redaction asks for, ready to be done to any object of its report."""

    def __init__(self, message: dict[str, Any], place: Workplace, part: _Part) -> None:
        task = RedactionTask.model_validate(message["request"])
        wish = task.wish
        self._place = place
        self._part = part
        self._operators = parse(wish.operators, default=wish.default, key=_key(task, place))
        self._report = place.earlier(message)
        self._source = open_source(
            place.settings, task.scan.source, message["roots"], place.storage, place.beacon.tick
        )
        scanner = place.scanners.get(task.scan, message["model"])
        self._residual = Residual(scanner, self._operators, part.writer, place.beacon)
        self.destination = destination_of(message, place.settings)

    def announced(
        self, objects: Iterator[tuple[int, ObjectRef]]
    ) -> Iterator[tuple[int, ObjectRef, Kept | None]]:
        """The objects in order, as the report read them; the source hears of them before their turn."""
        waiting: deque[tuple[int, ObjectRef, Kept | None]] = deque()
        for ordinal, listed in objects:
            kept = self._report.named(listed.name)
            ref = listed if kept is None else replace(listed, size=kept.size, version=kept.version)
            if kept is not None and kept.status == "succeeded":
                self._source.expect(ref)
            waiting.append((ordinal, ref, kept))
            if len(waiting) > AHEAD:
                yield waiting.popleft()
        yield from waiting

    def copy(self, ref: ObjectRef, kept: Kept | None) -> tuple[ObjectRow, Mapping[str, int]]:
        """Copy an object; how that went, and what was replaced.

        The part's writer holds it as begun, with what is still found in the copy. Whatever is wrong with the
        object is in the row; other objects are not affected.
        """
        self._part.writer.begin(ref.name)
        try:
            return self._copy(ref, kept)
        except _NoCopy as no_copy:
            status, reason = no_copy.status, str(no_copy)
        except Skipped as skipped:
            status, reason = "skipped", str(skipped)
        except (Broken, Unreadable, Unwritable) as error:
            status, reason = "failed", str(error)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DestinationUnreachable("The disk for temporary files is full.") from error
            status, reason = "failed", f"it cannot be read: {error.strerror or type(error).__name__}"
        except (MemoryError, NerprocError):  # the process or the destination is in trouble, not the object
            raise
        except Exception as error:  # noqa: BLE001 - a surprise is this object's, not the job's
            status, reason = "failed", surprise(error)
        self._part.writer.begin(ref.name)
        return ObjectRow(ref.name, ref.size, ref.version, status, reason), {}

    def _copy(self, ref: ObjectRef, kept: Kept | None) -> tuple[ObjectRow, Mapping[str, int]]:
        if kept is None:
            raise _NoCopy(UNREAD)
        found, batches = self._report.read(kept)
        if found.status == "skipped":
            raise _NoCopy(found.reason or UNREAD, "skipped")
        if found.status == "failed":
            raise _NoCopy(f"{UNREAD}: {found.reason}")
        if found.reason is not None:
            raise _NoCopy(f"the report did not read all of it: {found.reason}")
        entities = self._alive(batches)
        with SpooledTemporaryFile(SPOOL_BYTES, dir=str(self._place.storage.scratch())) as spool:
            output = cast("BinaryIO", spool)
            try:
                copy = self._write(ref, found, entities, output)
            finally:
                for _ in entities:  # those of the next object come behind them
                    pass
            row = replace(found, label_counts={}, preview_text="", preview_spans=(), groups=())
            if copy.counts:
                row = self._residual.scan(row, copy, output)
            self.destination.put(copy.name, output)
        reason = "; ".join(copy.warnings) or None
        return replace(row, reason=reason, unchanged=False), copy.counts

    def _write(
        self, ref: ObjectRef, found: ObjectRow, entities: Iterator[Entity], output: BinaryIO
    ) -> library.Copy:
        """Write the copy into a file of our own."""
        with self._source.open(ref) as opened:
            if opened.version != found.version:
                raise _NoCopy(CHANGED)
            if all(self._operators.keeps(label) for label in found.label_counts):
                shutil.copyfileobj(opened.file, output, COPY_BYTES)
                copy = library.Copy(ref.name)
            else:
                copy = library.redact(opened.file, ref.name, entities, self._operators, output)
            opened.check()
        if copy.name != ref.name and self._is_taken(copy.name):
            raise _NoCopy(TAKEN)
        return copy

    def _is_taken(self, name: str) -> bool:
        """Whether the report has an object of that name."""
        return bool(self._place.reader.objects(self._report.parts, objects=[name], limit=1)[0])

    def _alive(self, batches: Iterator[list[Entity]]) -> Iterator[Entity]:
        for batch in batches:
            self._place.beacon.tick()
            yield from batch


def _key(task: RedactionTask, place: Workplace) -> bytes | None:
    """The key, if an operator needs one; only workers that have it are given such tasks."""
    key = place.settings.redaction_key
    if key is None or not needs_key(task.wish.operators, task.wish.default):
        return None
    return decode(key.get_secret_value())
