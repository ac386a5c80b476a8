-- Redactions: jobs that write copies of a report's objects in which entities are replaced. They go with the report.

ALTER TABLE job DROP CONSTRAINT job_kind_check;
ALTER TABLE job ADD CONSTRAINT job_kind_check CHECK (kind IN ('inference', 'training', 'redaction'));
ALTER TABLE job ADD COLUMN report_id uuid REFERENCES job ON DELETE CASCADE;  -- whose objects a redaction copies
ALTER TABLE job ADD COLUMN destination text;           -- where a redaction writes, in words that can be compared
ALTER TABLE job ADD COLUMN redaction_key text;         -- fingerprint; only workers with that key may take its tasks
CREATE INDEX job_by_report ON job (report_id, created_at DESC, id DESC) WHERE report_id IS NOT NULL;
-- Two that write to one place at a time would mix their copies.
CREATE UNIQUE INDEX job_destination ON job (destination) WHERE state IN ('queued', 'running');

ALTER TABLE task DROP CONSTRAINT task_kind_check;
ALTER TABLE task ADD CONSTRAINT task_kind_check CHECK (kind IN ('shard', 'infer', 'compact', 'train', 'redact'));

ALTER TABLE part ADD COLUMN replaced jsonb;            -- of a redaction: label -> entities replaced

ALTER TABLE worker ADD COLUMN redaction_key text;      -- fingerprint of the key that it has
