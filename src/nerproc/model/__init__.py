"""Models: named sets of detectors."""
