"""Documents without what was found in them: a library that knows nothing of jobs, queues and stores."""
