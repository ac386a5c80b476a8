"""The client against a real head with a worker."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import duckdb
import pytest
from tests.detection.encoder.folder import write_encoder
from tests.process import RunningHead, running_head

import nerproc
from nerproc.client import client as module
from nerproc.errors import (
    Conflict,
    IllegalMove,
    InvalidRequest,
    NotFound,
    PathNotAllowed,
    QueryError,
    WaitTimedOut,
)
from nerproc.schema.report import Job, LocalSource, Report, UploadSource

LETTER = "Write to ann@example.org, or to bob@example.org. SSN 869-73-1145.\n"
MANY = "".join(f"user{number}@example.org\n" for number in range(1_500))


@pytest.fixture(scope="module")
def client(head: RunningHead) -> Iterator[nerproc.Client]:
    with nerproc.Client(head.url) as client:
        yield client


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "letter.txt").write_text(LETTER)
    (folder / "sub").mkdir()
    (folder / "sub" / "many.txt").write_text(MANY)
    return folder


@pytest.fixture(scope="module")
def report(client: nerproc.Client, files: Path) -> Report:
    groups = [{"name": "ssn", "query": "COUNT(SSN) > 0"}]
    seen: list[Job] = []
    found = client.wait(client.submit(files, groups=groups, labels=["EMAIL", "SSN"]), 60, progress=seen.append)
    assert seen[-1].state == "completed"
    return found


def test_a_report(report: Report, files: Path, client: nerproc.Client) -> None:
    assert report.state == "completed"
    assert report.name == files.name
    assert (report.objects.total, report.objects.succeeded) == (2, 2)
    assert report.label_counts == {"EMAIL": 1_502, "SSN": 1}
    assert client.report(report.id) == report
    assert client.group(report.id, report.groups[0].id).object_count == 1
    assert client.job(str(report.id)[:6]).id == report.id
    assert report.id in [job.id for job in client.jobs()]
    assert report.id not in [job.id for job in client.jobs(state="failed")]


def test_entities_over_pages(report: Report, client: nerproc.Client) -> None:
    entities = list(client.entities(report.id))
    assert len(entities) == 1_503 > module.PAGE
    assert all(isinstance(entity, nerproc.Entity) for entity in entities)
    assert [e.text for e in entities if e.object == "letter.txt"] == [
        *("ann@example.org", "bob@example.org", "869-73-1145"),
    ]
    for entity in entities:
        text = LETTER if entity.object == "letter.txt" else MANY
        assert text[entity.start : entity.end] == entity.text
    assert [e.label for e in client.entities(report.id, label="SSN")] == ["SSN"]
    assert len(list(client.entities(report.id, label=["SSN", "EMAIL"], object="letter.txt"))) == 3


def test_objects_and_search(report: Report, client: nerproc.Client) -> None:
    assert [found.object for found in client.objects(report.id)] == ["letter.txt", "sub/many.txt"]
    assert list(client.objects(report.id, status="failed")) == []
    [match] = client.search(report.id, "COUNT(EMAIL) > 2")
    assert (match.object, match.label_counts) == ("sub/many.txt", {"EMAIL": 1_500})
    with pytest.raises(QueryError) as caught:
        list(client.search(report.id, "COUNT(EMAIL) > x"))
    assert caught.value.caret() == "COUNT(EMAIL) > x\n               ^"


def test_export(report: Report, client: nerproc.Client, tmp_path: Path) -> None:
    lines = io.BytesIO(b"".join(client.export(report.id))).readlines()
    assert [nerproc.Entity.from_dict(json.loads(line)) for line in lines] == list(client.entities(report.id))
    path = tmp_path / "found.parquet"
    with path.open("wb") as file:
        file.writelines(client.export(report.id, "parquet"))
    assert duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall() == [(1_503,)]


def test_the_timeline(report: Report, client: nerproc.Client) -> None:
    events = list(client.events(report.id))
    assert events[0].kind == "job.submitted"
    assert [event.id for event in events] == sorted(event.id for event in events)
    assert list(client.events(report.id, after=events[-1].id)) == []
    assert list(client.events(report.id, after=events[0].id)) == events[1:]


def test_an_idempotency_key(client: nerproc.Client, files: Path) -> None:
    key = uuid4().hex
    first = client.submit(files / "letter.txt", idempotency_key=key)
    assert client.submit(files / "letter.txt", idempotency_key=key) == first
    with pytest.raises(Conflict):
        client.submit(files / "letter.txt", idempotency_key=key, labels=["SSN"])


def test_a_dry_run(client: nerproc.Client, files: Path) -> None:
    upload = client.upload(files)
    plan = client.plan(UploadSource(upload_id=upload.id), exclude=["sub/"])
    assert (plan.objects, plan.bytes, plan.whole, plan.refusal) == (1, len(LETTER), True, None)
    assert plan.license.used_bytes == client.license().used_bytes
    with pytest.raises(InvalidRequest, match="no S3 location"):
        client.plan(str(files))


def test_requests_that_are_refused(client: nerproc.Client, files: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        client.submit(files / "nowhere")
    with pytest.raises(InvalidRequest, match="groups 0 name"):
        client.submit(files, groups=[{"query": "COUNT(SSN) > 0"}])
    with pytest.raises(QueryError):
        client.submit(files, groups=[{"name": "x", "query": "COUNT("}])
    with pytest.raises(PathNotAllowed):
        client.submit(LocalSource(paths=["/etc/passwd"]))
    with pytest.raises(NotFound):
        client.report(uuid4())
    with pytest.raises(InvalidRequest):
        client.job("not-an-id")


def test_files_that_cannot_be_uploaded(client: nerproc.Client, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text(LETTER)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidRequest, match="pipe cannot be uploaded: not a regular file"):
        client.upload(tmp_path)
    skipped: list[str] = []
    assert client.upload(tmp_path, skipped=lambda file: skipped.append(file.name)).files == 1
    assert skipped == ["pipe"]


def test_a_job_that_nobody_works_on(tmp_path: Path, files: Path) -> None:
    with running_head(tmp_path, workers=0) as head, nerproc.Client(head.url) as client:
        report = client.submit(files)
        with pytest.raises(WaitTimedOut):
            client.wait(report, 0.3)
        client.pause(report)
        assert client.job(report).paused
        client.resume(report)
        client.stop(report)
        assert client.wait(report).state == "stopped"
        with pytest.raises(IllegalMove):
            client.stop(report)
        client.retry(report)
        assert client.job(report).state in {"queued", "running"}
        client.delete(report)
        client.delete(report)
        with pytest.raises(NotFound):
            client.report(report)


@pytest.mark.usefixtures("report")  # a worker that has done it is registered
def test_a_worker_is_drained_and_taken_back(client: nerproc.Client) -> None:
    [worker] = client.workers()
    client.drain_worker(worker.id)
    try:
        assert [found.resting for found in client.workers()] == [True]
    finally:
        client.undrain_worker(str(worker.id))
    assert [found.resting for found in client.workers()] == [False]
    for move in (client.drain_worker, client.undrain_worker):
        with pytest.raises(NotFound, match="There is no worker"):
            move(uuid4())


def test_the_head_of_a_home_is_found(
    head: RunningHead, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NERPROC_API_URL", raising=False)
    monkeypatch.setenv("NERPROC_HOME", str(head.home))
    assert nerproc.Client().url == head.url
    monkeypatch.setenv("NERPROC_HOME", str(tmp_path))
    assert nerproc.Client().url == "http://127.0.0.1:8001"
    monkeypatch.setenv("NERPROC_API_URL", "http://elsewhere:1/")
    assert nerproc.Client().url == "http://elsewhere:1"
    assert nerproc.Client("http://here:2").url == "http://here:2"


def test_a_model_is_imported_and_deleted(client: nerproc.Client, tmp_path: Path) -> None:
    card = client.import_model(write_encoder(tmp_path / "mine"))
    assert (card.name, card.labels) == ("mine", ["NAME", "ORGANIZATION"])
    assert client.model("mine") == card
    with pytest.raises(Conflict):
        client.import_model(tmp_path / "mine")
    client.delete_model("mine")
    with pytest.raises(NotFound):
        client.model("mine")
    for folder, error in (("nowhere", NotFound), (".", InvalidRequest)):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(error):
            client.import_model(tmp_path / "empty" / folder)


def test_models(client: nerproc.Client) -> None:
    assert "EMAIL" in {label for card in client.models() for label in card.labels}


def test_ids_may_be_text(report: Report, client: nerproc.Client) -> None:
    assert client.report(str(report.id)).id == UUID(str(report.id))
