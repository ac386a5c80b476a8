"""One task in a child: the work of its kind, and the message that says how it ended."""

from __future__ import annotations

from typing import Any

from nerproc.errors import InvalidRequest, JobFailed, NerprocError, NotFound, Refused
from nerproc.worker import compact, infer, shard
from nerproc.worker.workplace import Workplace

_HOPELESS = (Refused, NotFound, InvalidRequest, JobFailed)  # however often they are tried


def work(message: dict[str, Any], place: Workplace) -> None:
    """Do a task; anything but a `NerprocError` ends the process, its beacon still showing what it did."""
    try:
        _run(message, place)
    except NerprocError as error:
        permanent = isinstance(error, _HOPELESS)
        place.channel.send({"op": "error", "reason": error.message, "slug": error.slug, "permanent": permanent})
    place.beacon.show(None)


def _run(message: dict[str, Any], place: Workplace) -> None:
    match message["kind"]:
        case "shard":
            shard.run(message, place)
        case "infer":
            infer.run(message, place)
        case "compact":
            compact.run(message, place)
        case "train":  # what it and redaction need is loaded when it is needed: a fifth of the start of a child
            from nerproc.worker import train

            train.run(message, place)
        case "redact":
            from nerproc.worker import redact

            redact.run(message, place)
        case kind:
            raise AssertionError(kind)
