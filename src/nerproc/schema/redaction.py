"""Redactions on the wire: what is asked for, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationError

from nerproc.errors import InvalidRequest
from nerproc.schema.report import JobState, Label, ObjectError, ReportRequest, Wire
from nerproc.schema.request import S3
from nerproc.settings import S3_URL

DEFAULT_OPERATOR = "replace"
Operator = Annotated[str, Field(min_length=1, max_length=200, examples=["mask:4"])]
Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class LocalDestination(Wire):
    """A folder of the machine that the workers run on."""

    kind: Literal["local"] = "local"
    path: str = Field(
        pattern=r"^/[^\x00]*$", max_length=4_096, description="Absolute path; made if it is not there."
    )


class S3Destination(Wire):
    """A prefix in an S3 bucket."""

    kind: Literal["s3"] = "s3"
    url: str = Field(pattern=S3_URL, max_length=1_300, examples=["s3://bucket/redacted"])
    connection: str | None = Field(
        default=None, description="A connection of the node's settings; absent: the node's own."
    )


Destination = Annotated[LocalDestination | S3Destination, Field(discriminator="kind")]


class RedactionRequest(Wire):
    """What to write where, and what to put in the place of entities."""

    output: Destination = Field(description="Where the copies go, each under the name of its object.")
    operators: dict[Label, Operator] = Field(
        default_factory=dict,
        max_length=1_000,
        description="Label to operator (see docs/redaction.md).",
        examples=[{"CARD_NUMBER": "mask:4", "NAME": "pseudonym"}],
    )
    default: Operator = Field(default=DEFAULT_OPERATOR, description="Operator of all other labels.")
    overwrite: bool = Field(
        default=False, description="Copies may take the place of what is there; else there may be nothing."
    )
    key_fingerprint: Fingerprint | None = Field(
        default=None,
        description="Of the key that operators are to use. Default: of the only one that there is.",
    )


class RedactionTask(Wire):
    """A redaction as its job holds it."""

    report: UUID
    scan: ReportRequest  # of the report: where the objects are, and what was looked for
    wish: RedactionRequest


class RedactionCounts(Wire):
    """Objects by what became of their copies."""

    total: int
    copied: int = Field(description="Copies in which entities were replaced.")
    unchanged: int = Field(description="Copies of objects in which there was nothing to replace.")
    failed: int = Field(description="No copy: changed or gone since the report, or not wholly read by it.")
    skipped: int = Field(description="No copy: of a format that is not read, or cannot be redacted.")


class Redaction(Wire):
    """Copies of a report's objects in which entities are replaced."""

    id: UUID
    report_id: UUID
    name: str = Field(description="Of the report.")
    state: JobState
    paused: bool
    output: Destination
    operators: dict[Label, str]
    default: str = Field(description="Operator of all other labels.")
    progress: float = Field(description="0 to 1: objects that are done.")
    objects: RedactionCounts
    bytes: int = Field(description="Size of the objects that were copied, in bytes.")
    replaced: dict[str, int] = Field(description="Entities replaced, by label.")
    residual: dict[str, int] = Field(
        description="What the same model still finds in the copies, by label, but for what was put there."
    )
    errors: list[ObjectError] = Field(description="Objects without a copy, and why: the first 1,000.")
    failure: str | None = Field(description="Why the job failed, if it did.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None = Field(description="From the first task's start to the end (or to now).")


def redaction_request(output: str, connection: str | None, what: dict[str, Any]) -> RedactionRequest:
    """The request for copies at `output`: `s3://bucket/prefix` over the connection of that name, or a folder.

    `what` are its other fields.

    Raises:
        InvalidRequest: a field is not valid; names it.
    """
    if output.startswith(S3):
        what = {**what, "output": {"kind": "s3", "url": output, "connection": connection}}
    elif connection is not None:
        raise InvalidRequest("A connection is for s3://bucket/prefix, not for folders.")
    elif not output.startswith("/"):
        raise InvalidRequest(
            f"{output!r} is no place for copies.", hint="Name s3://bucket/prefix or a whole path."
        )
    else:
        what = {**what, "output": {"kind": "local", "path": output}}
    try:
        return RedactionRequest(**what)
    except ValidationError as error:
        first = error.errors()[0]
        place = " ".join(str(part) for part in first["loc"] if part != "[key]")
        raise InvalidRequest(f"The request is not valid: {place}: {first['msg']}.") from None
