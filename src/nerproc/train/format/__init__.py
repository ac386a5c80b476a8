"""How samples are written in files: one module a format, and what several need."""
