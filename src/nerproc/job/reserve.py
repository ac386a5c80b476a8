"""The statements that take bytes from the quota: when a report is sharded, and when it goes on.

The rules are those of `sql.py`, whose CLOSE and STOP_JOB settle what was taken; the lock on the quota comes
behind those on tasks, and before the one on the job that takes.
"""

from __future__ import annotations

USED = "SELECT used FROM quota"

# A reservation waits for its turn at the one row of `quota`, and sees it as it is by then: of two reports that
# together exceed the limit, one does not fit.
_TURN = """
turn AS MATERIALIZED (
  SELECT quota.used, plan.needed,
         plan.needed = 0 OR %(limit)s::bigint IS NULL OR quota.used + plan.needed <= %(limit)s AS fits
    FROM quota, {plan} AS plan FOR UPDATE OF quota),
taken AS (UPDATE quota SET used = quota.used + turn.needed FROM turn WHERE turn.fits)"""

# Ends the shard task, reserves the bytes of the tasks that it planned and makes them, all or nothing; when the
# licence does not cover the bytes, the shard task fails.
COMPLETE_SHARD = f"""
WITH fence AS MATERIALIZED (
  SELECT id FROM task
   WHERE id = %(task)s AND attempt = %(attempt)s AND state = 'running' FOR UPDATE),
plan AS MATERIALIZED (
  SELECT coalesce(sum(b.bytes), 0)::bigint AS needed
    FROM fence LEFT JOIN unnest(%(bytes)s::bigint[]) AS b (bytes) ON true HAVING count(fence.id) > 0),
{_TURN.format(plan="plan")},
ended AS (
  UPDATE task SET finished_at = clock_timestamp(),
         state = CASE WHEN fits THEN 'completed' ELSE 'failed' END,
         failure = CASE WHEN NOT fits THEN
           replace(%(refusal)s, '<used>', to_char(used, 'FM999,999,999,999,999,999')) END,
         failure_slug = CASE WHEN NOT fits THEN 'quota-exceeded' END
    FROM fence, turn WHERE task.id = fence.id
  RETURNING task.id, job_id, number, state, failure, needed),
unleased AS (DELETE FROM lease USING ended WHERE lease.task_id = ended.id),
noted AS (
  INSERT INTO event (job_id, task_number, kind, detail)
  SELECT job_id, number, 'task.' || state, jsonb_strip_nulls(jsonb_build_object('reason', failure)) FROM ended),
billed AS (
  UPDATE job SET billed = billed + ended.needed
    FROM ended WHERE job.id = ended.job_id AND ended.state = 'completed'),
made AS (
  INSERT INTO task (job_id, number, kind, pool, manifest, objects, bytes)
  SELECT ended.job_id, plan.number, plan.kind, 'infer', plan.manifest, plan.objects, plan.bytes
    FROM ended, unnest(%(numbers)s::int[], %(kinds)s::text[], %(manifests)s::text[], %(objects)s::int[],
                       %(bytes)s::bigint[]) AS plan (number, kind, manifest, objects, bytes)
   WHERE ended.state = 'completed')
SELECT count(*) AS held, count(*) FILTER (WHERE state = 'failed') AS refused FROM ended"""

# Tasks before the job, as the lock order wants; a job that is not failed or stopped keeps everything. What its
# tasks have left to read is reserved again; what a redaction reads, its report has paid for.
RETRY = f"""
WITH idle AS MATERIALIZED (
  SELECT task.id, CASE task.kind WHEN 'redact' THEN 0 ELSE task.bytes END AS bytes
    FROM task JOIN job ON job.id = task.job_id
   WHERE job.id = %(job)s AND job.state IN ('failed', 'stopped') AND task.state IN ('failed', 'stopped')
   ORDER BY task.id FOR UPDATE OF task),
plan AS MATERIALIZED (
  SELECT coalesce(sum(greatest(idle.bytes - done.bytes, 0)), 0)::bigint AS needed
    FROM idle, LATERAL (SELECT coalesce(sum(bytes), 0) AS bytes FROM part WHERE task_id = idle.id) done
  HAVING count(*) > 0),
{_TURN.format(plan="plan")},
back AS (
  UPDATE task SET state = 'queued', errors = 0, crashes = 0, failure = NULL, failure_slug = NULL,
         finished_at = NULL, ready_at = clock_timestamp()
    FROM idle, turn WHERE turn.fits AND task.id = idle.id RETURNING task.id),
moved AS (
  UPDATE job SET state = 'queued', failure = NULL, failure_slug = NULL, finished_at = NULL, paused = false,
         billed = billed + turn.needed
    FROM turn WHERE turn.fits AND job.id = %(job)s RETURNING job.id),
noted AS (INSERT INTO event (job_id, kind, detail)
          SELECT id, 'job.retried', jsonb_build_object('tasks', (SELECT count(*) FROM back)) FROM moved)
SELECT (SELECT count(*) FROM back) AS tasks, used, needed, fits FROM turn"""
