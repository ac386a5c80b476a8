-- Jobs, their tasks, what the tasks committed, and the timeline. Numbers of objects, bytes and entities are
-- never counted up here: they are sums over `task` (what was listed) and `part` (what was committed).

CREATE TABLE job (
  id              uuid PRIMARY KEY,
  kind            text NOT NULL CHECK (kind IN ('inference')),
  name            text NOT NULL,
  model           text NOT NULL,
  state           text NOT NULL DEFAULT 'queued'
                  CHECK (state IN ('queued', 'running', 'completed', 'failed', 'stopped')),
  paused          boolean NOT NULL DEFAULT false,
  request         jsonb NOT NULL,
  group_ids       jsonb NOT NULL DEFAULT '{}',   -- name of a group -> its id
  roots           text[] NOT NULL DEFAULT '{}',  -- folders that the submitter may read
  idempotency_key text UNIQUE,
  failure         text,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at      timestamptz,
  finished_at     timestamptz
);
CREATE INDEX job_by_age ON job (created_at DESC, id DESC);
CREATE INDEX job_live ON job (created_at, id) WHERE state IN ('queued', 'running');

CREATE TABLE task (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id      uuid NOT NULL REFERENCES job ON DELETE CASCADE,
  number      integer NOT NULL,                  -- within the job; 0 is the shard task
  kind        text NOT NULL CHECK (kind IN ('shard', 'infer', 'compact')),
  pool        text NOT NULL,
  state       text NOT NULL DEFAULT 'queued'
              CHECK (state IN ('queued', 'running', 'completed', 'failed', 'stopped')),
  attempt     integer NOT NULL DEFAULT 0,        -- claims so far; the fencing token
  errors      smallint NOT NULL DEFAULT 0,       -- attempts that ended with an error
  crashes     smallint NOT NULL DEFAULT 0,       -- attempts that ended with a crash and no object in hand
  suspects    jsonb NOT NULL DEFAULT '{}',       -- ordinal of an object -> crashes with it in hand
  manifest    text,                              -- artifact key of the list of objects
  objects     integer NOT NULL DEFAULT 0,        -- in the manifest
  bytes       bigint NOT NULL DEFAULT 0,         -- of those objects
  failure     text,
  ready_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at  timestamptz,
  finished_at timestamptz,
  UNIQUE (job_id, number)
) WITH (fillfactor = 70);
CREATE INDEX task_ready ON task (job_id, pool, number) WHERE state = 'queued';
CREATE INDEX task_live ON task (job_id) WHERE state IN ('queued', 'running');

CREATE TABLE lease (
  task_id    bigint PRIMARY KEY REFERENCES task ON DELETE CASCADE,
  job_id     uuid NOT NULL,
  attempt    integer NOT NULL,
  worker     uuid NOT NULL,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

CREATE TABLE part (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id        uuid NOT NULL REFERENCES job ON DELETE CASCADE,
  task_id       bigint NOT NULL REFERENCES task ON DELETE CASCADE,
  task_number   integer NOT NULL,
  seq           integer NOT NULL,                -- within the task
  attempt       integer NOT NULL,                -- that wrote it
  last_ordinal  integer NOT NULL,                -- of the manifest; the next attempt goes on behind it
  entities_key  text NOT NULL,
  objects_key   text NOT NULL,
  objects       integer NOT NULL,
  succeeded     integer NOT NULL,
  skipped       integer NOT NULL,
  failed        integer NOT NULL,
  bytes         bigint NOT NULL,
  characters    bigint NOT NULL,
  entities      bigint NOT NULL,
  label_counts  jsonb NOT NULL,
  group_counts  jsonb NOT NULL,
  first_object  text,                            -- least name by code points
  last_object   text,                            -- greatest name by code points
  reasons       integer,                         -- objects with a reason
  merged_into   bigint REFERENCES part ON DELETE SET NULL,
  entity_offset bigint NOT NULL DEFAULT 0,
  object_offset bigint NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (task_id, seq)
);
CREATE INDEX part_by_job ON part (job_id, task_number, seq);
CREATE INDEX part_by_age ON part USING brin (created_at);  -- what was committed lately

CREATE TABLE event (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id      uuid NOT NULL REFERENCES job ON DELETE CASCADE,
  task_number integer,
  at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind        text NOT NULL,
  detail      jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX event_by_job ON event (job_id, id);

CREATE TABLE upload (
  id         uuid PRIMARY KEY,
  files      integer NOT NULL,
  bytes      bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
