"""The same request sent again: an idempotency key finds the job that it made."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from nerproc.db.database import Database
from nerproc.errors import Conflict
from nerproc.job import sql


def submitted_before(database: Database, key: str, body: dict[str, Any]) -> UUID | None:
    """The job that was made with an idempotency key, if there is one.

    Raises:
        Conflict: it was made by another request.
    """
    row = database.fetch_one(sql.BY_IDEMPOTENCY_KEY, {"key": key})
    if row is None:
        return None
    if _comparable(row["request"]) != _comparable(body):
        raise Conflict(
            "The idempotency key was used for another request.",
            hint="Send a new Idempotency-Key, or the same request as before.",
        )
    return UUID(str(row["id"]))


def _comparable(request: dict[str, Any]) -> dict[str, Any]:
    """A request without the id of its upload: who sends it again has uploaded the files again."""
    plain: dict[str, Any] = json.loads(json.dumps(request))
    plain.get("source", {}).pop("upload_id", None)
    return plain
