"""Reports as people use them: queries, groups, search, previews, exports.

Built on `nerproc.result`, which reads and writes the files.
"""
