"""Where redacted copies go: a folder of this machine, or a prefix in an S3 bucket."""
