"""Licences in real heads and workers: who is asked how often, what is refused, and where no key appears."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.head.processes import WORKER, Running, children, wait_for
from tests.license import keygen_double
from tests.license.keygen_double import KeygenDouble, Known

from nerproc.errors import LicenseSuspended
from nerproc.node import Node
from nerproc.schema.name import PATTERNS
from nerproc.schema.report import LocalSource, ReportRequest
from nerproc.settings import Settings
from nerproc.worker.supervisor import Supervisor

KEY = "CANARY-39A6E3-DE1529-8559A0-4AF593-V3"
GARBLED = "local:key/Q0FOQVJZ.Q0FOQVJZ"
StartHead = Callable[[int], Running]
Run = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def keygen(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeygenDouble]:
    """A server that knows KEY, which the settings of the test's processes name."""
    with keygen_double.running() as double:
        double.licenses[KEY] = Known()
        monkeypatch.setenv("LICENSE_KEY", KEY)
        monkeypatch.setenv("NERPROC_KEYGEN_ACCOUNT", double.account)
        monkeypatch.setenv("NERPROC_KEYGEN_URL", double.url)
        monkeypatch.setenv("NERPROC_KEYGEN_PUBLIC_KEY", double.public_key)
        monkeypatch.setenv("NERPROC_TASK_OBJECTS", "1")
        yield double


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    for number in range(20):
        (tmp_path / "files" / f"{number:02}.txt").write_text(f"ann{number}@example.org")
    return tmp_path / "files"


def family(pid: int) -> list[int]:
    return [pid, *(member for child in children(pid) for member in family(child))]


def test_keygen_is_asked_when_processes_start_and_never_for_a_task_and_no_key_appears(
    keygen: KeygenDouble, start_head: StartHead, home: Path, files: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    head = start_head(2)
    report = head.client.wait(head.client.submit(files, model=PATTERNS), timeout=60)
    assert (report.state, report.objects.succeeded) == ("completed", 20)
    assert len(keygen.asked) == 2, "the head, and its worker"
    license = head.client.license()
    assert (license.type, license.state, license.limit_bytes) == ("keygen", "valid", None)
    assert license.id == keygen.licenses[KEY].id
    assert license.used_bytes == report.bytes

    running = family(head.process.pid)
    assert len(running) >= 4
    for pid in running:
        assert KEY.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    with Node.open(Settings(home=home)) as node:
        node.database.execute("CHECKPOINT")
        rows = node.database.fetch_all("SELECT license::text AS row FROM license")
        assert len(rows) == 1, "the answer is kept"
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert len(kept) > 100
    for path in kept:
        assert KEY.encode() not in path.read_bytes(), path
    log = capfd.readouterr().err
    assert '"state": "valid"' in log
    assert KEY not in log


def test_a_head_refuses_early(keygen: KeygenDouble, start_head: StartHead, files: Path) -> None:
    keygen.licenses[KEY].suspended = True
    head = start_head(0)
    with pytest.raises(LicenseSuspended, match="Keygen says SUSPENDED"):
        head.client.submit(files, model=PATTERNS)
    assert head.client.license().state == "suspended"
    assert list(head.client.jobs()) == []


def test_a_worker_with_a_bad_licence_begins_no_report_and_finishes_those_that_run(
    home: Path, run: Run, files: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NERPROC_TASK_OBJECTS", "1")
    monkeypatch.setenv("NERPROC_POLL_SECONDS", "0.2")
    request = ReportRequest(source=LocalSource(paths=[str(files)]), model=PATTERNS)
    settings = Settings.load()
    with Node.open(settings) as node:
        begun = node.reports.create(request, roots=[files])
        Supervisor(settings, 1).run(
            node, job=begun, done=lambda: node.jobs.get(begun).total_objects == 20
        )  # sharded, and some of it done
        assert node.jobs.get(begun).state == "running"
        waiting = node.reports.create(request, roots=[files])
        monkeypatch.setenv("NERPROC_LICENSE_KEY", GARBLED)
        run(WORKER)
        wait_for(lambda: node.jobs.get(begun).state.ended)
        assert node.jobs.get(begun).state == "completed"
        assert [event.kind for event in node.jobs.events(waiting)] == ["job.submitted"]
        log = capfd.readouterr().err
        assert '"state": "invalid"' in log
        assert "not genuine" in log
        assert "Q0FOQVJZ" not in log
        monkeypatch.delenv("NERPROC_LICENSE_KEY")
        assert "LICENSE_KEY" not in os.environ
        run(WORKER)
        wait_for(lambda: node.jobs.get(waiting).state.ended)
        assert node.jobs.get(waiting).state == "completed"
