"""The queue that wakes workers: one small Protocol and its adapters."""
