"""Text in, entities out: a library of its own that knows nothing of jobs, queues and stores."""
