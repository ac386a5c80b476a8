-- Jobs take turns, whoever runs as many tasks as another: the one that was served longest ago comes first.

CREATE INDEX task_served ON task (job_id, started_at) WHERE started_at IS NOT NULL;
