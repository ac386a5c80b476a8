"""Copies as objects of a bucket: each one request, so that it is there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from nerproc.destination.base import Unwritable, segments
from nerproc.errors import DestinationUnreachable, NotFound, Refused
from nerproc.failpoint import failpoint
from nerproc.settings import S3Connection
from nerproc.storage import s3_client

MOST_KEY_BYTES = 1_024  # of S3
_LOOKS = 2  # attempts at a look, for which somebody waits


class S3Destination:
    """Copies below `url`."""

    def __init__(self, url: str, connection: S3Connection) -> None:
        """Nothing is asked yet.

        Raises:
            InvalidRequest: `url` is not s3://bucket or s3://bucket/prefix.
        """
        self._url = url
        self._bucket, prefix = s3_client.split_url(url)
        self._folder = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
        self._connection = connection

    def vacant(self) -> bool:
        """Whether there is no object below the URL."""
        client = s3_client.request_client(self._connection, attempts=_LOOKS)
        with self._reporting():
            page = client.list_objects_v2(Bucket=self._bucket, Prefix=self._folder, MaxKeys=1)
        return not page.get("Contents")

    def put(self, name: str, content: BinaryIO) -> None:
        """Write a copy, whole or not at all, in the place of one that is there; durable on return."""
        segments(name)
        key = self._folder + name
        if len(key.encode("utf-8", "surrogatepass")) > MOST_KEY_BYTES:
            raise Unwritable("its name is too long")
        failpoint("copy_written", name)
        content.seek(0)
        with self._reporting():
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)
        failpoint("copy_placed", name)

    def tidy(self) -> None:
        """Nothing: a request that breaks off leaves nothing."""

    @property
    def _client(self) -> Any:
        return s3_client.request_client(self._connection)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if not s3_client.is_failure(error):
                raise
            why = s3_client.reason(error)
            match s3_client.status(error):
                case 404:
                    raise NotFound(
                        f"There is no bucket {self._bucket} at {self._connection.endpoint}."
                    ) from error
                case 400 | 401 | 403 | 301 | 307:
                    raise Refused(
                        f"{self._url} cannot be written: {why}.", hint="See keys and region in the settings."
                    ) from error
            raise DestinationUnreachable(
                f"Writing to {self._url} at {self._connection.endpoint} failed: {why}.",
                hint="See that the S3 server answers, and its address in the settings.",
            ) from error
