"""Results as Parquet files: written part by part by the workers, read and merged by the head.

`table` says which columns there are, `write` makes the two files of a part, `read` pages and streams through
the parts of a report, `compact` merges many parts into few. Which parts a report has is `nerproc.job`'s.
"""
