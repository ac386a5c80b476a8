"""Requests put together from what a user gave, with an error that names what is wrong with it."""

from __future__ import annotations

from typing import Any

from pydantic import ByteSize, TypeAdapter, ValidationError

from nerproc.errors import InvalidRequest
from nerproc.schema.report import ReportRequest, S3Source, Source

S3 = "s3://"
_WRONG_LABEL = "string_pattern_mismatch"
_SIZE = TypeAdapter(ByteSize)


def build_request(source: Source, what: dict[str, Any]) -> ReportRequest:
    """The request for a report on `source`; `what` are its other fields.

    Raises:
        InvalidRequest: a field is not valid; names it.
    """
    try:
        return ReportRequest(source=source, **what)
    except ValidationError as error:
        first = error.errors()[0]
        place = " ".join(str(part) for part in first["loc"] if part != "[key]")
        hint = "Labels are upper case, like CASE_NUMBER." if first["type"] == _WRONG_LABEL else None
        raise InvalidRequest(f"The request is not valid: {place}: {first['msg']}.", hint=hint) from None


def s3_source(url: str, connection: str | None = None) -> S3Source:
    """The source `s3://bucket/prefix`, reached over the connection of that name.

    Raises:
        InvalidRequest: it is no such URL.
    """
    try:
        return S3Source(url=url, connection=connection)
    except ValidationError:
        raise InvalidRequest(f"{url!r} is no S3 location.", hint="It looks like s3://bucket/prefix.") from None


def score(text: str) -> float:
    """A threshold as people write it.

    Raises:
        InvalidRequest: it is none.
    """
    try:
        found = float(text)
    except ValueError:
        found = -1
    if not 0 <= found <= 1:
        raise InvalidRequest(f"A threshold is a score from 0 to 1, not {text!r}.")
    return found


def size(text: str) -> int:
    """Bytes as people write them: 500kB, 10MB or 1GiB.

    Raises:
        InvalidRequest: that is no size.
    """
    try:
        return int(_SIZE.validate_python(text))
    except (ValidationError, OverflowError):  # of more digits than a number has
        raise InvalidRequest(f"A size is written like 500kB, 10MB or 1GiB, not {text!r}.") from None
