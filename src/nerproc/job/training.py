"""Trainings as jobs: of one task, which goes on from its last checkpoint and ends with the row of a model.

The rules for the statements are those of `sql.py`.
"""

from __future__ import annotations

from uuid import UUID

from psycopg.errors import ForeignKeyViolation, UniqueViolation
from psycopg.types.json import Jsonb

from nerproc.db.database import Database
from nerproc.errors import Conflict, NotFound
from nerproc.failpoint import failpoint
from nerproc.job.sql import END
from nerproc.job.task import TRAIN_POOL
from nerproc.model.row import INSERT, VALUES, taken
from nerproc.observe import log
from nerproc.queue.base import Queue, wake
from nerproc.schema.report import TrainingProgress
from nerproc.schema.training import TrainingRequest

# Its task lists nothing, so that no licence must let it begin. Of two of one name the second is
# refused: by the index `job_training` while the first lives, by the model that it made from then on.
_SUBMIT = """
WITH new AS (
  INSERT INTO job (id, kind, name, model, model_version, model_id, request, host)
  SELECT %(id)s::uuid, 'training', %(name)s, %(base)s, %(base_version)s, %(base_id)s::uuid, %(request)s,
         %(host)s
   WHERE NOT EXISTS (SELECT FROM model WHERE name = %(name)s)
  RETURNING id),
first AS (
  INSERT INTO task (job_id, number, kind, pool, manifest)
  SELECT id, 1, 'train', 'train', %(samples)s FROM new),
noted AS (INSERT INTO event (job_id, kind) SELECT id, 'job.submitted' FROM new)
SELECT id FROM new"""

# Ends the training with the model that it made, whose files are stored, the samples among them: the job's own
# go, and the checkpoint.
COMPLETE_TRAIN = END.format(
    state="completed",
    also=", manifest = NULL, checkpoint = NULL",
    more=f""",
made AS ({INSERT} SELECT {VALUES} FROM ended)""",
)

# How far a training is: one row, however often it is told.
PROGRESS = """
WITH held AS (
  UPDATE task SET progress = %(progress)s
   WHERE id = %(task)s AND attempt = %(attempt)s AND state = 'running' RETURNING id)
SELECT count(*) AS held FROM held"""

# An epoch is in a checkpoint, which the next attempt takes up. Repeated, it changes nothing, and names no file
# that could be deleted.
COMMIT_EPOCH = """
WITH fence AS MATERIALIZED (
  SELECT id, job_id, number, checkpoint FROM task
   WHERE id = %(task)s AND attempt = %(attempt)s AND state = 'running' FOR UPDATE),
kept AS (
  UPDATE task SET checkpoint = %(checkpoint)s, progress = %(progress)s, crashes = 0
    FROM fence WHERE task.id = fence.id AND fence.checkpoint IS DISTINCT FROM %(checkpoint)s RETURNING task.id),
noted AS (
  INSERT INTO event (job_id, task_number, kind, detail)
  SELECT job_id, number, 'task.epoch', %(progress)s FROM fence WHERE EXISTS (SELECT FROM kept))
SELECT count(*) AS held, max(nullif(checkpoint, %(checkpoint)s)) AS earlier FROM fence"""

_LATEST = """
SELECT id FROM job WHERE kind = 'training' AND name = %(name)s ORDER BY created_at DESC, id DESC LIMIT 1"""
_EPOCHS = "SELECT detail FROM event WHERE job_id = %(job)s AND kind = 'task.epoch' ORDER BY id"


class TrainingJobs:
    """Queues trainings; everything else about them is `Jobs`' and `Claims`'."""

    def __init__(self, database: Database, queue: Queue) -> None:
        self._db = database
        self._queue = queue

    def submit(
        self,
        request: TrainingRequest,
        *,
        job: UUID,
        samples: str,
        base_id: UUID | None = None,
        host: str | None = None,
    ) -> None:
        """Queue a training, whose id is `job`.

        `samples` is the artifact key of what is to be learnt, `base_id` the id of the base, if that is a stored
        model. With a `host`, only workers there take it.

        Raises:
            Conflict: there is a model of that name, or a training that makes one.
            NotFound: the base was deleted meanwhile.
        """
        values = {
            "id": job,
            "name": request.name,
            "base": request.base or "",
            "base_version": request.base_version or "",
            "base_id": base_id,
            "request": Jsonb(request.model_dump(mode="json")),
            "host": host,
            "samples": samples,
        }
        try:
            row = self._db.fetch_one(_SUBMIT, values)
        except ForeignKeyViolation:
            raise NotFound(f"The model {request.base!r} was deleted meanwhile.") from None
        except UniqueViolation:
            raise in_training(request.name) from None
        if row is None:
            raise taken(request.name)
        log().info("job_created", job=str(job), kind="training", model=request.name)
        failpoint("job_submitted")
        wake(self._queue, TRAIN_POOL)


def latest_training(database: Database, name: str) -> UUID | None:
    """The last training that was to make a model of that name, if there is one."""
    row = database.fetch_one(_LATEST, {"name": name}, retry=True)
    return None if row is None else UUID(str(row["id"]))


def epochs(database: Database, job: UUID) -> list[TrainingProgress]:
    """How far a training was at the end of each epoch; of one that was done again, the last time."""
    rows = database.fetch_all(_EPOCHS, {"job": job}, retry=True)
    found = [TrainingProgress.model_validate(row["detail"]) for row in rows]
    by_number = {one.epoch: one for one in found}
    return [by_number[number] for number in sorted(by_number)]


def in_training(name: str) -> Conflict:
    """The error for a name that a training will give to its model."""
    return Conflict(
        f"Another training makes a model {name!r}.",
        hint="Wait for its end, stop it, or give another name (--name).",
    )
