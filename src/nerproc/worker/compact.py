"""The task `compact`: merge the parts of a report into few large files."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from nerproc.failpoint import failpoint
from nerproc.job.part import parts_from
from nerproc.job.task import artifacts
from nerproc.worker.workplace import Workplace


def run(message: dict[str, Any], place: Workplace) -> None:
    """Merge the parts named in the message and send the new files, which become visible as a whole.

    Raises:
        nerproc.errors.StorageUnreachable: a file cannot be read or written.
    """
    from nerproc.result.compact import compact

    parts = parts_from(message["parts"])
    prefix = f"{artifacts(UUID(message['job']))}/task-{message['number']}/attempt-{message['attempt']}"
    files: list[dict[str, Any]] = []
    moves: list[dict[str, Any]] = []
    for seq, merged in enumerate(compact(place.storage, parts, prefix)):
        place.beacon.tick()
        keys = {"entities_key": merged.files.entities_key, "objects_key": merged.files.objects_key}
        files.append({"seq": seq, **keys, **asdict(merged.files.summary)})
        moves += [{"seq": seq, **asdict(moved)} for moved in merged.moved]
    failpoint("merged_written")
    place.channel.send({"op": "merged", "files": files, "moves": moves})
