"""The task `infer`: open, extract, detect, write; object by object, committed part by part.

A part closes between objects only, so that an object is in a part as a whole or not at all.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from nerproc.failpoint import failpoint
from nerproc.job.task import OBJECT_CRASHES
from nerproc.node import open_source
from nerproc.result.earlier import Earlier, Kept
from nerproc.result.table import ObjectRow
from nerproc.schema.report import ReportRequest
from nerproc.source.base import ObjectRef, Source
from nerproc.worker.beacon import Beacon
from nerproc.worker.part import PartInHand, remaining
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
    part = PartInHand(message, place)
    scan = ObjectScan(scanner, request, part.writer, place.beacon)
    source = open_source(place.settings, request.source, message["roots"], place.storage, place.beacon.tick)
    earlier = place.earlier(message)
    suspects = {int(ordinal): crashes for ordinal, crashes in message["suspects"].items()}
    batch = _Batch(scan, part, place.beacon)
    for ordinal, ref, kept in _announced(remaining(message, place), source, earlier):
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

    def __init__(self, scan: ObjectScan, part: PartInHand, beacon: Beacon) -> None:
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
