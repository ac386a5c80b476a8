"""One task in a child: the work of its kind, and the message that says how it ended."""

from __future__ import annotations

from typing import Any

from nerproc.errors import NerprocError, NotFound, Refused
from nerproc.worker import compact, infer, shard
from nerproc.worker.workplace import Workplace

_KINDS = {"shard": shard.run, "infer": infer.run, "compact": compact.run}


def work(message: dict[str, Any], place: Workplace) -> None:
    """Do a task; anything but a `NerprocError` ends the process, its beacon still showing what it did."""
    try:
        _KINDS[message["kind"]](message, place)
    except NerprocError as error:
        # Refused and not found stay so however often they are tried.
        permanent = isinstance(error, (Refused, NotFound))
        place.channel.send({"op": "error", "reason": error.message, "permanent": permanent})
    place.beacon.show(None)
