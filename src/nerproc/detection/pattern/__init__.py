"""Detection by patterns: tables of expressions, and one engine that runs them all at once."""
