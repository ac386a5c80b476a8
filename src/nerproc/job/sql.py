"""Every statement that moves a job or a task, and the reads beside them.

Rules, each learnt from a randomised test with zombies:
- One autocommitted statement per step. A lock held over a round trip of the client would hide its task from
  the reaper's SKIP LOCKED for as long as the client is frozen.
- `attempt` is the fence: a write that does not find its task running under its own attempt writes nothing.
- Lock order is task, then lease, then job. Time is the database's, `clock_timestamp()`.
- Every move adds a row to `event`, in the same statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from nerproc.db.database import Connection

# The columns of `part` that hold its summary, with their types; they are the fields of `part.PartSummary`.
_SUMMARY = {
    "objects": "int",
    "succeeded": "int",
    "skipped": "int",
    "failed": "int",
    "unchanged": "int",
    "bytes": "bigint",
    "characters": "bigint",
    "entities": "bigint",
    "label_counts": "jsonb",
    "group_counts": "jsonb",
    "first_object": "text",
    "last_object": "text",
    "reasons": "int",
    "replaced": "jsonb",
}
_COLUMNS = ", ".join(_SUMMARY)

# What the licence counts: bytes that a report read, once, and not those that were copied from it.
_BILLED = "merged_into IS NULL AND replaced IS NULL"

SUBMIT = """
WITH new AS (
  INSERT INTO job (id, kind, name, model, model_version, model_id, request, group_ids, roots, host,
                   idempotency_key)
  VALUES (%(id)s, 'inference', %(name)s, %(model)s, %(model_version)s, %(model_id)s, %(request)s, %(group_ids)s,
          %(roots)s, %(host)s, %(key)s)
  ON CONFLICT (idempotency_key) DO NOTHING RETURNING id),
first AS (
  INSERT INTO task (job_id, number, kind, pool) SELECT id, 0, 'shard', 'infer' FROM new),
noted AS (INSERT INTO event (job_id, kind) SELECT id, 'job.submitted' FROM new)
SELECT id FROM new"""

BY_IDEMPOTENCY_KEY = "SELECT id, request FROM job WHERE idempotency_key = %(key)s"

# Up to `limit` tasks, dealt out so that the job with the fewest running tasks comes first, of equals the one
# that was served longest ago; in a job, the task with the lowest number. `share` deals without locks; `pick`
# takes what is not locked by others, and where they were quicker, tasks of jobs that got no share.
CLAIM = """
WITH live AS MATERIALIZED (
  SELECT j.id, j.created_at, coalesce(r.running, 0) AS running,
         (SELECT max(started_at) FROM task WHERE job_id = j.id AND started_at IS NOT NULL) AS served
    FROM job j
    LEFT JOIN (SELECT job_id, count(*) AS running FROM lease GROUP BY job_id) r ON r.job_id = j.id
   WHERE j.state IN ('queued', 'running') AND NOT j.paused AND (%(job)s::uuid IS NULL OR j.id = %(job)s)
     AND coalesce(j.host = %(host)s, true) AND coalesce(j.redaction_key = %(key)s, true)),
share AS MATERIALIZED (
  SELECT job_id, count(*) AS tasks FROM (
    SELECT live.id AS job_id FROM live CROSS JOIN LATERAL
      (SELECT row_number() OVER () AS turn FROM
        (SELECT FROM task WHERE job_id = live.id AND pool = ANY(%(pools)s)
            AND state = 'queued' AND ready_at <= clock_timestamp() AND (%(begin)s OR kind <> 'shard')
          LIMIT %(limit)s) ready) turns
     ORDER BY live.running + turns.turn, live.served NULLS FIRST, live.created_at, live.id
     LIMIT %(limit)s) dealt
   GROUP BY job_id),
pick AS MATERIALIZED (
  SELECT t.id FROM
    (SELECT live.id, coalesce(share.tasks, 1) AS tasks FROM live LEFT JOIN share ON share.job_id = live.id
      ORDER BY share.tasks IS NULL, live.running, live.served NULLS FIRST, live.created_at, live.id) j
    CROSS JOIN LATERAL
    (SELECT id FROM task
      WHERE job_id = j.id AND pool = ANY(%(pools)s) AND state = 'queued' AND ready_at <= clock_timestamp()
        AND (%(begin)s OR kind <> 'shard')
      ORDER BY number LIMIT j.tasks FOR UPDATE SKIP LOCKED) t
  LIMIT %(limit)s),
