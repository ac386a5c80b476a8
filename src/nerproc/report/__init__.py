"""Reports: query language, groups, previews, search, exports."""
