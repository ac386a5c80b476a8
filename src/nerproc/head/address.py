"""How a head is found: `nerproc.client.address` reads what is written here."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from nerproc.client.address import address_file


@contextlib.contextmanager
def announced(home: Path, url: str) -> Iterator[None]:
    """Write the address into the home for the length of the block."""
    path = address_file(home)
    home.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps({"url": url, "pid": os.getpid()}))
    fresh.replace(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError, KeyError):
            if json.loads(path.read_bytes())["pid"] == os.getpid():  # else another head has taken over
                path.unlink()
