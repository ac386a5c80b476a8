-- The page: sessions of browsers, workers that were told to take no more tasks, and a list of jobs by name.

CREATE TABLE session (
  hash       bytea PRIMARY KEY,                  -- SHA-256 of what the browser holds
  token_id   text REFERENCES token ON DELETE CASCADE, -- that was shown; NULL: the one of the head's settings
  proof      bytea NOT NULL,                     -- of that one: its HMAC under what the browser holds; else empty
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX session_by_expiry ON session (expires_at);

ALTER TABLE worker ADD COLUMN resting boolean NOT NULL DEFAULT false;  -- was told to take no more tasks

CREATE INDEX job_by_name ON job (lower(name), id);