claimed AS (
  UPDATE task t
     SET state = 'running', attempt = t.attempt + 1, started_at = coalesce(t.started_at, clock_timestamp())
    FROM pick WHERE t.id = pick.id RETURNING t.*),
leased AS (
  INSERT INTO lease (task_id, job_id, attempt, worker, expires_at)
  SELECT id, job_id, attempt, %(worker)s, clock_timestamp() + %(ttl)s * interval '1 second' FROM claimed
  ON CONFLICT (task_id) DO UPDATE
    SET attempt = excluded.attempt, worker = excluded.worker, expires_at = excluded.expires_at,
        claimed_at = excluded.claimed_at),
started AS (
  UPDATE job SET state = 'running', started_at = coalesce(job.started_at, clock_timestamp())
    FROM claimed WHERE job.id = claimed.job_id AND job.state = 'queued'),
noted AS (
  INSERT INTO event (job_id, task_number, kind, detail)
  SELECT job_id, number, 'task.claimed', jsonb_build_object('attempt', attempt, 'worker', %(worker)s::uuid)
    FROM claimed)
SELECT c.id, c.job_id, c.number, c.kind, c.attempt, c.manifest, c.objects, c.bytes, c.suspects, c.checkpoint,
       job.request, job.roots, job.model_id::text AS model
  FROM claimed c JOIN job ON job.id = c.job_id"""

# Read after the claim: inside it, the snapshot would be older than the rows it locks.
RESUME_POINTS = """
SELECT task_id, max(last_ordinal) + 1 AS ordinal, max(seq) + 1 AS seq
  FROM part WHERE task_id = ANY(%(tasks)s) GROUP BY task_id"""

# All tasks of a supervisor at once; a task that does not come back is lost. A lease that had run out is kept
# too while nobody else has the task; `late` says so, by what it was when the statement began.
RENEW = """
UPDATE lease l SET expires_at = clock_timestamp() + %(ttl)s * interval '1 second'
  FROM unnest(%(tasks)s::bigint[], %(attempts)s::int[]) AS mine (task_id, attempt),
       lease AS before
 WHERE l.task_id = mine.task_id AND l.attempt = mine.attempt AND before.task_id = l.task_id
RETURNING l.task_id, before.expires_at < statement_timestamp() AS late"""

# May be repeated when its outcome is unknown: the row that stands in its way is then its own.
COMMIT_PART = f"""
WITH fence AS MATERIALIZED (
  SELECT id, job_id, number FROM task
   WHERE id = %(task)s AND attempt = %(attempt)s AND state = 'running' FOR SHARE),
written AS (
  INSERT INTO part (job_id, task_id, task_number, seq, attempt, last_ordinal, entities_key, objects_key,
                    {_COLUMNS})
  SELECT job_id, id, number, %(seq)s, %(attempt)s, %(last_ordinal)s, %(entities_key)s, %(objects_key)s,
         {", ".join(f"%({name})s" for name in _SUMMARY)}
    FROM fence
  ON CONFLICT (task_id, seq) DO NOTHING)
SELECT count(*) AS held FROM fence"""

# Ends a task; statements of other kinds of tasks are made of it.
END = """
WITH ended AS (
  UPDATE task SET state = '{state}', finished_at = clock_timestamp(), failure = %(failure)s{also}
   WHERE id = %(task)s AND attempt = %(attempt)s AND state = 'running' RETURNING id, job_id, number),
unleased AS (DELETE FROM lease USING ended WHERE lease.task_id = ended.id),
noted AS (
  INSERT INTO event (job_id, task_number, kind, detail)
  SELECT job_id, number, 'task.{state}', jsonb_strip_nulls(jsonb_build_object('reason', %(failure)s::text))
    FROM ended){more}
