"""Where objects come from: one small Protocol and its adapters."""
