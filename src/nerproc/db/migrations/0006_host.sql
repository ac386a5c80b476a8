-- Jobs on files that only one host has.

ALTER TABLE job ADD COLUMN host text;                  -- only workers of this host may take its tasks
