-- Models that were imported. Their files lie in the artifact store under models/<id>/, and are there before the row.

CREATE TABLE model (
  id          uuid PRIMARY KEY,
  name        text NOT NULL UNIQUE,
  version     text NOT NULL,                    -- differs where it may find something else
  kind        text NOT NULL,
  description text NOT NULL,
  labels      text[] NOT NULL,
  files       jsonb NOT NULL,                   -- name -> {"sha256", "size" in bytes}
  lineage     jsonb NOT NULL DEFAULT '{}',      -- what it was made from, as its folder says
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

ALTER TABLE job ADD COLUMN model_id uuid REFERENCES model ON DELETE SET NULL;  -- of an imported model
CREATE INDEX job_by_model ON job (model_id) WHERE model_id IS NOT NULL;
