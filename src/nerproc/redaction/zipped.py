"""Zip files written anew, member by member."""

from __future__ import annotations

import shutil
from copy import copy
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_WRITABLE = {0, ZIP_DEFLATED}


def put(archive: ZipFile, part: ZipInfo, content: BinaryIO, name: str | None = None) -> None:
    """Write a member as `part` was, with other content and maybe another name."""
    info = ZipInfo(name or part.filename, part.date_time)
    info.compress_type = part.compress_type if part.compress_type in _WRITABLE else ZIP_DEFLATED
    info.external_attr, info.create_system = part.external_attr, part.create_system
    info.comment = copy(part.comment)
    with archive.open(info, "w", force_zip64=part.file_size > 1 << 30) as member:
        shutil.copyfileobj(content, cast("BinaryIO", member), 1 << 20)
