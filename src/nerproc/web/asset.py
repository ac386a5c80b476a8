"""Style sheets and scripts. Their addresses hold a hash of what is in them: browsers keep them for good."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response

from nerproc.errors import NotFound
from nerproc.show.style import CSS

FOLDER = Path(__file__).parent / "static"
_KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}

router = APIRouter()


@router.get("/static/{digest}/{name}")
def asset(digest: str, name: str) -> Response:
    """A file of the page, as long as it is the one that was asked for."""
    found = _files().get(name)
    if found is None or found[0] != digest:
        raise NotFound("There is no such file.")
    kind, _ = mimetypes.guess_type(name)
    return Response(found[1], media_type=kind or "text/plain", headers=_KEEP)


def address(name: str) -> str:
    """Where browsers find a file of `static/`."""
    return f"/static/{_files()[name][0]}/{name}"


@cache
def _files() -> dict[str, tuple[str, bytes]]:
    """Every file, by its name: a hash and what is in it."""
    contents = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    contents["show.css"] = CSS.encode()  # of charts and marked texts
    return {name: (hashlib.sha256(data).hexdigest()[:16], data) for name, data in contents.items()}