SELECT count(*) AS held FROM ended"""

COMPLETE = END.format(state="completed", also="", more="")
FAIL = END.format(state="failed", also="", more="")

# Ends the compact task and swaps the merged parts in.
COMPLETE_COMPACT = END.format(
    state="completed",
    also="",
    more=f""",
merged AS (
  INSERT INTO part (job_id, task_id, task_number, seq, attempt, last_ordinal, entities_key, objects_key,
                    {_COLUMNS})
  SELECT ended.job_id, ended.id, ended.number, f.seq, %(attempt)s, 0, f.entities_key, f.objects_key,
         {", ".join(f"f.{name}" for name in _SUMMARY)}
    FROM ended, jsonb_to_recordset(%(files)s) AS f (
           seq int, entities_key text, objects_key text,
           {", ".join(f"{name} {kind}" for name, kind in _SUMMARY.items())})
  RETURNING id, seq),
swapped AS (
  UPDATE part SET merged_into = merged.id, entity_offset = m.entity_offset, object_offset = m.object_offset
    FROM merged JOIN jsonb_to_recordset(%(moves)s) AS m (
           part bigint, seq int, entity_offset bigint, object_offset bigint) ON m.seq = merged.seq
   WHERE part.id = m.part)""",
)

# Back to the queue: a drain and a lost child cost nothing, an error is counted and delayed.
RELEASE = """
WITH back AS (
  UPDATE task SET state = 'queued', ready_at = clock_timestamp()
   WHERE id = %(task)s AND attempt = %(attempt)s AND state = 'running' RETURNING id, job_id, number),
unleased AS (DELETE FROM lease USING back WHERE lease.task_id = back.id),
noted AS (INSERT INTO event (job_id, task_number, kind, detail)
          SELECT job_id, number, 'task.released', jsonb_build_object('reason', %(reason)s::text) FROM back)
SELECT count(*) AS held FROM back"""

# 5 s · 2^errors ± 50 %, at most 10 minutes; the fifth error is the last.
RETRY_OR_FAIL = """
WITH back AS (
  UPDATE task SET errors = errors + 1,
         state = CASE WHEN errors + 1 >= %(budget)s THEN 'failed' ELSE 'queued' END,
         failure = %(reason)s,
         finished_at = CASE WHEN errors + 1 >= %(budget)s THEN clock_timestamp() END,
         ready_at = clock_timestamp()
                  + least(600, %(base)s * 2 ^ errors) * (0.5 + random()) * interval '1 second'
   WHERE id = %(task)s AND attempt = %(attempt)s AND state = 'running'
  RETURNING id, job_id, number, state, errors),
unleased AS (DELETE FROM lease USING back WHERE lease.task_id = back.id),
noted AS (
  INSERT INTO event (job_id, task_number, kind, detail)
  SELECT job_id, number, CASE state WHEN 'failed' THEN 'task.failed' ELSE 'task.retried' END,
         jsonb_build_object('reason', %(reason)s::text, 'errors', errors) FROM back)
SELECT state FROM back"""

# With an object in hand the crash is that object's, else the task's; only the task's has a budget, which is
# full again after every attempt that committed something.
CRASH = """
WITH back AS (
  UPDATE task SET (crashes, suspects, state, failure, finished_at, ready_at) = (
    SELECT now.crashes,
           CASE WHEN %(ordinal)s::text IS NULL THEN suspects ELSE suspects || jsonb_build_object(
             %(ordinal)s::text, coalesce((suspects ->> %(ordinal)s::text)::int, 0) + 1) END,
           CASE WHEN now.crashes >= %(budget)s THEN 'failed' ELSE 'queued' END,
           CASE WHEN now.crashes > 0 THEN %(reason)s::text END,
           CASE WHEN now.crashes >= %(budget)s THEN clock_timestamp() END,
           clock_timestamp()
      FROM (SELECT CASE WHEN %(ordinal)s::text IS NOT NULL THEN 0
                        WHEN EXISTS (SELECT FROM part WHERE task_id = task.id AND attempt = task.attempt) THEN 1
                        ELSE task.crashes + 1 END AS crashes) now)
   WHERE id = %(task)s AND attempt = %(attempt)s AND state = 'running'
  RETURNING id, job_id, number, state),
