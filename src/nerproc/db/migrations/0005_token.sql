-- Who may call the API. Only a hash of the secret is stored.

CREATE TABLE token (
  id           text PRIMARY KEY,                 -- 8 hexadecimal digits, part of the token
  name         text NOT NULL,                    -- of the one who uses it
  hash         bytea NOT NULL,                   -- SHA-256 of the secret
  scopes       text[] NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at   timestamptz,
  last_used_at timestamptz,                      -- to the minute
  revoked_at   timestamptz
);
