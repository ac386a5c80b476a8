"""What a part of an Office document leads to: other parts, and addresses (Open Packaging Conventions, 9.3)."""

from __future__ import annotations

import posixpath
import re
from html import unescape
from typing import NamedTuple
from zipfile import ZipFile

from nerproc.extraction.decode import decoded
from nerproc.extraction.input import Input
from nerproc.extraction.limits import Budget
from nerproc.extraction.zipped import open_part

_RELATION = re.compile(r"<(?:\w+:)?Relationship\b([^>]*)>")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class Relation(NamedTuple):
    """One of the relationships of a part."""

    name: str  # by which the part refers to it
    kind: str  # the end of its type: `hyperlink`, `comments`
    target: str
    part: str  # the part that it leads to, whether there is one or not


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a tag, their values as they are written."""
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(tag)}


def relations(archive: ZipFile, part: str, budget: Budget) -> list[Relation]:
    """The relationships of `part`, in order."""
    folder, name = posixpath.split(part)
    source = f"{folder}/_rels/{name}.rels".lstrip("/")
    if source not in archive.NameToInfo:
        return []
    opened = Input(open_part(archive, archive.getinfo(source), budget), seekable=False)
    found = []
    for tag in _RELATION.findall("".join(decoded(opened))):
        values = attributes(tag)
        target = unescape(values.get("Target", ""))
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found.append(Relation(values.get("Id", ""), values.get("Type", "").rpartition("/")[2], target, path))
    return found
