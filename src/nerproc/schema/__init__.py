"""The wire types that API, client and command line share. Import them from their modules."""
