-- Feedback on models: samples that users corrected. Their texts lie in the artifact store under
-- feedback/<model>/<id>.json, and are there before the row.

CREATE TABLE feedback (
  number     bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,  -- in the order in which it was given
  id         uuid NOT NULL UNIQUE,
  model      uuid NOT NULL,                                    -- of an imported model its id, else made of the name
  imported   uuid REFERENCES model ON DELETE CASCADE,          -- the same, of an imported model
  labels     text[] NOT NULL,                                  -- of the spans, each once
  spans      int NOT NULL,
  characters int NOT NULL,                                     -- code points of the text
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX feedback_by_model ON feedback (model, number);
CREATE INDEX feedback_by_imported ON feedback (imported) WHERE imported IS NOT NULL;
