"""Uploads as users see them: files received together, their number and size, and how long they are kept.

An upload is kept for its reports: a day after its arrival it is deleted as soon as no report uses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from nerproc.db.database import Database
from nerproc.errors import InvalidRequest, NotFound
from nerproc.schema.report import Upload
from nerproc.source.upload import UploadWriter
from nerproc.storage.base import Storage

MOST_FILES = 100_000  # of one upload

_INSERT = "INSERT INTO upload (id, files, bytes) VALUES (%(id)s, %(files)s, %(bytes)s) RETURNING *"
_GET = "SELECT * FROM upload WHERE id = %(id)s"

_FORGET_UNUSED = """
DELETE FROM upload
 WHERE created_at < clock_timestamp() - %(age)s * interval '1 second'
   AND NOT EXISTS (SELECT FROM job WHERE job.request #>> '{source,upload_id}' = upload.id::text)"""
_KNOWN = "SELECT id FROM upload WHERE id = ANY(%(ids)s)"


class Uploads:
    """The uploads of one database and artifact store."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._db = database
        self._storage = storage

    def receive(self, files: Iterable[tuple[str, BinaryIO]]) -> Upload:
        """Store files, given by name and content, as one upload: all of them or none.

        Raises:
            InvalidRequest: there are none, or more than MOST_FILES.
        """
        with UploadWriter(self._storage) as writer:
            for name, content in files:
                if len(writer.files) == MOST_FILES:
                    raise InvalidRequest(f"An upload has at most {MOST_FILES:,} files.", hint="Send several.")
                writer.add(name, content)
            if not writer.files:
                raise InvalidRequest("There are no files.", hint="Send them in the form field 'files'.")
            writer.finish()
        size = sum(file.size for file in writer.files.values())
        row = self._db.fetch_one(_INSERT, {"id": writer.id, "files": len(writer.files), "bytes": size})
        assert row is not None
        return Upload(**row)

    def get(self, upload: UUID) -> Upload:
        """The upload of that id.

        Raises:
            NotFound: there is none.
        """
        row = self._db.fetch_one(_GET, {"id": upload}, retry=True)
        if row is None:
            raise NotFound(f"There is no upload {upload}.", hint="Upload the files again.")
        return Upload(**row)

    def collect(self, *, age_seconds: float) -> int:
        """Delete uploads older than `age_seconds` that no report uses; return how many.

        Among them are those that were received, but whose row was never written.
        """
        self._db.execute(_FORGET_UNUSED, {"age": age_seconds})
        horizon = datetime.now(UTC) - timedelta(seconds=age_seconds)
        newest: dict[str, datetime] = {}
        for stored in self._storage.list("uploads/"):
            upload = stored.key.split("/")[1]
            newest[upload] = max(stored.modified, newest.get(upload, stored.modified))
        old = {upload for upload, modified in newest.items() if modified < horizon}
        rows = self._db.fetch_all(_KNOWN, {"ids": [upload for upload in old if _is_id(upload)]}, retry=True)
        unused = old - {str(row["id"]) for row in rows}
        for upload in unused:
            self._storage.delete(f"uploads/{upload}")
        return len(unused)


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
