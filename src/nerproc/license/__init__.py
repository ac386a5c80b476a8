"""Who may run how much: one small Protocol and its adapters."""
