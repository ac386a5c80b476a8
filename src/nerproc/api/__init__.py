"""The REST API, each route: schema, one call, schema."""
