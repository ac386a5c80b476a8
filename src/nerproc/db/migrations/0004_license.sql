-- What the free licence counts, and what is remembered of a licence key.

-- One row. Every job takes its place in it when it is sharded, and at its end what it cost replaces what was
-- reserved. It is a total of its own, not a sum over `job`, because deleting a report gives nothing back.
CREATE TABLE quota (
  one  boolean PRIMARY KEY DEFAULT true CHECK (one),
  used bigint NOT NULL DEFAULT 0
);
ALTER TABLE job ADD COLUMN billed bigint NOT NULL DEFAULT 0;  -- the job's share of quota.used

UPDATE job SET billed = cost.bytes
  FROM (SELECT job_id, sum(bytes) AS bytes FROM part WHERE merged_into IS NULL GROUP BY job_id) cost
 WHERE job.id = cost.job_id;
INSERT INTO quota (used) SELECT coalesce(sum(billed), 0) FROM job;

-- The slug of an error that callers tell apart from other failures (`quota-exceeded`).
ALTER TABLE task ADD COLUMN failure_slug text;
ALTER TABLE job ADD COLUMN failure_slug text;

-- One row for each licence key that was used here. No row holds the key: `id` is a checksum of it, and `answer`,
-- in which Keygen repeats the key, is encrypted with it.
CREATE TABLE license (
  id       text PRIMARY KEY,
  seen_at  timestamptz NOT NULL,  -- the latest time that was seen; the clock may not go back behind it
  next_at  timestamptz NOT NULL,  -- when Keygen is to be asked again
  retry_at timestamptz NOT NULL,  -- before that it wants to hear nothing (Retry-After)
  answer   bytea                  -- the last answer that was signed, verbatim, with the request that it answers
);
