"""The task `infer`: open, extract, detect, write; object by object, committed part by part.

A part closes between objects only, so that an object is in a part as a whole or not at all.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from nerproc.failpoint import failpoint
from nerproc.job import manifest
from nerproc.job.task import OBJECT_CRASHES, WrittenPart, artifacts
from nerproc.node import open_source
from nerproc.result.earlier import Earlier, Kept
from nerproc.result.table import ObjectRow
from nerproc.schema.report import ReportRequest
from nerproc.source.base import ObjectRef, Source
from nerproc.worker.beacon import Beacon
from nerproc.worker.scan import Held, ObjectScan
from nerproc.worker.workplace import Workplace

AHEAD = 16  # objects that a source may read before their turn
SMALL = 64 << 10  # bytes of an object up to which it is held to be scanned with others
BATCH_OBJECTS = 32  # more bring nothing
BATCH_CHARACTERS = 256 << 10
BATCH_SECONDS = 0.5  # so that what is slow to read is committed in time


def run(message: dict[str, Any], place: Workplace) -> None:
    """Scan the objects of a manifest from `next_ordinal` on; send each part, then `done` or `yield`.

    Raises:
        nerproc.errors.NerprocError: of the source or the store as a whole; what goes wrong with one object is
            a result.
    """
    request = ReportRequest.model_validate(message["request"])
    scanner = place.scanners.get(request, message["model"])
    part = _Part(message, place)
    scan = ObjectScan(scanner, request, part.writer, place.beacon)
    source = open_source(place.settings, request.source, message["roots"], place.storage, place.beacon.tick)
    earlier = place.earlier(message)
    suspects = {int(ordinal): crashes for ordinal, crashes in message["suspects"].items()}
    batch = _Batch(scan, part, place.beacon)
    for ordinal, ref, kept in _announced(_remaining(message, place), source, earlier):
        crashes = suspects.get(ordinal, 0)
        last_chance = crashes == OBJECT_CRASHES - 1
        if place.channel.waiting():  # the supervisor asks to stop after the object in hand
            batch.settle()
            part.flush()
            place.channel.send({"op": "yield", "reason": "its worker is shutting down"})
            return
        if last_chance and not part.fresh:
            part.flush()
            place.channel.send({"op": "yield", "reason": "a suspect object is read alone"})
            return
        alone = bool(suspects) or kept is not None or ref.size > SMALL or not scanner.is_light
        if alone:
            batch.settle()
        place.beacon.show(ordinal)
        if crashes >= OBJECT_CRASHES:
            part.writer.begin(ref.name)
            part.add(ordinal, ObjectRow(ref.name, ref.size, ref.version, "failed", "crashed the worker"))
            continue
        failpoint("object_begun", ref.name)
        if alone:
            taken_over = scan.take_over(earlier, kept) if kept is not None else None
            part.add(ordinal, taken_over or scan.run(source, ref))
        else:
            batch.add(ordinal, scan.hold(source, ref))
        if last_chance:
            part.flush()
    batch.settle()
    part.flush()
    place.channel.send({"op": "done"})


def _remaining(message: dict[str, Any], place: Workplace) -> Iterator[tuple[int, ObjectRef]]:
    for ordinal, ref in enumerate(manifest.read(place.storage, message["manifest"])):
        if ordinal >= message["next_ordinal"]:
            yield ordinal, ref


def _announced(
    objects: Iterator[tuple[int, ObjectRef]], source: Source, earlier: Earlier
) -> Iterator[tuple[int, ObjectRef, Kept | None]]:
    """The objects in order, with what is kept of an earlier report; of the others the source hears before."""
    waiting: deque[tuple[int, ObjectRef, Kept | None]] = deque()
    for ordinal, ref in objects:
        kept = earlier.find(ref)
        if kept is None:
            source.expect(ref)
        waiting.append((ordinal, ref, kept))
        if len(waiting) > AHEAD:
            yield waiting.popleft()
    yield from waiting


class _Batch:
    """Small objects that were read one by one and are scanned together, which is faster.

    Should that crash the process, the last one read is the suspect. A task with a suspect makes no batches, so
    the next crash is that of the object in hand.
    """

    def __init__(self, scan: ObjectScan, part: _Part, beacon: Beacon) -> None:
        """What is held fits into `part`, so that a crash costs no more than a part."""
        self._scan = scan
        self._part = part
        self._beacon = beacon
        self._held: dict[int, Held] = {}
        self._characters = 0
        self._since = 0.0

    def add(self, ordinal: int, held: Held) -> None:
        """Hold an object; a full batch is scanned."""
        if not self._held:
            self._since = time.monotonic()
        self._held[ordinal] = held
        self._characters += held.row.characters
        if (
            len(self._held) >= min(BATCH_OBJECTS, self._part.room)
            or self._characters >= BATCH_CHARACTERS
            or time.monotonic() - self._since >= BATCH_SECONDS
        ):
            self.settle()

    def settle(self) -> None:
        """Scan what is held, and add it to the part."""
        held, self._held, self._characters = self._held, {}, 0
        for ordinal, row in zip(held, self._scan.settle(list(held.values())), strict=True):
            self._beacon.show(ordinal)
            self._part.add(ordinal, row)


class _Part:
    """The part that is being filled."""

    def __init__(self, message: dict[str, Any], place: Workplace) -> None:
        self._place = place
        self._prefix = (
            f"{artifacts(UUID(message['job']))}/task-{message['number']}/attempt-{message['attempt']}"
        )
        self._seq = message["next_seq"]
        self.writer = place.writer
        self.writer.discard()  # what a task left that ended with an error
        self.fresh = True  # nothing was read since the task was claimed
        self._begin()

    def _begin(self) -> None:
        self._last_ordinal: int | None = None
        self._bytes = 0
        self._since = time.monotonic()

    @property
    def room(self) -> int:
        """Objects that fit into the part."""
        return self._place.settings.part_objects - self.writer.objects

    def add(self, ordinal: int, row: ObjectRow) -> None:
        """Add the object in hand, which the writer has begun; a full part is committed."""
        self.writer.end(row)
        self.fresh = False
        self._last_ordinal = ordinal
        self._bytes += row.size
        settings = self._place.settings
        if (
            self._bytes >= settings.part_bytes
            or self.writer.objects >= settings.part_objects
            or time.monotonic() - self._since >= settings.part_seconds
        ):
            self.flush()

    def flush(self) -> None:
        """Write the files and send them to be committed; an empty part is nothing."""
        if self._last_ordinal is None:
            return
        self._place.beacon.show(None)
        failpoint("part_full")
        files = self.writer.close(self._place.storage, f"{self._prefix}/part-{self._seq}")
        failpoint("part_written")
        part = WrittenPart(
            seq=self._seq,
            last_ordinal=self._last_ordinal,
            entities_key=files.entities_key,
            objects_key=files.objects_key,
            summary=files.summary,
        )
        self._place.channel.send({"op": "part", "part": asdict(part)})
        self._seq += 1
        self._begin()
