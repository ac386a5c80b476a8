"""The part that a task fills: object by object, committed whenever it is full.

A part closes between objects only, so that an object is in a part as a whole or not at all.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from nerproc.failpoint import failpoint
from nerproc.job import manifest
from nerproc.job.part import PartSummary
from nerproc.job.task import WrittenPart, artifacts
from nerproc.result.table import ObjectRow
from nerproc.source.base import ObjectRef
from nerproc.worker.cause import cause_of
from nerproc.worker.workplace import Workplace


def remaining(message: dict[str, Any], place: Workplace) -> Iterator[tuple[int, ObjectRef]]:
    """The objects of a task that no part of it holds, each with its ordinal."""
    for ordinal, ref in enumerate(manifest.read(place.storage, message["manifest"])):
        if ordinal >= message["next_ordinal"]:
            yield ordinal, ref


class PartInHand:
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
        self._causes: Counter[tuple[str, str]] = Counter()  # of objects that were not read
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
        if row.status != "succeeded":
            self._causes[row.status, cause_of(row.reason)] += 1
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
            summary=self._summary(files.summary),
        )
        causes = [(*key, count) for key, count in self._causes.items()]
        self._place.channel.send({"op": "part", "part": asdict(part), "causes": causes})
        self._seq += 1
        self._begin()

    def _summary(self, written: PartSummary) -> PartSummary:
        """What the part adds to the totals of its job."""
        return written
