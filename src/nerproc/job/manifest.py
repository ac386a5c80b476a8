"""Manifests: the list of a task's objects, one JSON array a line, in the artifact store.

A shard task that lists a section only has that section in the place of objects.

They are kept out of the database so that it grows with tasks, not with objects.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from typing import NamedTuple

from nerproc.job.task import PlannedTask
from nerproc.source.base import ObjectRef, Section
from nerproc.storage.base import Storage

GROWTH = 16  # a task may hold this fraction (1/16) of what was listed before it …
FLOOR = 4  # … but at least 1/4 of the objects and 1/16 of the bytes that the settings allow

FIRST = 1_000_000  # tasks of section n are numbered from n times this on, so that results stay in order


class Cut(NamedTuple):
    """The objects of one task."""

    refs: list[ObjectRef]
    bytes: int  # to be read


def cut(refs: Iterable[tuple[ObjectRef, int]], *, task_bytes: int, task_objects: int) -> Iterator[Cut]:
    """Cut a listing, in its order, into tasks; it says of each object how many bytes are to be read.

    Tasks grow with the listing, up to `task_bytes` and `task_objects`: few files still make enough tasks to
    keep several workers busy to the end, and many files do not make more tasks than needed. An object that
    is larger than a task is a task of its own.
    """
    task: list[ObjectRef] = []
    size = listed_bytes = 0
    for listed_objects, (ref, unread) in enumerate(refs):
        most_bytes = min(task_bytes, max(task_bytes // GROWTH, listed_bytes // GROWTH))
        most_objects = min(task_objects, max(task_objects // FLOOR, listed_objects // GROWTH, 1))
        if task and (size + unread > most_bytes or len(task) >= most_objects):
            yield Cut(task, size)
            task, size = [], 0
        task.append(ref)
        size += unread
        listed_bytes += unread
    if task:
        yield Cut(task, size)


def write(storage: Storage, prefix: str, number: int, task: Cut) -> PlannedTask:
    """Write the manifest of task `number` below `prefix`, which is the planning attempt's own."""
    key = f"{prefix}/manifest-{number}.jsonl"
    encode = json.JSONEncoder(separators=(",", ":")).encode
    lines = "".join(
        f"{encode([ref.name, ref.size, ref.version, ref.handle, ref.problem])}\n" for ref in task.refs
    )
    storage.put(key, io.BytesIO(lines.encode("ascii")))
    return PlannedTask(number=number, manifest=key, objects=len(task.refs), bytes=task.bytes)


def write_section(storage: Storage, prefix: str, number: int, section: Section) -> PlannedTask:
    """Write the manifest of a shard task that lists a section."""
    key = f"{prefix}/section-{number}.json"
    storage.put(key, io.BytesIO(json.dumps(astuple(section)).encode("ascii")))
    return PlannedTask(number=number, manifest=key, objects=0, bytes=0, kind="shard")


def read_section(storage: Storage, key: str) -> Section:
    """What `write_section` wrote."""
    with storage.open(key) as stream:
        return Section(*json.loads(stream.read()))


def read(storage: Storage, key: str) -> Iterator[ObjectRef]:
    """The objects of a manifest, in order; the position of each is its *ordinal*."""
    with storage.open(key) as stream:
        for line in stream:
            yield ObjectRef(*json.loads(line))
