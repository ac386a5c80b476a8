"""The task `shard`: list the source, or a section of it, and cut it into tasks.

A long listing is divided: the first shard task plans others, one a section, which are claimed before all tasks
that scan. Tasks are numbered so that their order is that of the listing, divided or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from nerproc.failpoint import failpoint
from nerproc.job import manifest
from nerproc.job.task import PlannedTask, artifacts
from nerproc.node import open_source
from nerproc.schema.report import ReportRequest
from nerproc.source.base import Divisible, ObjectRef
from nerproc.source.selection import Selection
from nerproc.worker.beacon import Beacon
from nerproc.worker.workplace import Workplace


def run(message: dict[str, Any], place: Workplace) -> None:
    """Write a manifest for each task and send the plan, which becomes visible as a whole.

    Raises:
        nerproc.errors.NotFound: there is nothing at the source's root.
        nerproc.errors.Refused: the source may not be read.
        nerproc.errors.SourceUnreachable: the source does not answer.
        nerproc.errors.StorageUnreachable: a manifest cannot be written.
    """
    request = ReportRequest.model_validate(message["request"])
    source = open_source(place.settings, request.source, message["roots"], place.storage, place.beacon.tick)
    earlier = place.earlier(message)
    selection = Selection(request)

    def prepared(listing: _Listing) -> Iterator[tuple[ObjectRef, int]]:
        """The objects that are chosen, each with the bytes of it that are to be read."""
        for ref in selection.choose(listing):
            yield ref, 0 if ref.problem is not None or earlier.find(ref) else ref.size

    number = message["number"]
    prefix = f"{artifacts(UUID(message['job']))}/task-{number}/attempt-{message['attempt']}"
    if message["manifest"] is not None:
        assert isinstance(source, Divisible)
        listing = _Listing(
            source.list_section(manifest.read_section(place.storage, message["manifest"])), place.beacon
        )
        plan = _cut(listing, prepared(listing), place, prefix, first=number * manifest.FIRST)
    else:
        listing = _Listing(source.list(), place.beacon)
        plan = _cut(listing, prepared(listing), place, prefix, first=1, divisible=source)
    place.channel.send({"op": "plan", "tasks": [asdict(task) for task in plan]})


class _Listing:
    """The objects of a source as they are listed: counted, and each a sign of life."""

    def __init__(self, refs: Iterator[ObjectRef], beacon: Beacon) -> None:
        self._refs = refs
        self._beacon = beacon
        self.count = 0

    def __iter__(self) -> Iterator[ObjectRef]:
        for ref in self._refs:
            self.count += 1
            self._beacon.tick()
            yield ref


def _cut(
    listing: _Listing,
    objects: Iterator[tuple[ObjectRef, int]],
    place: Workplace,
    prefix: str,
    *,
    first: int,
    divisible: object = None,
) -> list[PlannedTask]:
    """The tasks for the `objects` of a listing; or for its sections, when it turns out to be long."""
    plan: list[PlannedTask] = []
    settings = place.settings
    cuts = manifest.cut(objects, task_bytes=settings.task_bytes, task_objects=settings.task_objects)
    for number, task in enumerate(cuts, start=first):
        plan.append(manifest.write(place.storage, prefix, number, task))
        failpoint("manifest_written")
        if listing.count > settings.shard_objects and isinstance(divisible, Divisible):
            sections = divisible.divide()
            if sections:
                place.storage.delete(prefix)
                return [
                    manifest.write_section(place.storage, prefix, section_number, section)
                    for section_number, section in enumerate(sections, start=1)
                ]
            divisible = None
    return plan
