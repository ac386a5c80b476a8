"""The artifact store: one small Protocol and its adapters."""
