"""The task `shard`: list the source and cut it into tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from nerproc.failpoint import failpoint
from nerproc.job import manifest
from nerproc.node import open_source
from nerproc.schema.report import ReportRequest
from nerproc.source.base import ObjectRef
from nerproc.worker.beacon import Beacon
from nerproc.worker.workplace import Workplace


def run(message: dict[str, Any], place: Workplace) -> None:
    """Write a manifest for each task and send the plan, which becomes visible as a whole.

    Raises:
        nerproc.errors.NotFound: there is nothing at the source's root.
        nerproc.errors.Refused: the source may not be read.
        nerproc.errors.StorageUnreachable: a manifest cannot be written.
    """
    request = ReportRequest.model_validate(message["request"])
    source = open_source(place.settings, request.source, message["roots"], place.storage, place.beacon.tick)
    cuts = manifest.cut(
        _ticking(source.list(), place.beacon),
        task_bytes=place.settings.task_bytes,
        task_objects=place.settings.task_objects,
    )
    job = UUID(message["job"])
    plan = []
    for number, refs in enumerate(cuts, start=1):
        plan.append(asdict(manifest.write(place.storage, job, message["attempt"], number, refs)))
        failpoint("manifest_written")
    place.channel.send({"op": "plan", "tasks": plan})


def _ticking(refs: Iterator[ObjectRef], beacon: Beacon) -> Iterator[ObjectRef]:
    for ref in refs:
        beacon.tick()
        yield ref
