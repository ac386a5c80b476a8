"""One task in a child: the work of its kind, and the message that says how it ended."""

from __future__ import annotations

from typing import Any

from nerproc.errors import InvalidRequest, JobFailed, NerprocError, NotFound, Refused
from nerproc.worker import compact, infer, redact, shard, train
from nerproc.worker.workplace import Workplace

_KINDS = {
    "shard": shard.run,
    "infer": infer.run,
    "compact": compact.run,
    "train": train.run,
    "redact": redact.run,
}
_HOPELESS = (Refused, NotFound, InvalidRequest, JobFailed)  # however often they are tried


def work(message: dict[str, Any], place: Workplace) -> None:
    """Do a task; anything but a `NerprocError` ends the process, its beacon still showing what it did."""
    try:
        _KINDS[message["kind"]](message, place)
    except NerprocError as error:
        permanent = isinstance(error, _HOPELESS)
        place.channel.send({"op": "error", "reason": error.message, "slug": error.slug, "permanent": permanent})
    place.beacon.show(None)
