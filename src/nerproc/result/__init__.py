"""Results: Parquet parts, written and read."""
