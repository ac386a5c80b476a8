"""Workers: a supervisor and its children."""
