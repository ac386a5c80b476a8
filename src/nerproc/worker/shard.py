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
    number = message["number"]
    prefix = f"{artifacts(UUID(message['job']))}/task-{number}/attempt-{message['attempt']}"
    if message["manifest"] is not None:
        assert isinstance(source, Divisible)
        section = manifest.read_section(place.storage, message["manifest"])
        plan = _cut(source.list_section(section), place, prefix, first=number * manifest.FIRST)
    else:
        plan = _cut(source.list(), place, prefix, first=1, divisible=source)
    place.channel.send({"op": "plan", "tasks": [asdict(task) for task in plan]})


def _cut(
    refs: Iterator[ObjectRef], place: Workplace, prefix: str, *, first: int, divisible: object = None
) -> list[PlannedTask]:
    """The tasks for a listing; or for its sections, when it turns out to be long."""
    plan: list[PlannedTask] = []
    listed = 0
    cuts = manifest.cut(
        _ticking(refs, place.beacon),
        task_bytes=place.settings.task_bytes,
        task_objects=place.settings.task_objects,
    )
    for number, objects in enumerate(cuts, start=first):
        plan.append(manifest.write(place.storage, prefix, number, objects))
        failpoint("manifest_written")
        listed += len(objects)
        if listed > place.settings.shard_objects and isinstance(divisible, Divisible):
            sections = divisible.divide()
            if sections:
                place.storage.delete(prefix)
                return [
                    manifest.write_section(place.storage, prefix, section_number, section)
                    for section_number, section in enumerate(sections, start=1)
                ]
            divisible = None
    return plan


def _ticking(refs: Iterator[ObjectRef], beacon: Beacon) -> Iterator[ObjectRef]:
    for ref in refs:
        beacon.tick()
        yield ref