unleased AS (DELETE FROM lease USING back WHERE lease.task_id = back.id),
noted AS (
  INSERT INTO event (job_id, task_number, kind, detail)
  SELECT job_id, number, 'task.crashed',
         jsonb_strip_nulls(jsonb_build_object('reason', %(reason)s::text, 'ordinal', %(ordinal)s::int))
    FROM back)
SELECT state FROM back"""

# Never waits: what is locked is being committed, and is looked at again at the next tick.
REAP = """
WITH dead AS MATERIALIZED (
  SELECT t.id FROM lease l JOIN task t ON t.id = l.task_id
   WHERE l.expires_at < clock_timestamp() AND t.state = 'running' AND t.attempt = l.attempt
   ORDER BY l.expires_at LIMIT 1000 FOR UPDATE OF t, l SKIP LOCKED),
back AS (
  UPDATE task SET state = 'queued', ready_at = clock_timestamp()
    FROM dead WHERE task.id = dead.id RETURNING task.id, task.job_id, task.number, task.pool),
unleased AS (DELETE FROM lease USING dead WHERE lease.task_id = dead.id),
noted AS (INSERT INTO event (job_id, task_number, kind, detail)
          SELECT job_id, number, 'task.released', '{"reason": "its lease expired"}' FROM back)
SELECT pool, count(*) AS tasks FROM back GROUP BY pool"""

# Permits wake workers anywhere; those of one host look for its own jobs by themselves.
READY = """
SELECT t.pool, count(*) AS tasks FROM task t JOIN job j ON j.id = t.job_id
 WHERE t.state = 'queued' AND t.ready_at <= clock_timestamp()
   AND j.state IN ('queued', 'running') AND NOT j.paused AND j.host IS NULL
 GROUP BY t.pool"""

# A large report is compacted before it is closed: one more task, made once.
ADD_COMPACT = """
INSERT INTO task (job_id, number, kind, pool)
SELECT j.id, (SELECT max(number) + 1 FROM task WHERE job_id = j.id), 'compact', 'infer' FROM job j
 WHERE j.id = %(job)s AND j.state = 'running' AND j.kind = 'inference'
   AND NOT EXISTS (SELECT FROM task WHERE job_id = j.id AND (state <> 'completed' OR kind = 'compact'))
   AND (SELECT count(*) FROM part WHERE job_id = j.id) >= %(parts)s
ON CONFLICT (job_id, number) DO NOTHING RETURNING pool"""

# In a statement of its own after the commit of the last task; in the same one, of two last tasks neither
# would see the other. Maintenance repeats it, in case nobody did.
CLOSE = f"""
WITH live AS MATERIALIZED (
  SELECT id, billed FROM job
   WHERE id = %(job)s AND state IN ('queued', 'running')
     AND NOT EXISTS (SELECT FROM task WHERE job_id = %(job)s AND state IN ('queued', 'running'))
     FOR NO KEY UPDATE),
sums AS (
  SELECT (SELECT coalesce(sum(objects), 0) FROM task
           WHERE job_id = %(job)s AND kind IN ('infer', 'redact')) AS listed,
         (SELECT coalesce(sum(failed), 0) FROM part WHERE job_id = %(job)s AND merged_into IS NULL) AS failed,
         (SELECT coalesce(sum(bytes), 0) FROM part WHERE job_id = %(job)s AND {_BILLED}) AS bytes,
         why.failure, why.failure_slug
    FROM live LEFT JOIN LATERAL (
      SELECT failure, failure_slug FROM task
       WHERE job_id = %(job)s AND state = 'failed' AND kind <> 'compact' ORDER BY number LIMIT 1) why ON true),
closed AS (
  UPDATE job SET finished_at = clock_timestamp(), billed = sums.bytes, failure_slug = sums.failure_slug,
         state = CASE WHEN sums.failure IS NOT NULL OR (sums.listed > 0 AND sums.failed >= sums.listed)
                      THEN 'failed' ELSE 'completed' END,
         failure = CASE WHEN sums.failure IS NOT NULL THEN sums.failure
                        WHEN sums.listed > 0 AND sums.failed >= sums.listed THEN 'every object failed' END
    FROM live, sums WHERE job.id = live.id
  RETURNING job.id, job.state, job.failure, sums.bytes - live.billed AS owed),
