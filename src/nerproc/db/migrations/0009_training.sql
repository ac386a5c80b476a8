-- Trainings: jobs of one task, which make a model.

ALTER TABLE job DROP CONSTRAINT job_kind_check;
ALTER TABLE job ADD CONSTRAINT job_kind_check CHECK (kind IN ('inference', 'training'));
-- The model that a training makes has the job's name: of two at a time only one can.
CREATE UNIQUE INDEX job_training ON job (name) WHERE kind = 'training' AND state IN ('queued', 'running');

ALTER TABLE task DROP CONSTRAINT task_kind_check;
ALTER TABLE task ADD CONSTRAINT task_kind_check CHECK (kind IN ('shard', 'infer', 'compact', 'train'));
ALTER TABLE task ADD COLUMN progress jsonb;            -- how far a training is; overwritten
ALTER TABLE task ADD COLUMN checkpoint text;           -- artifact key of a training as it was after its last epoch

ALTER TABLE model ADD COLUMN origin text NOT NULL DEFAULT 'imported' CHECK (origin IN ('imported', 'trained'));
ALTER TABLE model ADD COLUMN patterns boolean NOT NULL DEFAULT false;  -- the built-in patterns look for entities too
