-- Who works, since when a task is in whose hands, and whose turn the upkeep was. It only adds: workers of the
-- version before go on with their statements while an upgrade rolls.

CREATE TABLE worker (
  id         uuid PRIMARY KEY,                   -- what `lease.worker` holds
  host       text NOT NULL,
  pid        integer NOT NULL,
  version    text NOT NULL,
  pools      text[] NOT NULL,
  slots      integer NOT NULL,                   -- tasks that it runs at a time
  draining   boolean NOT NULL DEFAULT false,     -- claims no more, and ends soon
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL                -- alive until then, unless it is seen again
);

ALTER TABLE lease ADD COLUMN claimed_at timestamptz NOT NULL DEFAULT clock_timestamp();

CREATE TABLE upkeep (
  name          text PRIMARY KEY,
  at            timestamptz NOT NULL DEFAULT clock_timestamp(),  -- of the last turn, whoever's it was
  amnesty_until timestamptz NOT NULL DEFAULT '-infinity'         -- no lease is taken before
);
INSERT INTO upkeep (name) VALUES ('tick'), ('collection');
