"""Uploads: received whole, kept as long as a report uses them."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from nerproc.db import migration
from nerproc.db.database import Database
from nerproc.errors import InvalidRequest, NotFound
from nerproc.job.jobs import Jobs
from nerproc.job.quota import Quota
from nerproc.job.uploads import Uploads
from nerproc.license.free import FreeLicense
from nerproc.queue.postgres import PostgresQueue
from nerproc.schema.report import ReportRequest, UploadSource
from nerproc.storage.local import LocalStorage

DAY = 86_400


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "artifacts")


@pytest.fixture
def uploads(database: Database, storage: LocalStorage) -> Uploads:
    migration.migrate(database)
    return Uploads(database, storage)


def receive(uploads: Uploads) -> UUID:
    return uploads.receive([("a", io.BytesIO(b"one")), ("b", io.BytesIO(b"three"))]).id


def grow_old(database: Database, storage: LocalStorage, tmp_path: Path) -> None:
    """Everything is two days older than it is."""
    database.execute("UPDATE upload SET created_at = created_at - interval '2 days'")
    for path in (tmp_path / "artifacts").rglob("*"):
        os.utime(path, (time.time() - 2 * DAY,) * 2)


def test_received_and_looked_up(uploads: Uploads) -> None:
    upload = uploads.receive([("a", io.BytesIO(b"one")), ("b", io.BytesIO(b"three"))])
    assert (upload.files, upload.bytes) == (2, 8)
    assert uploads.get(upload.id) == upload
    with pytest.raises(NotFound):
        uploads.get(uuid4())
    with pytest.raises(InvalidRequest):
        uploads.receive([])


def test_an_unused_upload_goes_after_a_day(
    uploads: Uploads, database: Database, storage: LocalStorage, tmp_path: Path
) -> None:
    upload = receive(uploads)
    assert uploads.collect(age_seconds=DAY) == 0
    assert uploads.get(upload).files == 2
    grow_old(database, storage, tmp_path)
    fresh = receive(uploads)
    assert uploads.collect(age_seconds=DAY) == 1
    assert {stored.key.split("/")[1] for stored in storage.list("uploads/")} == {str(fresh)}
    with pytest.raises(NotFound):
        uploads.get(upload)


def test_an_upload_stays_as_long_as_its_report(
    uploads: Uploads, database: Database, storage: LocalStorage, tmp_path: Path
) -> None:
    upload = receive(uploads)
    queue = PostgresQueue(database)
    jobs = Jobs(database, queue, storage, Quota(database, FreeLicense()))
    job = jobs.submit(
        ReportRequest(source=UploadSource(upload_id=upload)), name="x", model_version="1", roots=[]
    )
    grow_old(database, storage, tmp_path)
    assert uploads.collect(age_seconds=DAY) == 0
    assert uploads.get(upload).files == 2
    jobs.delete(job)
    assert uploads.collect(age_seconds=DAY) == 1
    assert list(storage.list("uploads/")) == []
    queue.close()


def test_what_was_received_but_never_noted_goes(
    uploads: Uploads, database: Database, storage: LocalStorage, tmp_path: Path
) -> None:
    storage.put(f"uploads/{uuid4()}/0", io.BytesIO(b"x"))
    storage.put("uploads/strange/0", io.BytesIO(b"x"))
    grow_old(database, storage, tmp_path)
    beginning = uuid4()
    storage.put(f"uploads/{beginning}/0", io.BytesIO(b"x"))
    assert uploads.collect(age_seconds=DAY) == 2
    assert [stored.key for stored in storage.list("uploads/")] == [f"uploads/{beginning}/0"]
