"""The service on the wire: its health, what it counts, what it validates."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from nerproc.schema.report import JobState, Label, ObjectStatus, TaskKind, Wire

Check = Literal["ok", "failed"]
CheckupName = Literal["database", "schema", "license", "workers", "clock", "queue", "storage", "disk"]


class Health(Wire):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str


class Readiness(Wire):
    """Whether what the process depends on answers too."""

    ready: bool
    checks: dict[Literal["database", "storage"], Check]


class QueryCheck(Wire):
    """A query to be validated."""

    query: str = Field(min_length=1, max_length=8_192, examples=['COUNT(SSN) > 3 AND NAME CONTAINS "Smith"'])


class PatternCheck(Wire):
    """The expression of a custom tag to be validated."""

    label: Label
    expression: str = Field(min_length=1, max_length=8_192, examples=[r"ACME-\d{6}"])


class BucketFound(Wire):
    """A bucket can be listed, and there is something at the URL."""

    valid: Literal[True] = True
    objects: int = Field(description="Keys on the first page of the listing.")
    more: bool = Field(description="Whether there are others.")


class Valid(Wire):
    """What was asked about is valid."""

    valid: Literal[True] = True


class Metrics(Wire):
    """What the database holds now."""

    jobs: dict[JobState, int]
    tasks: dict[JobState, int] = Field(description="Tasks of jobs that have not ended, by state.")
    workers: int = Field(description="Workers that are alive.")
    waiting_seconds: float = Field(description="How long the oldest task that could run has been waiting.")
    objects: dict[ObjectStatus, int]
    bytes: int = Field(description="Size of the objects that were read, in bytes.")
    entities: int


class ThroughputMinute(Wire):
    """What was committed within one minute."""

    at: datetime = Field(description="Start of the minute.")
    bytes: int
    objects: int
    entities: int


class Throughput(Wire):
    """What was committed lately, minute by minute, oldest first; minutes without any are there too."""

    bytes_per_second: float = Field(description="Over all minutes listed.")
    minutes: list[ThroughputMinute]


class RunningTask(Wire):
    """A task in the hands of a worker."""

    job: UUID
    task: int = Field(description="Number of the task within the job.")
    kind: TaskKind
    attempt: int = Field(description="How often the task was claimed so far.")
    worker: UUID
    host: str | None = Field(description="Host of the worker, if it is registered.")
    since: datetime = Field(description="When this worker claimed it.")


WorkerState = Literal["lost", "ending", "draining", "drained", "busy", "idle"]


class Worker(Wire):
    """A process that runs tasks."""

    id: UUID
    host: str
    pid: int = Field(description="Process id on its host.")
    version: str
    pools: list[str] = Field(description="Kinds of work that it takes; none if it works on one report alone.")
    slots: int = Field(description="Tasks that it runs at a time.")
    draining: bool = Field(description="It takes no more tasks, and ends when those in hand are done.")
    resting: bool = Field(description="It was told to take no more tasks, and goes on with those in hand.")
    alive: bool = Field(description="It was seen within its last lease.")
    started_at: datetime
    seen_at: datetime
    tasks: list[RunningTask]

    @property
    def state(self) -> WorkerState:
        """What it does, in a word; one that was told to drain is drained once it has nothing in hand."""
        if not self.alive:
            return "lost"
        if self.draining:
            return "ending"
        if self.resting:
            return "draining" if self.tasks else "drained"
        return "busy" if self.tasks else "idle"


class Happening(Wire):
    """All events of a job's timeline that are of one kind and have one reason."""

    kind: str = Field(examples=["job.submitted", "task.claimed", "task.crashed"])
    reason: str | None
    count: int
    first_at: datetime
    last_at: datetime
    task: int | None = Field(description="Number of the task that the last one was about.")


class Activity(Wire):
    """What a job's tasks are doing, and what happened to them."""

    tasks: dict[JobState, int] = Field(description="Tasks by state.")
    running: list[RunningTask] = Field(description="Those in hand longest first, at most 100.")
    timeline: list[Happening] = Field(description="In order of the first event; of more than 100, the latest.")


class Checkup(Wire):
    """Something that a node depends on, tried out."""

    check: CheckupName
    status: Literal["ok", "warning", "failed", "skipped"]
    detail: str
    seconds: float | None = Field(description="How long one round trip took; None if none came back.")
    remedy: str | None = Field(description="What to do about it.")
