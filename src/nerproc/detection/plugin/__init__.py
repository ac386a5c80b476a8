"""Models of other packages: found by entry points of the group `nerproc.detectors`, run like our own."""
