"""The names of the streams in an OLE compound file: enough to tell legacy Office formats apart.

Layout: Microsoft, [MS-CFB] Compound File Binary File Format, sections 2.2 (header) and 2.6 (directory).
"""

from __future__ import annotations

import struct
from typing import BinaryIO

_ENTRY = 128  # bytes of a directory entry
_MOST_SECTORS = 1_000  # directory sectors looked at
_END_OF_CHAIN = 0xFFFFFFFA  # and above: no further sector


def streams(file: BinaryIO) -> set[str]:
    """The names in the directory of `file`; empty if it cannot be read."""
    header = file.read(512)
    if len(header) < 512:
        return set()
    (shift,) = struct.unpack_from("<H", header, 30)
    (sector,) = struct.unpack_from("<I", header, 48)
    tables = struct.unpack_from("<109I", header, 76)
    if shift not in {9, 12}:
        return set()
    names: set[str] = set()
    for _ in range(_MOST_SECTORS):
        if sector >= _END_OF_CHAIN:
            break
        names |= _names(_sector(file, sector, shift))
        sector = _next(file, sector, shift, tables)
    return names


def _sector(file: BinaryIO, number: int, shift: int) -> bytes:
    file.seek((number + 1) << shift)
    return file.read(1 << shift)


def _next(file: BinaryIO, sector: int, shift: int, tables: tuple[int, ...]) -> int:
    """The sector after `sector` in its chain, from the allocation table."""
    table, index = divmod(sector, 1 << (shift - 2))
    if table >= len(tables) or tables[table] >= _END_OF_CHAIN:
        return _END_OF_CHAIN
    entries = _sector(file, tables[table], shift)
    if len(entries) < 4 * index + 4:
        return _END_OF_CHAIN
    return int(struct.unpack_from("<I", entries, 4 * index)[0])


def _names(sector: bytes) -> set[str]:
    names = set()
    for start in range(0, len(sector) - _ENTRY + 1, _ENTRY):
        (length,) = struct.unpack_from("<H", sector, start + 64)  # bytes of the name with its final NUL
        if 2 < length <= 64:
            names.add(sector[start : start + length - 2].decode("utf-16-le", "replace"))
    return names
