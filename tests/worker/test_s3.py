"""The whole path in buckets: files, results, or both lie there, and the report is the same."""

from __future__ import annotations

import io
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from benchmarks.s3_stub import Stub
from tests.buckets import environment, new_bucket
from tests.worker.fleet import OBJECTS, Fleet, family, fleet

from nerproc.errors import Conflict
from nerproc.schema.entity import Entity
from nerproc.schema.name import PATTERNS
from nerproc.schema.redaction import RedactionRequest, S3Destination
from nerproc.schema.report import GroupRequest, Report, ReportRequest, S3Source, UploadSource
from nerproc.settings import S3Connection
from nerproc.source.upload import UploadWriter
from nerproc.storage.s3_client import request_client


@pytest.fixture
def bucket(moto: S3Connection, home: Path, files: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket with the files, in which results are kept too."""
    contents = {f"in/{path.name}": path.read_bytes() for path in files.iterdir()}
    bucket = new_bucket(moto, contents)
    for name, value in environment(moto).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NERPROC_STORAGE_URL", f"s3://{bucket}/nerproc")
    return bucket


@pytest.fixture
def clouded(bucket: str, home: Path, files: Path) -> Iterator[Fleet]:
    with fleet(home, files) as made:
        yield made


def submit(fleet: Fleet, source: S3Source | UploadSource) -> UUID:
    groups = [GroupRequest(name="many", query="COUNT(EMAIL) >= 5")]
    request = ReportRequest(source=source, model=PATTERNS, groups=groups)
    return fleet.node.reports.create(request, roots=[])


def assert_same(fleet: Fleet, job: UUID, undisturbed: tuple[Report, list[Entity]]) -> None:
    report, calm = fleet.node.reports.get(job), undisturbed[0]
    assert report.state == "completed", report.failure
    for field in ("objects", "bytes", "total_bytes", "entities", "label_counts", "errors"):
        assert getattr(report, field) == getattr(calm, field), field
    assert [group.object_count for group in report.groups] == [OBJECTS]
    assert fleet.entities(job) == undisturbed[1]


def test_files_and_results_in_a_bucket(
    clouded: Fleet, bucket: str, home: Path, undisturbed: tuple[Report, list[Entity]]
) -> None:
    job = submit(clouded, S3Source(url=f"s3://{bucket}/in"))
    clouded.finish(job, 120)
    assert_same(clouded, job, undisturbed)
    reports, storage = clouded.node.reports, clouded.node.storage
    assert len(reports.search(job, "COUNT(EMAIL) = 5", limit=1_000)[0]) == OBJECTS
    assert b"".join(reports.export(job, "jsonl")).count(b"\n") == undisturbed[0].entities
    assert len(list(storage.list("reports/"))) > OBJECTS / 6
    assert not (home / "artifacts").exists()
    assert clouded.node.maintenance.collect(age_seconds=0) == 0
    clouded.node.jobs.delete(job)
    assert list(storage.list("")) == []
    assert list((home / "s3" / "cache").glob("*/*/*")) == []


def test_an_upload_into_a_bucket_and_a_compacted_report(
    bucket: str, home: Path, files: Path, undisturbed: tuple[Report, list[Entity]]
) -> None:
    with fleet(home, files) as clouded:
        with UploadWriter(clouded.node.storage) as writer:
            for path in sorted(files.iterdir()):
                writer.add(path.name, io.BytesIO(path.read_bytes()))
            job = submit(clouded, UploadSource(upload_id=writer.finish()))
        clouded.worker(NERPROC_COMPACT_PARTS="4")
        clouded.finish(job, 120)
        assert "compact" in {
            row["kind"] for row in clouded.node.database.fetch_all("SELECT kind FROM task", {})
        }
        assert_same(clouded, job, undisturbed)


@pytest.mark.fault
def test_random_kills_change_nothing_in_a_bucket(
    clouded: Fleet, bucket: str, undisturbed: tuple[Report, list[Entity]]
) -> None:
    dice = random.Random(7)
    job = submit(clouded, S3Source(url=f"s3://{bucket}/in"))
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and not clouded.node.jobs.get(job).state.ended:
        living = [worker for worker in clouded.workers if worker.poll() is None]
        if not living:
            living = [clouded.worker()]
        time.sleep(dice.uniform(1, 3))
        pids = [worker.pid for worker in living] + [pid for worker in living for pid in family(worker.pid)]
        os.kill(dice.choice(pids), signal.SIGKILL)
    clouded.finish(job, 120)
    assert_same(clouded, job, undisturbed)


def test_a_divided_listing_gives_the_same_report(
    stub: Stub,
    home: Path,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    undisturbed: tuple[Report, list[Entity]],
) -> None:
    for path in files.iterdir():
        stub.objects[f"in/{path.name[:3]}/{path.name}"] = path.read_bytes()
    monkeypatch.setenv("NERPROC_S3_ENDPOINT_URL", stub.endpoint)
    found = []
    for most in ("1000", "20"):
        monkeypatch.setenv("NERPROC_SHARD_OBJECTS", most)
        with fleet(home, files) as troubled:
            job = submit(troubled, S3Source(url="s3://bucket/in"))
            report = troubled.finish(job, 120)
            tasks = troubled.node.database.fetch_all(
                "SELECT kind, objects FROM task WHERE job_id = %(job)s", {"job": job}
            )
            found.append((report.objects, report.label_counts, troubled.entities(job)))
            shards = sum(task["kind"] == "shard" for task in tasks)
            assert (shards > 1) == (most == "20")
    assert found[0] == found[1]
    assert found[0][1] == undisturbed[0].label_counts
    assert [entity.text for entity in found[1][2]] == [entity.text for entity in undisturbed[1]]


@pytest.mark.fault
@pytest.mark.parametrize("place", ["manifest_written:kill:9", "before_part_commit:kill:2"])
def test_a_kill_while_sections_are_listed_changes_nothing(
    *,
    place: str,
    stub: Stub,
    home: Path,
    files: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    undisturbed: tuple[Report, list[Entity]],
) -> None:
    for path in files.iterdir():
        stub.objects[f"in/{path.name[:3]}/{path.name}"] = path.read_bytes()
    monkeypatch.setenv("NERPROC_S3_ENDPOINT_URL", stub.endpoint)
    monkeypatch.setenv("NERPROC_SHARD_OBJECTS", "20")
    with fleet(home, files) as troubled:
        job = submit(troubled, S3Source(url="s3://bucket/in"))
        troubled.worker(slots=1, NERPROC_FAILPOINT=place, NERPROC_FAILPOINT_ONCE=str(tmp_path / "once"))
        report = troubled.finish(job, 120)
        assert (tmp_path / "once").exists(), "the failpoint was never reached"
        assert report.objects == undisturbed[0].objects
        assert [entity.text for entity in troubled.entities(job)] == [entity.text for entity in undisturbed[1]]


def test_a_redaction_from_a_bucket_into_a_bucket(
    moto: S3Connection, home: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = new_bucket(moto, {f"in/{n}/a.txt": b"Write to ann@example.org" for n in range(3)})
    for name, value in environment(moto).items():
        monkeypatch.setenv(name, value)
    client = request_client(moto)
    with fleet(home, files) as clouded:
        report = submit(clouded, S3Source(url=f"s3://{bucket}/in"))
        clouded.worker(slots=1)
        clouded.finish(report, 120)
        client.put_object(Bucket=bucket, Key="in/1/a.txt", Body=b"Write to bob@example.org")
        wish = RedactionRequest(output=S3Destination(url=f"s3://{bucket}/out"))
        job = clouded.node.redactions.create(report, wish, roots=[])
        clouded.until(lambda: clouded.node.jobs.get(job).state.ended, "the redaction ends", 120)
        redaction = clouded.node.redactions.get(job)
        assert (redaction.state, redaction.replaced, redaction.residual) == ("completed", {"EMAIL": 2}, {})
        assert [(error.object, error.reason) for error in redaction.errors] == [
            ("1/a.txt", "it changed since it was scanned")
        ]
        listed = client.list_objects_v2(Bucket=bucket, Prefix="out/")["Contents"]
        copies = {
            item["Key"]: client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read() for item in listed
        }
        assert copies == {f"out/{n}/a.txt": b"Write to <EMAIL>" for n in (0, 2)}
        with pytest.raises(Conflict, match="something at"):
            clouded.node.redactions.create(report, wish, roots=[])
