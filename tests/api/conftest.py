"""A node with a scanned report, and its API: made once, for all tests of this folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from benchmarks.s3_stub import Stub, serving
from fastapi.testclient import TestClient

from nerproc.api.app import build_app
from nerproc.node import Node
from nerproc.schema.report import GroupRequest, LocalSource, ReportRequest
from nerproc.settings import S3Connection, Settings
from nerproc.worker.supervisor import Supervisor

TEXTS = {
    "a.txt": "Write to ada@example.org or to grace@example.org, please.\n",
    "b/c.txt": "Nothing is here.\n",
    "b/d.csv": "name,mail\nLinus,linus@example.com\n",
    "e.bin": "\0\1\2",
}


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for name, text in TEXTS.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture(scope="session")
def bucket() -> Iterator[Stub]:
    """The S3 server of the node; the connection `nowhere` leads to none."""
    with serving() as stub:
        stub.objects["mail/a.txt"] = b"Write to ada@example.org."
        yield stub


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory, documents: Path, bucket: Stub) -> Iterator[Node]:
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("NERPROC_"):
                patch.delenv(name)
        settings = Settings(
            home=tmp_path_factory.mktemp("home"),
            roots=[documents],
            poll_seconds=0.2,
            s3_endpoint_url=bucket.endpoint,
            s3={"nowhere": S3Connection(endpoint_url="http://127.0.0.1:9")},
        )
        with Node.open(settings) as node:
            yield node


@pytest.fixture(scope="session")
def api(node: Node) -> Iterator[TestClient]:
    with TestClient(build_app(node), base_url="http://localhost/api/v1") as client:
        yield client


@pytest.fixture(scope="session")
def body(documents: Path) -> dict[str, object]:
    """The body of a request that is allowed."""
    return {"source": {"kind": "local", "paths": [str(documents)]}}


@pytest.fixture(scope="session")
def scanned(node: Node, documents: Path) -> UUID:
    """A report that a real worker has filled."""
    request = ReportRequest(
        source=LocalSource(paths=[str(documents)]),
        groups=[
            GroupRequest(name="with mail", query="COUNT(EMAIL) > 0"),
            GroupRequest(name="nobody", query='EMAIL CONTAINS "nobody"'),
        ],
        labels=["EMAIL", "URL"],
    )
    report = node.reports.create(request, roots=node.settings.roots)
    give_up = time.monotonic() + 30
    Supervisor(node.settings, 1).run(
        node, job=report, done=lambda: node.jobs.get(report).state.ended or time.monotonic() > give_up
    )
    assert node.jobs.get(report).state == "completed"
    return report


@pytest.fixture
def submitted(api: TestClient, body: dict[str, object]) -> Callable[[], str]:
    """Makes a report that nobody works on; its id."""

    def submit(**more: object) -> str:
        return str(api.post("/reports", json={**body, **more}).json()["id"])

    return submit