settled AS (UPDATE quota SET used = quota.used + closed.owed FROM closed WHERE closed.owed <> 0),
noted AS (INSERT INTO event (job_id, kind, detail)
          SELECT id, 'job.' || state, jsonb_strip_nulls(jsonb_build_object('reason', failure)) FROM closed)
SELECT state FROM closed"""

CLOSABLE = """
SELECT id FROM job WHERE state IN ('queued', 'running')
   AND NOT EXISTS (SELECT FROM task WHERE job_id = job.id AND state IN ('queued', 'running'))"""

# The first of two statements of one transaction: the second, UNLEASE or STOP_JOB, must see the lease of a claim
# that the first waited for. It is repeated, for a listing that it waited for has made tasks.
STOP_TASKS = """
WITH live AS MATERIALIZED (
  SELECT id FROM task WHERE job_id = %(job)s AND state IN ('queued', 'running') ORDER BY id FOR UPDATE)
UPDATE task SET state = 'stopped', finished_at = clock_timestamp() FROM live WHERE task.id = live.id"""


_LIVE = "SELECT FROM task WHERE job_id = %(job)s AND state IN ('queued', 'running') LIMIT 1"


def stop_tasks(connection: Connection, job: UUID) -> None:
    """Run STOP_TASKS until no task is left to stop."""
    while connection.execute(_LIVE, {"job": job}).rowcount:
        connection.execute(STOP_TASKS, {"job": job})


UNLEASE = """
DELETE FROM lease USING task
 WHERE lease.job_id = %(job)s AND task.id = lease.task_id AND task.state <> 'running'"""
STOP_JOB = f"""
WITH live AS MATERIALIZED (
  SELECT id, billed FROM job WHERE id = %(job)s AND state IN ('queued', 'running') FOR NO KEY UPDATE),
cost AS (SELECT coalesce(sum(bytes), 0) AS bytes FROM part WHERE job_id = %(job)s AND {_BILLED}),
unleased AS ({UNLEASE}),
stopped AS (
  UPDATE job SET state = 'stopped', finished_at = clock_timestamp(), billed = cost.bytes
    FROM live, cost WHERE job.id = live.id RETURNING job.id, cost.bytes - live.billed AS owed),
settled AS (UPDATE quota SET used = quota.used + stopped.owed FROM stopped WHERE stopped.owed <> 0),
noted AS (INSERT INTO event (job_id, kind) SELECT id, 'job.stopped' FROM stopped)
SELECT count(*) AS held FROM stopped"""

SET_PAUSED = """
WITH moved AS (
  UPDATE job SET paused = %(paused)s
   WHERE id = %(job)s AND state IN ('queued', 'running') AND paused <> %(paused)s RETURNING id),
noted AS (INSERT INTO event (job_id, kind)
          SELECT id, CASE WHEN %(paused)s THEN 'job.paused' ELSE 'job.resumed' END FROM moved)
SELECT count(*) AS held FROM moved"""

DELETE = "DELETE FROM job WHERE id = %(job)s"

_JOBS = """
SELECT j.id, j.kind, j.name, j.model, j.model_version, j.state, j.paused, j.request, j.group_ids, j.failure,
       j.failure_slug,
       j.created_at, j.started_at, j.finished_at, clock_timestamp() AS now,
       coalesce(t.objects, 0) AS total_objects, coalesce(t.bytes, 0)::bigint AS total_bytes,
       coalesce(p.succeeded, 0) AS succeeded, coalesce(p.skipped, 0) AS skipped,
       coalesce(p.failed, 0) AS failed, coalesce(p.unchanged, 0) AS unchanged,
       coalesce(p.bytes, 0)::bigint AS bytes, coalesce(p.entities, 0)::bigint AS entities,
       CASE j.kind WHEN 'training' THEN
         (SELECT progress FROM task WHERE job_id = j.id AND number = 1) END AS progress
  FROM job j
  LEFT JOIN LATERAL (SELECT sum(objects) AS objects, sum(bytes) AS bytes
                       FROM task WHERE job_id = j.id AND kind IN ('infer', 'redact')) t ON true
  LEFT JOIN LATERAL (SELECT sum(succeeded) AS succeeded, sum(skipped) AS skipped, sum(failed) AS failed,
                            sum(unchanged) AS unchanged, sum(bytes) AS bytes, sum(entities) AS entities
                       FROM part WHERE job_id = j.id AND merged_into IS NULL) p ON true
