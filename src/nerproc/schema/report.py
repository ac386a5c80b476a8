"""Jobs and reports on the wire: requests, summaries, pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from nerproc.schema.name import BASIC, LABEL_NAME
from nerproc.settings import S3_URL

JobKind = Literal["inference", "training", "redaction"]
JobState = Literal["queued", "running", "completed", "failed", "stopped"]
TaskKind = Literal["shard", "infer", "compact", "train", "redact"]
ObjectStatus = Literal["succeeded", "skipped", "failed"]
Label = Annotated[str, Field(pattern=rf"^{LABEL_NAME}$", examples=["EMAIL"])]

T = TypeVar("T")

_FAILURE_SLUG = "Slug of the error, where the licence is why it failed: `quota-exceeded`."


class Wire(BaseModel):
    """A value on the wire: frozen, and strict about fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LocalSource(Wire):
    """Files and folders of the machine that the workers run on."""

    kind: Literal["local"] = "local"
    paths: list[str] = Field(min_length=1, description="Absolute paths of files or folders.")


class UploadSource(Wire):
    """Files that were uploaded to the head."""

    kind: Literal["upload"] = "upload"
    upload_id: UUID


class S3Source(Wire):
    """Objects of an S3 bucket: the one that the URL names, or those below it."""

    kind: Literal["s3"] = "s3"
    url: str = Field(pattern=S3_URL, max_length=1_300, examples=["s3://bucket/prefix"])
    connection: str | None = Field(
        default=None, description="A connection of the node's settings; absent: the node's own."
    )


Source = Annotated[LocalSource | UploadSource | S3Source, Field(discriminator="kind")]


class GroupRequest(Wire):
    """A named query over objects."""

    name: str = Field(min_length=1, max_length=200)
    query: str = Field(min_length=1, max_length=8_192, examples=['COUNT(SSN) > 3 AND NAME CONTAINS "Smith"'])


class ReportRequest(Wire):
    """What to scan and what to look for."""

    source: Source
    name: str | None = Field(default=None, max_length=200, description="Default: the name of the source.")
    model: str = BASIC
    labels: list[Label] | None = Field(
        default=None, description="Labels to report; all of the model if absent."
    )
    custom_tags: dict[Label, str] = Field(default_factory=dict, description="Label to regular expression.")
    groups: list[GroupRequest] = Field(default_factory=list, max_length=1_000)
    threshold: float | None = Field(default=None, ge=0, le=1, description="Default: the model's, per label.")
    thresholds: dict[Label, Annotated[float, Field(ge=0, le=1)]] = Field(
        default_factory=dict, description="Thresholds of single labels."
    )
    allow: list[str] = Field(default_factory=list, description="Texts that are never reported (exact match).")
    allow_patterns: list[str] = Field(
        default_factory=list, description="Regular expressions of texts that are never reported (full match)."
    )
    deny: dict[Label, list[str]] = Field(
        default_factory=dict, description="Texts that are always reported, by label (whole words)."
    )
    include: list[str] = Field(
        default_factory=list,
        max_length=1_000,
        description="Only objects whose names match one of these patterns, written as in .gitignore.",
        examples=[["*.txt", "mail/**"]],
    )
    exclude: list[str] = Field(
        default_factory=list,
        max_length=1_000,
        description="No objects whose names match one of these patterns, written as in .gitignore.",
    )
    max_bytes: int | None = Field(
        default=None, ge=0, description="Larger objects are skipped, unread. Default: no limit."
    )
    sample: float | None = Field(
        default=None,
        gt=0,
        le=100,
        description="Percentage of the objects to scan, chosen by their names: the same ones each time.",
    )
    since: UUID | None = Field(
        default=None,
        description="An earlier report: what it says of objects that did not change is taken over, unread.",
    )

    @property
    def search(self) -> dict[str, Any]:
        """What is looked for, apart from where: two requests of equal searches find the same in an object."""
        return self.model_dump(mode="json", include=_SEARCH)


_SEARCH = {"model", "labels", "custom_tags", "threshold", "thresholds", "allow", "allow_patterns", "deny"}


class ObjectCounts(Wire):
    """Objects by how they ended; `total` is known once the source is listed."""

    total: int
    succeeded: int
    skipped: int
    failed: int


class Group(Wire):
    """A group of a report and how many objects match its query."""

    id: UUID
    name: str
    query: str
    object_count: int


class ObjectError(Wire):
    """An object that was not scanned, or not wholly, and why."""

    object: str
    status: ObjectStatus
    reason: str


