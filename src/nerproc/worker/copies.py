"""Where the copies of a task go, and what is left there of an attempt that was killed.

For supervisors too: it loads little.
"""

from __future__ import annotations

from typing import Any

from nerproc.destination.base import Destination
from nerproc.job.task import Claim
from nerproc.node import open_destination
from nerproc.schema.redaction import RedactionTask
from nerproc.settings import Settings


def destination_of(message: dict[str, Any], settings: Settings) -> Destination:
    """The destination of a task, given by what its child is told.

    Raises:
        NotFound: there is no such connection.
    """
    wish = RedactionTask.model_validate(message["request"]).wish
    job, task, attempt = str(message["job"]), message["number"], message["attempt"]
    return open_destination(settings, wish.output, job=job, task=task, attempt=attempt)


def tidy(claim: Claim, settings: Settings) -> None:
    """Remove what the killed child of a task has left at its destination."""
    message = {"request": claim.request, "job": claim.job, "number": claim.number, "attempt": claim.attempt}
    destination_of(message, settings).tidy()