"""
GET = _JOBS + " WHERE j.id = %(job)s"
SEVERAL = _JOBS + " WHERE j.id = ANY(%(jobs)s)"
LIST = (
    _JOBS
    + """
 WHERE (%(state)s::text IS NULL OR j.state = %(state)s)
   AND (%(kind)s::text IS NULL OR j.kind = %(kind)s)
   AND (%(report)s::uuid IS NULL OR j.report_id = %(report)s)
   AND (%(before)s::timestamptz IS NULL OR (j.created_at, j.id) < (%(before)s, %(before_id)s::uuid))
 ORDER BY j.created_at DESC, j.id DESC LIMIT %(limit)s"""
)

BY_PREFIX = """
SELECT id FROM job WHERE starts_with(id::text, %(prefix)s) ORDER BY created_at DESC LIMIT 2"""
NEAREST = "SELECT id FROM job ORDER BY created_at DESC LIMIT 3"

PARTS = f"""
SELECT id, task_number, seq, entities_key, objects_key, {_COLUMNS}, merged_into, entity_offset, object_offset
  FROM part WHERE job_id = %(job)s ORDER BY task_number, seq"""

COUNTS = """
SELECT 'label' AS what, c.key, sum(c.value::bigint)::bigint AS count
  FROM part, jsonb_each_text(label_counts) c WHERE job_id = %(job)s AND merged_into IS NULL GROUP BY c.key
UNION ALL
SELECT 'group', c.key, sum(c.value::bigint)::bigint
  FROM part, jsonb_each_text(group_counts) c WHERE job_id = %(job)s AND merged_into IS NULL GROUP BY c.key"""

REPLACED = """
SELECT c.key, sum(c.value::bigint)::bigint AS count
  FROM part, jsonb_each_text(replaced) c WHERE job_id = %(job)s GROUP BY c.key ORDER BY c.key"""


NOTE = """
INSERT INTO event (job_id, kind, detail) SELECT id, %(kind)s, %(detail)s FROM job WHERE id = %(job)s"""

EVENTS = """
SELECT id, at, kind, task_number, detail FROM event
 WHERE job_id = %(job)s AND id > %(after)s ORDER BY id LIMIT %(limit)s"""

# Whose turn it is: of all who offer, one gets a row. A gap of more than a lease says that the database was away
# (or nobody lived), and nobody could renew: leases then get one more, whoever looks next.
TAKE_TURN = """
WITH due AS MATERIALIZED (
  SELECT name, at FROM upkeep
   WHERE name = %(name)s AND at <= clock_timestamp() - %(every)s * interval '1 second' FOR UPDATE SKIP LOCKED)
UPDATE upkeep SET at = clock_timestamp(),
       amnesty_until = CASE WHEN due.at < clock_timestamp() - %(lease)s * interval '1 second'
                            THEN clock_timestamp() + %(lease)s * interval '1 second' ELSE amnesty_until END
  FROM due WHERE upkeep.name = due.name
RETURNING amnesty_until <= clock_timestamp() AS may_reap"""

# What still points at files, for the collection of those that nothing points at.
REFERENCED = """
SELECT entities_key AS key FROM part WHERE job_id = %(job)s
UNION ALL SELECT objects_key FROM part WHERE job_id = %(job)s
UNION ALL SELECT manifest FROM task WHERE job_id = %(job)s AND manifest IS NOT NULL
UNION ALL SELECT checkpoint FROM task WHERE job_id = %(job)s AND checkpoint IS NOT NULL"""
# Some at a time, for a statement must not take for ever.
FORGET_MERGED = """
DELETE FROM part WHERE id IN (
  SELECT part.id FROM part JOIN part AS merged ON merged.id = part.merged_into
   WHERE merged.created_at < clock_timestamp() - %(age)s * interval '1 second' LIMIT 20000)"""
