"""Reads pieces of objects, patiently: what breaks off goes on where it was, what fails is tried again.

obstore does this by itself. It refuses some keys that S3 allows, though (`a//b`, a line break); those go
through botocore, with the same promises kept here.
"""

from __future__ import annotations

import random
import re
import time
from typing import Any

from nerproc.errors import SourceUnreachable
from nerproc.settings import S3Connection
from nerproc.source.base import Changed, Unreadable
from nerproc.storage import s3_client

GONE = "the object is gone"
_ODD = re.compile(r"[\x00-\x1f\x7f]|(^|/)(\.{0,2})(/|$)")  # control characters; empty, "." and ".." segments
ATTEMPTS = 5  # of single requests, over some seconds
_SIP = 256  # bytes after which a slow answer is looked at again


class PieceReader:
    """Reads from one bucket; for use by several threads."""

    def __init__(
        self, connection: S3Connection, bucket: str, *, request_seconds: float, patience_seconds: float
    ) -> None:
        """A request lives for `request_seconds`, then a new one goes on, until `patience_seconds` are over."""
        self._connection = connection
        self._bucket = bucket
        self._request_seconds = request_seconds
        self._patience_seconds = patience_seconds
        self._store = s3_client.object_store(
            connection, bucket, request_seconds=request_seconds, patience_seconds=patience_seconds
        )

    def read(self, key: str, version: str, start: int, end: int) -> memoryview:
        """Bytes `start` to `end` of a version of an object.

        Raises:
            Changed: the object has another version.
            Unreadable: it is gone, may not be read, or comes too slowly.
            SourceUnreachable: neither it nor another one can be read.
        """
        try:
            data = (
                self._odd(key, version, start, end) if _ODD.search(key) else self._get(key, version, start, end)
            )
        except Exception as error:
            if not s3_client.is_failure(error):
                raise
            raise self._why(key, version, error) from error
        if len(data) != end - start:
            raise Unreadable(f"the server sent {len(data):,} bytes of {end - start:,}")
        return data

    def head(self, key: str) -> tuple[int, str]:
        """Size and version of an object as it is now.

        Raises:
            Unreadable: it is gone, or may not be read.
            SourceUnreachable: the server does not answer.
        """
        try:
            found = self.client().head_object(Bucket=self._bucket, Key=key)
        except Exception as error:
            if not s3_client.is_failure(error):
                raise
            status = s3_client.status(error)
            if status in _FINAL:
                raise Unreadable(_FINAL[status]) from error
            raise self._unreachable(error) from error
        return found["ContentLength"], found.get("ETag", "").strip('"')

    def client(self) -> Any:
        """A client for single requests."""
        return s3_client.request_client(self._connection, attempts=ATTEMPTS)

    def _get(self, key: str, version: str, start: int, end: int) -> memoryview:
        import obstore

        options: Any = {"if_match": f'"{version}"'} if version else {}
        if end > start:  # an empty object has no ranges
            options["range"] = (start, end)
        return memoryview(obstore.get(self._store, key, options=options).bytes())

    def _odd(self, key: str, version: str, start: int, end: int) -> memoryview:
        asked = {"Bucket": self._bucket, "Key": key, **({"IfMatch": f'"{version}"'} if version else {})}
        data = bytearray()
        give_up = time.monotonic() + self._patience_seconds
        while True:
            try:
                if end > start:
                    asked["Range"] = f"bytes={start + len(data)}-{end - 1}"
                self._sip(self.client().get_object(**asked)["Body"], data)
            except Exception as error:
                final = s3_client.status(error) is not None or not s3_client.is_failure(error)
                if final or time.monotonic() > give_up:
                    raise
                time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - jitter
            else:
                return memoryview(data)

    def _sip(self, body: Any, data: bytearray) -> None:
        """Add an answer to `data`, as much as comes in time.

        Raises:
            TimeoutError: it takes too long.
        """
        give_up = time.monotonic() + self._request_seconds
        with body:
            while chunk := body.read(_SIP):
                data += chunk
                if time.monotonic() > give_up:
                    raise TimeoutError("timed out")

    def _why(self, key: str, version: str, error: Exception) -> Exception:
        """What a failure means: something about this object, or that nothing can be read."""
        status = s3_client.status(error)
        if status in _FINAL:
            return Unreadable(_FINAL[status])
        if status == s3_client.PRECONDITION_FAILED:
            return Changed()
        changed = False
        try:
            changed = bool(version) and self.head(key)[1] != version
        except Unreadable as gone:
            return gone
        except SourceUnreachable as unreachable:
            if not (s3_client.code(unreachable.__cause__) and self._answers()):
                return unreachable
        return Changed() if changed else Unreadable(f"it cannot be read: {s3_client.reason(error)}")

    def _answers(self) -> bool:
        """Whether the server fails on one object only."""
        try:
            self.client().list_objects_v2(Bucket=self._bucket, MaxKeys=1)
        except Exception as error:
            if not s3_client.is_failure(error):
                raise
            return False
        return True

    def _unreachable(self, error: Exception) -> SourceUnreachable:
        return SourceUnreachable(
            f"Reading from {self._connection.endpoint} failed: {s3_client.reason(error)}.",
            hint="See that the S3 server answers.",
        )


_FINAL: dict[int | None, str] = {403: "access is denied", 404: GONE}
