"""The service on the wire: its health, what it counts, what it validates."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from nerproc.schema.report import JobState, Label, ObjectStatus, Wire

Check = Literal["ok", "failed"]


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
    workers: int = Field(description="Workers that have a task in hand.")
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
