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
from nerproc.result.table import ObjectRow
from nerproc.schema.report import ReportRequest
from nerproc.source.base import ObjectRef, Source
from nerproc.worker.scan import ObjectScan
from nerproc.worker.workplace import Workplace

AHEAD = 16  # objects that a source may read before their turn


def run(message: dict[str, Any], place: Workplace) -> None:
    """Scan the objects of a manifest from `next_ordinal` on; send each part, then `done` or `yield`.

    Raises:
        nerproc.errors.NerprocError: of the source or the store as a whole; what goes wrong with one object is
            a result.
    """
    request = ReportRequest.model_validate(message["request"])
    scan = ObjectScan(place.scanners.get(request), request)
    source = open_source(place.settings, request.source, message["roots"], place.storage, place.beacon.tick)
    earlier = place.earlier(message)
    part = _Part(message, place)
    suspects = {int(ordinal): crashes for ordinal, crashes in message["suspects"].items()}
    for ordinal, ref in _announced(_remaining(message, place), source):
        crashes = suspects.get(ordinal, 0)
        last_chance = crashes == OBJECT_CRASHES - 1
        if place.channel.waiting():  # the supervisor asks to stop after the object in hand
            part.flush()
            place.channel.send({"op": "yield", "reason": "its worker is shutting down"})
            return
        if last_chance and not part.fresh:
            part.flush()
            place.channel.send({"op": "yield", "reason": "a suspect object is read alone"})
            return
        place.beacon.show(ordinal)
        if crashes >= OBJECT_CRASHES:
            part.writer.begin(ref.name)
            part.add(ordinal, ObjectRow(ref.name, ref.size, ref.version, "failed", "crashed the worker"))
        else:
            failpoint("object_begun", ref.name)
            part.add(
                ordinal,
                scan.take_over(earlier, ref, part.writer) or scan.run(source, ref, part.writer, place.beacon),
            )
        if last_chance or part.full:
            part.flush()
    part.flush()
    place.channel.send({"op": "done"})


def _remaining(message: dict[str, Any], place: Workplace) -> Iterator[tuple[int, ObjectRef]]:
    for ordinal, ref in enumerate(manifest.read(place.storage, message["manifest"])):
        if ordinal >= message["next_ordinal"]:
            yield ordinal, ref


def _announced(objects: Iterator[tuple[int, ObjectRef]], source: Source) -> Iterator[tuple[int, ObjectRef]]:
    """The objects in order; the source is told of each some objects before its turn."""
    waiting: deque[tuple[int, ObjectRef]] = deque()
    for ordinal, ref in objects:
        source.expect(ref)
        waiting.append((ordinal, ref))
        if len(waiting) > AHEAD:
            yield waiting.popleft()
    yield from waiting


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

    def add(self, ordinal: int, row: ObjectRow) -> None:
        """Add the object in hand, which the writer has begun."""
        self.writer.end(row)
        self.fresh = False
        self._last_ordinal = ordinal
        self._bytes += row.size

    @property
    def full(self) -> bool:
        """Whether it is time to commit."""
        settings = self._place.settings
        return (
            self._bytes >= settings.part_bytes
            or self.writer.objects >= settings.part_objects
            or time.monotonic() - self._since >= settings.part_seconds
        )

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