class Report(Wire):
    """An inference job and what it found so far."""

    id: UUID
    name: str
    state: JobState
    paused: bool
    model: str
    source: Source
    since: UUID | None = Field(description="The earlier report, if one was named.")
    labels: list[Label] | None
    custom_tags: dict[Label, str]
    objects: ObjectCounts
    bytes: int = Field(description="Size of the objects that were read, in bytes.")
    total_bytes: int = Field(description="Size of all objects that are to be read, in bytes.")
    unchanged: int = Field(description="Objects taken over from the earlier report, unread.")
    entities: int
    label_counts: dict[str, int]
    groups: list[Group]
    errors: list[ObjectError] = Field(description="Objects that failed or were skipped, the first 1,000.")
    failure: str | None = Field(description="Why the job failed, if it did.")
    failure_slug: str | None = Field(default=None, description=_FAILURE_SLUG)
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None = Field(description="From the first task's start to the end (or to now).")
    bytes_per_second: float | None


class TrainingProgress(Wire):
    """How far a training is."""

    epoch: int = Field(description="From 1.")
    epochs: int = Field(description="At most.")
    step: int = Field(description="Of the epoch, from 1.")
    steps: int = Field(description="Of the epoch, about.")
    loss: float = Field(description="Mean of the epoch so far.")
    f1: float | None = Field(description="On held samples, at the end of the last epoch that ended.")
    seconds_left: float = Field(description="If it does not end early.")


class Job(Wire):
    """A job as lists show it."""

    id: UUID
    kind: JobKind
    name: str = Field(description="Of a report, or of the one redacted; of a training, that of its model.")
    state: JobState
    paused: bool
    model: str = Field(description="That looks for entities; of a training, the base, or empty.")
    objects: ObjectCounts
    bytes: int
    total_bytes: int
    entities: int = Field(description="Found; of a redaction, replaced.")
    progress: TrainingProgress | None = Field(default=None, description="Of a training that has begun.")
    failure: str | None
    failure_slug: str | None = Field(default=None, description=_FAILURE_SLUG)
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Event(Wire):
    """One line of a job's timeline."""

    id: int
    at: datetime
    kind: str = Field(examples=["job.submitted", "task.claimed", "task.epoch"])
    task: int | None = Field(description="Number of the task within the job.")
    detail: dict[str, Any]


class PreviewToken(Wire):
    """A word of a preview with its label ("O" outside entities)."""

    text: str
    label: str
    start: int
    end: int


class ObjectResult(Wire):
    """One object of a report."""

    object: str
    size: int = Field(description="Bytes.")
    status: ObjectStatus
    reason: str | None
    media_type: str | None
    characters: int = Field(description="Code points of the extracted text.")
    tokens: int = Field(description="Words (runs without white space) of the extracted text.")
    label_counts: dict[str, int]
    groups: list[str] = Field(description="Names of the groups whose query the object matches.")
    preview: list[PreviewToken] = Field(description="The first words, token by token.")


class ObjectMatch(Wire):
    """An object that a search found."""

    object: str
    label_counts: dict[str, int] = Field(description="Entities by label.")


class Page(Wire, Generic[T]):
    """A page of a list; `next_cursor` is None on the last one."""

    items: list[T]
    next_cursor: str | None


class Upload(Wire):
    """Files that were uploaded together."""

    id: UUID
    files: int
    bytes: int
    created_at: datetime


ModelOrigin = Literal["built-in", "plugin", "imported", "trained"]


class ModelCard(Wire):
    """A model: a named set of detectors and its labels."""

    name: str
    version: str = Field(default="", description="Differs where it may find something else.")
    origin: ModelOrigin = "built-in"
    description: str
    labels: list[str]
    detectors: list[str]
    id: UUID | None = Field(default=None, description="Of an imported or trained model.")
    bytes: int | None = Field(default=None, description="Size of its files.")
    lineage: dict[str, Any] = Field(default={}, description="What it was made from.")
    created_at: datetime | None = Field(default=None, description="When it was imported or trained.")


class ModelImport(Wire):
    """Files that were uploaded, to be imported as a model."""

    upload_id: UUID = Field(description="Of the files of one folder (see docs/import.md).")
    name: str | None = Field(
        default=None, max_length=64, description="What to call it; absent: as the files say."
    )


class FieldError(Wire):
    """A field of the body, or a parameter, that is not valid."""

    pointer: str | None = Field(
        default=None, description="JSON pointer into the request body.", examples=["/groups/0/query"]
    )
    parameter: str | None = Field(default=None, description="Name of the parameter or header, if it is one.")
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 (application/problem+json) has it; what does not apply is left out."""

    type: str = Field(description="Where the documentation says more about the slug.")
    title: str
    status: int
    detail: str = Field(description="What happened, and why.")
    instance: str | None = Field(default=None, description="The path that was asked for.")
    slug: str = Field(description="Stable name of the error.", examples=["not-found"])
    hint: str | None = Field(default=None, description="What to do about it.")
    errors: list[FieldError] = Field(default_factory=list)
    position: int | None = Field(
        default=None, description="Offset in code points at which a query or an expression is wrong."
    )
    excerpt: str | None = Field(
        default=None, description="The line of the query, and below it a caret at the place of the error."
    )
