"""Samples in, models out; learning needs the extra `nerproc[train]`."""
