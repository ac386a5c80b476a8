"""An S3 server that is busy, breaks off, drips, changes its objects under the reader, or goes away."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID

import pytest
from benchmarks.s3_stub import Stub
from tests.fault.cluster import Cluster, Table, Undisturbed
from tests.fault.conftest import MakeCluster
from tests.worker.fleet import OBJECTS

from nerproc.schema.name import PATTERNS
from nerproc.schema.report import GroupRequest, Report, ReportRequest, S3Source

pytestmark = pytest.mark.fault
MOST_REQUESTS = 1.3  # for each object


@pytest.fixture
def bucket(
    stub: Stub, files: Path, cluster: MakeCluster, monkeypatch: pytest.MonkeyPatch
) -> tuple[Cluster, Stub]:
    """A cluster, and a server with the files in a bucket."""
    for path in files.iterdir():
        stub.objects[f"in/{path.name}"] = path.read_bytes()
    monkeypatch.setenv("NERPROC_S3_ENDPOINT_URL", stub.endpoint)
    return cluster(), stub


def submit(made: Cluster) -> UUID:
    groups = [GroupRequest(name="many", query="COUNT(EMAIL) >= 5")]
    request = ReportRequest(source=S3Source(url="s3://bucket/in"), model=PATTERNS, groups=groups)
    return made.node.reports.create(request, roots=[])


def scan(made: Cluster, seconds: float = 120) -> tuple[UUID, Report]:
    job = submit(made)
    return job, made.finish(job, seconds)


@pytest.mark.parametrize("busy", [0.05, 0.2])
def test_a_busy_server(
    busy: float, bucket: tuple[Cluster, Stub], undisturbed: Undisturbed, table: Table
) -> None:
    made, stub = bucket
    stub.faults.busy = busy
    job, _ = scan(made)
    made.assert_same(job, undisturbed)
    requests = stub.total / OBJECTS
    table.add(f"S3 answers 503 to {busy:.0%}", f"at most {MOST_REQUESTS} requests an object", f"{requests:.2f}")
    assert requests <= MOST_REQUESTS


def test_bodies_that_are_cut_short(
    bucket: tuple[Cluster, Stub], undisturbed: Undisturbed, table: Table
) -> None:
    made, stub = bucket
    for key in list(stub.objects)[::10]:
        stub.faults.cut[key] = 1
    job, _ = scan(made)
    made.assert_same(job, undisturbed)
    requests = stub.total / OBJECTS
    table.add(
        "S3 cuts every tenth body short", "resumed, never an end of file", f"{requests:.2f} requests an object"
    )
    assert requests <= MOST_REQUESTS


def test_objects_that_cannot_be_read_have_their_reasons(bucket: tuple[Cluster, Stub], table: Table) -> None:
    made, stub = bucket
    stub.objects["in/1 restless"] = b"at first"
    stub.objects["in/2 gone"] = stub.objects["in/3 denied"] = b"ann@example.org"
    stub.faults.denied.add("in/3 denied")

    def disturb(method: str, key: str, number: int) -> None:
        if method == "GET" and key == "in/1 restless":
            stub.objects[key] = f"and then {number}".encode()
        if method == "GET" and key.startswith("in/"):
            stub.objects.pop("in/2 gone", None)

    stub.faults.before = disturb
    job, report = scan(made)
    assert {error.object: error.reason for error in report.errors} == {
        "1 restless": "it changed while it was read",
        "2 gone": "the object is gone",
        "3 denied": "access is denied",
    }
    assert (report.state, report.objects.succeeded) == ("completed", OBJECTS)
    made.assert_invariants(job)
    table.add(
        "S3 object overwritten, deleted, denied while it is read",
        "failed with that reason",
        "failed with that reason",
    )


def test_an_object_that_drips(bucket: tuple[Cluster, Stub], rounds: int, table: Table) -> None:
    """Taken up anew; in the long form so slow that it is given up, which takes a minute."""
    made, stub = bucket
    stub.objects["in/1 drip"] = b"ann@example.org " * 8_000
    stub.faults.drip["in/1 drip"] = 1_000 if rounds else 16_000
    began = time.monotonic()
    _, report = scan(made, 200)
    seconds = time.monotonic() - began
    assert [error.object for error in report.errors] == (["1 drip"] if rounds else [])
    assert report.objects.succeeded == OBJECTS + (0 if rounds else 1)
    table.add(
        f"S3 object of 128 KB at {stub.faults.drip['in/1 drip'] / 1_000:g} KB/s",
        "given up if it takes more than a minute, others succeed",
        f"{seconds:.0f} s: {report.errors[0].reason if report.errors else 'succeeded'}",
    )


def test_a_server_that_goes_away(bucket: tuple[Cluster, Stub], undisturbed: Undisturbed, table: Table) -> None:
    made, stub = bucket
    job = submit(made)
    stub.pause()
    made.worker()
    made.until(lambda: "task.retried" in made.kinds(job), "the listing is tried again", 90)
    stub.resume()
    made.finish(job, 90)
    made.assert_same(job, undisturbed)
    table.add(
        "S3 server gone, and back",
        "the task is tried again",
        f"{made.kinds(job).count('task.retried')} retries",
    )
