"""What a job's tasks are doing, and what happened to them: the timeline in a few lines, however long it is."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from nerproc.db.database import Database
from nerproc.job.state import State
from nerproc.job.workers import Workers
from nerproc.schema.report import JobState
from nerproc.schema.service import Activity, Happening

MOST_RUNNING = 100
MOST_HAPPENINGS = 100

_STATES = "SELECT state, count(*) AS count FROM task WHERE job_id = %(job)s GROUP BY state"

# Events of one kind and reason are one line; with more lines than are asked for, the latest.
_HAPPENINGS = """
WITH line AS (
  SELECT kind, detail ->> 'reason' AS reason, count(*) AS count, min(at) AS first_at, max(at) AS last_at,
         min(id) AS first_id, max(id) AS last_id
    FROM event WHERE job_id = %(job)s GROUP BY kind, detail ->> 'reason' ORDER BY max(id) DESC LIMIT %(limit)s)
SELECT line.kind, line.reason, line.count, line.first_at, line.last_at, event.task_number AS task
  FROM line JOIN event ON event.id = line.last_id ORDER BY line.first_id"""


def activity(database: Database, job: UUID) -> Activity:
    """The tasks of a job by state, those that run, and its timeline, condensed."""
    states = {state.value: 0 for state in State}
    states |= {row["state"]: row["count"] for row in database.fetch_all(_STATES, {"job": job}, retry=True)}
    lines = database.fetch_all(_HAPPENINGS, {"job": job, "limit": MOST_HAPPENINGS}, retry=True)
    return Activity(
        tasks=cast("dict[JobState, int]", states),
        running=Workers(database).running(job, limit=MOST_RUNNING),
        timeline=[Happening(**line) for line in lines],
    )
