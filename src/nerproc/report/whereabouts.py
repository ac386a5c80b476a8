"""Where redacted copies may go: never into or over what they are copies of, nor among what nerproc keeps."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from nerproc.errors import InvalidRequest, PathNotAllowed
from nerproc.schema.redaction import Destination, LocalDestination, S3Destination
from nerproc.schema.report import LocalSource, S3Source, Source
from nerproc.settings import Settings
from nerproc.storage.s3_client import split_url


def check(output: Destination, source: Source, settings: Settings, roots: Sequence[Path] | None) -> Destination:
    """The destination of copies of what is in `source`, written in one way; a folder must lie below `roots`.

    Raises:
        InvalidRequest: it is in the source or around it, or in a place of nerproc's own.
        PathNotAllowed: a folder is outside the roots; None allows any.
        NotFound: there is no such connection.
    """
    if output.kind == "s3":
        return _check_bucket(output, source, settings)
    folder = os.path.realpath(output.path)
    if roots is not None and not any(_is_in(folder, os.path.realpath(root)) for root in roots):
        raise PathNotAllowed(
            f"{output.path} is not below a folder that may be written here.",
            hint="NERPROC_OUTPUT_ROOTS names the folders that may be.",
        )
    if _is_in(folder, os.path.realpath(settings.home)):
        raise InvalidRequest(f"{output.path} is in the home of nerproc.", hint="Name another place.")
    for path in source.paths if isinstance(source, LocalSource) else ():
        original = os.path.realpath(path)
        if _is_in(folder, original) or _is_in(original, folder):
            raise _mixed(output.path, path)
    return LocalDestination(path=os.path.abspath(output.path))  # noqa: PTH100 - links may change meanwhile


def comparable(output: Destination, settings: Settings, host: str | None) -> str:
    """Where it is, in words that are equal for equal places."""
    if output.kind == "s3":
        return " ".join(_place(output, settings))
    return f"{host or ''}:{os.path.realpath(output.path)}"


def name(output: Destination) -> str:
    """What to call it in a message."""
    return output.url if output.kind == "s3" else output.path


def _check_bucket(output: S3Destination, source: Source, settings: Settings) -> S3Destination:
    ours = _place(output, settings)
    others = [source] if isinstance(source, S3Source) else []
    if settings.storage_url is not None:
        others.append(S3Source(url=settings.storage_url))
    for other in others:
        server, bucket, prefix = _place(other, settings)
        nested = prefix.startswith(ours[2]) or ours[2].startswith(prefix)
        if (server, bucket) == ours[:2] and nested:
            raise _mixed(output.url, other.url)
    return output


def _place(at: S3Source | S3Destination, settings: Settings) -> tuple[str, str, str]:
    """Server, bucket, and the prefix of what is there."""
    bucket, prefix = split_url(at.url)
    prefix = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    return settings.connection(at.connection).endpoint, bucket, prefix


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _mixed(output: str, source: str) -> InvalidRequest:
    return InvalidRequest(
        f"Copies at {output} would lie among the originals at {source}.", hint="Name a place apart from them."
    )
