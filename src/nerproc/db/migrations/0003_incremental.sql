-- Reports that take over what an earlier one says of unchanged objects.

ALTER TABLE job ADD COLUMN model_version text NOT NULL DEFAULT '';    -- of the model that looks for entities
ALTER TABLE part ADD COLUMN unchanged integer NOT NULL DEFAULT 0;     -- objects taken over, unread
