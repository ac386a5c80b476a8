"""What a worker tells of itself over HTTP: exact figures, to those who may ask."""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from tests.worker.fleet import OBJECTS, Fleet, fleet, write_files

from nerproc.access.tokens import Tokens
from nerproc.errors import Conflict, Refused, SettingsError
from nerproc.node import Node
from nerproc.schema.report import Report
from nerproc.settings import Settings
from nerproc.worker.listener import listening

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}")


class Told:
    """A worker that has done a report, and all that it told."""

    def __init__(self, made: Fleet, folder: Path) -> None:
        log = folder / "worker.log"
        (made.files / "locked.pdf").write_bytes(b"%PDF-1.4\nbroken")
        (made.files / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
        with log.open("wb") as stderr:
            settings = {"NERPROC_LOG_LEVEL": "debug", "NERPROC_PART_OBJECTS": "50"}
            made.worker("--metrics-port", "0", slots=1, stderr=stderr, **settings)
        made.until(lambda: "worker_listens" in log.read_text(), "the worker listens")
        self.url = next(event["url"] for event in _events(log) if event["event"] == "worker_listens")
        job = made.submit()
        self.report: Report = made.finish(job)
        row = made.node.database.fetch_one("SELECT count(*) AS tasks FROM task WHERE kind = 'infer'")
        assert row is not None
        self.tasks: int = row["tasks"]
        made.until(lambda: "job_ended" in log.read_text(), "it says so")
        self.text = requests.get(f"{self.url}/metrics", timeout=30).text
        self.open = requests.get(
            f"{self.url}/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}, timeout=30
        )
        self.health = [requests.get(f"{self.url}/{path}", timeout=30).json() for path in ("health", "ready")]
        self.stranger = requests.get(f"{self.url}/metrics", headers={"Host": "evil.example"}, timeout=30)
        self.events = _events(log)


def _events(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("told")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("NERPROC_API_TOKEN", raising=False)
        with fleet(folder / "home", write_files(folder / "files")) as made:
            yield Told(made, folder)


@pytest.fixture(scope="module")
def figures(told: Told) -> dict[tuple[str, tuple[str, ...]], float]:
    """The samples by name and the values of their labels."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(told.text)
        for sample in family.samples
    }


def test_the_counters_are_the_report(told: Told, figures: dict[tuple[str, tuple[str, ...]], float]) -> None:
    report = told.report
    assert report.objects.succeeded == OBJECTS
    assert figures["nerproc_worker_read_bytes_total", ()] == report.bytes > 0
    for status in ("succeeded", "failed", "skipped"):
        assert figures["nerproc_worker_objects_total", (status,)] == getattr(report.objects, status)
    labels = {
        labels[0]: count
        for (name, labels), count in figures.items()
        if name == "nerproc_worker_entities_total" and count
    }
    assert labels == report.label_counts
    assert figures["nerproc_worker_unread_objects_total", ("damaged", "failed")] == 1
    assert figures["nerproc_worker_unread_objects_total", ("unsupported", "skipped")] == 1
    assert figures["nerproc_worker_tasks_total", ("shard", "completed")] == 1
    tasks = figures["nerproc_worker_claims_total", ("infer",)]
    assert figures["nerproc_worker_tasks_total", ("infer", "completed")] == tasks == told.tasks
    assert figures["nerproc_worker_task_seconds_count", ("infer",)] == tasks
    assert figures["nerproc_worker_task_seconds_sum", ("infer",)] > 0
    assert (figures["nerproc_worker_slots", ()], figures["nerproc_worker_busy_slots", ()]) == (1, 0)
    for calm in ("late_renewals", "refused_writes", "child_ends", "task_errors"):
        found = [value for (name, _), value in figures.items() if name == f"nerproc_worker_{calm}_total"]
        assert sum(found) == 0


def test_names_and_units_are_as_prometheus_wants_them(told: Told) -> None:
    for family in text_string_to_metric_families(told.text):
        assert family.name.startswith("nerproc_")
        assert family.documentation
        assert family.type != "unknown"
    assert not UUIDS.search(told.text)
    assert told.open.headers["Content-Type"].startswith("application/openmetrics-text")
    names = {family.name for family in read_openmetrics(told.open.text)}
    assert {"nerproc_build", "nerproc_worker_entities", "nerproc_worker_task_seconds"} <= names


def test_health_is_told_and_strangers_are_not(told: Told) -> None:
    assert told.health[0]["status"] == "ok"
    assert told.health[1] == {"ready": True, "checks": {"database": "ok", "storage": "ok"}}
    assert (told.stranger.status_code, told.stranger.json()["slug"]) == (403, "refused")


def test_the_log_follows_the_work(told: Told) -> None:
    names = [event["event"] for event in told.events]
    assert names.count("task_claimed") == names.count("task_completed") == told.tasks + 1
    assert names.count("job_ended") == 1
    assert {"worker_listens", "worker_ready", "part_committed"} <= set(names)
    for event in told.events:
        assert event["role"] == "worker"
        assert UUIDS.match(str(event["worker"]))
        if str(event["event"]).startswith(("task_", "part_")):
            assert event["job"] == str(told.report.id)
            assert event["attempt"] == 1
    assert sum(int(str(event.get("entities", 0))) for event in told.events) == told.report.entities


@pytest.fixture
def node(home: Path) -> Iterator[Node]:
    with Node.open(Settings(home=home)) as node:
        yield node


def on(node: Node, **settings: object) -> Node:
    """The node, with other settings."""
    node.settings = node.settings.model_copy(update=settings)
    return node


def test_nobody_answers_unless_told_to(node: Node) -> None:
    with listening(on(node, metrics_port=None)):
        pass
    with listening(on(node, metrics_port=0)), pytest.raises(Refused, match="others reach this worker"):  # noqa: SIM117
        with listening(on(node, metrics_host="0.0.0.0")):
            pass


@pytest.fixture
def urls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where workers said that they listen, as they begin to."""
    said: list[str] = []
    monkeypatch.setattr(
        "nerproc.observe.logs.Log._write",
        lambda _self, _level, event, values: said.append(values["url"]) if event == "worker_listens" else None,
    )
    return said


def test_others_need_a_token(node: Node, urls: list[str]) -> None:
    _, token = Tokens(node.database).create("prometheus", ["reports:read"])
    with listening(on(node, metrics_port=0, metrics_host="0.0.0.0")):
        [url] = urls
        assert requests.get(f"{url}/health", timeout=30).status_code == 200
        assert requests.get(f"{url}/metrics", timeout=30).status_code == 401
        allowed = requests.get(f"{url}/metrics", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        assert allowed.status_code == 200
        port = int(url.rsplit(":", 1)[1])
        with pytest.raises(Conflict, match="in use") as taken, listening(on(node, metrics_port=port)):
            pass
        assert "--metrics-port" in str(taken.value.hint)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/health", timeout=5)
    with listening(on(node, metrics_port=0, metrics_host="0.0.0.0"), insecure=True):
        assert requests.get(f"{urls[-1]}/metrics", timeout=30).status_code == 200


def test_https(node: Node, urls: list[str], certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    with listening(on(node, metrics_port=0, tls_cert=cert, tls_key=key)):
        [url] = urls
        assert url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=cert)
        port = int(url.rsplit(":", 1)[1])
        with (
            socket.create_connection(("127.0.0.1", port), timeout=30) as plain,
            trusting.wrap_socket(plain, server_hostname="127.0.0.1") as encrypted,
        ):
            assert encrypted.version() in {"TLSv1.2", "TLSv1.3"}
        assert "nerproc_worker_slots" in requests.get(f"{url}/metrics", verify=str(cert), timeout=30).text
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{url}/health", timeout=30)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/health", timeout=30)
    with pytest.raises(SettingsError, match="its key"), listening(on(node, tls_key=None)):
        pass
    with listening(on(node, metrics_port=None)):
        pass  # nobody needs a certificate there
    assert urls == [url]
