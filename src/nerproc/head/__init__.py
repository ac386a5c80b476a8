"""The head node: API, page, maintenance and local workers under one supervisor."""
