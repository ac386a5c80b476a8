"""Texts and secrets that nobody else has, sent through every path: where they must not be, they are not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from tests.broker import Broker, until
from tests.buckets import environment, new_bucket
from tests.fault.cluster import Servers
from tests.process import clean_environment
from tests.worker.fleet import family

from nerproc.client import Client
from nerproc.client.address import find_head
from nerproc.db.database import Database
from nerproc.errors import NerprocError
from nerproc.schema.report import S3Source
from nerproc.settings import S3Connection, Settings

# Found by the model, or standing beside what it finds.
TEXTS = ("canary.ada@aviary-7731.example", "536-90-4399", "Canarybird Zwitscher", "4111-1111-1111-1111")
DATABASE_PASSWORD = "canary-database-5521"
TOKEN = "canary-token-9914"
WRONG_TOKEN = "nerproc_0badcafe_canary-wrong-token-4471-canary-wrong-tokn"
QUERY = "canary-query-6620"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Documents that are read, skipped, and fail."""
    folder = tmp_path / "documents"
    folder.mkdir()
    text = f"Dear {TEXTS[2]}, write to {TEXTS[0]}. SSN: {TEXTS[1]}, card {TEXTS[3]}.\n"
    (folder / "good.txt").write_text(text)
    (folder / "table.csv").write_text(f"name,mail\n{TEXTS[2]},{TEXTS[0]}\n")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4\n" + text.encode() + b"\nxref\n0 999999999999\n%%EOF")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04" + text.encode())
    (folder / "broken.json").write_text(f'{{"a": "{text!r}')
    (folder / "crash.txt").write_text(text)
    (folder / "raise.txt").write_text(text)
    return folder


class Processes:
    """A head and a worker whose every word is kept."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self._log = folder / "log"
        self._environment = {**clean_environment(self.home), **settings}
        self.started: list[subprocess.Popen[bytes]] = []
        self.command_lines: set[bytes] = set()

    def start(self, *arguments: str, **more: str) -> None:
        with self._log.open("ab") as log:
            self.started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "nerproc", *arguments],
                    env={**self._environment, **more},
                    cwd=self.home,
                    stdout=log,
                    stderr=log,
                )
            )

    def look(self) -> None:
        """What anybody on this machine sees of them."""
        for process in self.started:
            for pid in (process.pid, *family(process.pid)):
                try:
                    self.command_lines.add(Path(f"/proc/{pid}/cmdline").read_bytes())
                except OSError:
                    continue

    def end(self) -> str:
        """End them; all that they said."""
        for process in self.started:
            process.send_signal(signal.SIGTERM)
        for process in self.started:
            process.wait(60)
        return self.words

    @property
    def words(self) -> str:
        """All that they said so far."""
        return self._log.read_text()


@pytest.fixture
def processes(
    tmp_path: Path, stand: Servers, moto: S3Connection, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Processes]:
    for name in list(os.environ):
        if name.startswith("NERPROC_"):
            monkeypatch.delenv(name)
    url = stand.direct["NERPROC_DATABASE_URL"].replace("nerproc@", f"nerproc:{DATABASE_PASSWORD}@")
    made = Processes(
        tmp_path,
        {
            **stand.direct,
            **environment(moto),
            "NERPROC_DATABASE_URL": url,
            "NERPROC_STORAGE_URL": f"s3://{new_bucket(moto)}/nerproc",
            "NERPROC_API_TOKEN": TOKEN,
        },
    )
    yield made
    for process in made.started:
        process.kill()


def test_texts_and_secrets_stay_where_they_belong(
    processes: Processes, documents: Path, stand: Servers, moto: S3Connection, rabbitmq: Broker
) -> None:
    debug = {"NERPROC_LOG_LEVEL": "debug"}
    processes.start("serve", "--port", "0", "--workers", "0", **debug)
    plan = "object_begun@crash.txt:kill,object_begun@raise.txt:raise"  # an end without a word, an exception
    processes.start(*["worker", "--concurrency", "1", "--metrics-port", "0"], NERPROC_FAILPOINT=plan, **debug)
    until(lambda: find_head(Settings(home=processes.home)), "the head answers", 60)
    url = find_head(Settings(home=processes.home))
    assert url is not None
    client = Client(url, token=TOKEN)
    groups = [{"name": "all", "query": "COUNT(EMAIL) > 0"}]
    report = client.wait(client.submit(documents, groups=groups), timeout=120)
    processes.look()
    assert report.label_counts["EMAIL"] >= 2
    assert {error.object for error in report.errors} >= {"broken.pdf", "crash.txt", "raise.txt"}
    metrics, answers = disturb(url, client, report.id, moto)
    metrics += worker_metrics(processes)
    words = processes.end()

    assert "queue" in words or "worker_ready" in words
    everywhere = {"logs": words, "metrics": metrics, "ps": repr(processes.command_lines)}
    everywhere["database"] = dump(stand)
    everywhere["queue"] = messages(rabbitmq)
    events = {json.loads(line)["event"] for line in words.splitlines()}
    assert {"head_ready", "task_claimed", "part_committed", "child_ended", "job_ended", "failed"} <= events
    assert moto.secret_access_key is not None
    secrets = (DATABASE_PASSWORD, TOKEN, WRONG_TOKEN, moto.secret_access_key.get_secret_value())
    leaks = [
        (place, canary)
        for place, text in everywhere.items()
        for canary in (*TEXTS, *secrets, QUERY)
        if canary in text
    ]
    assert leaks == []
    assert [secret for secret in secrets if secret in answers] == []  # who asked has sent the texts


def worker_metrics(processes: Processes) -> str:
    """What the worker tells of itself."""
    events = [json.loads(line) for line in processes.words.splitlines()]
    url = next(event["url"] for event in events if event["event"] == "worker_listens")
    assert requests.get(f"{url}/metrics").status_code == 401
    text = requests.get(f"{url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert "nerproc_worker_child_ends_total" in text
    return text


def disturb(url: str, client: Client, report: object, moto: S3Connection) -> tuple[str, str]:
    """Ask for everything, rightly and wrongly; the metrics at the end, and what was refused."""
    answers = ""
    right = {"Authorization": f"Bearer {TOKEN}"}
    api = f"{url}/api/v1"
    wrong = {"text": TEXTS[2], "spans": [{"start": 0, "end": 999, "label": "NAME"}], "document": TEXTS[3]}
    for path in ("entities", "objects", "export?format=csv", f"search?query=EMAIL CONTAINS '{QUERY}'"):
        assert requests.get(f"{api}/reports/{report}/{path}", headers=right).status_code == 200
    for attempt in (
        lambda: requests.get(f"{api}/jobs", headers={"Authorization": f"Bearer {WRONG_TOKEN}"}),
        lambda: requests.get(f"{api}/reports/{report}/search?query=({QUERY}", headers=right),
        lambda: requests.post(f"{api}/reports", data=TEXTS[0], headers=right),
        lambda: requests.post(f"{api}/validate/group", json={"query": f"({TEXTS[1]}"}, headers=right),
        lambda: requests.post(f"{api}/uploads", data=TEXTS[2], headers=right),
        lambda: requests.get(f"{api}/{TEXTS[0]}", headers=right),
        lambda: requests.post(f"{api}/models/patterns/feedback", json={"text": TEXTS[0]}, headers=right),
        lambda: requests.post(f"{api}/models/patterns/feedback", json=[wrong], headers=right),
    ):
        response = attempt()
        assert response.status_code >= 400
        assert response.headers["Content-Type"] == "application/problem+json"
        answers += response.text
    [kept, deleted] = client.add_feedback("patterns", [{**wrong, "spans": []}] * 2)
    client.delete_feedback("patterns", deleted)
    assert [one.id for one in client.feedback("patterns")] == [kept]
    with pytest.raises(NerprocError):
        client.submit(S3Source(url="s3://no-such-bucket/x"))
    return requests.get(f"{url}/metrics", headers=right).text, answers


def dump(stand: Servers) -> str:
    """Every row of every table."""
    with Database.at(stand.direct["NERPROC_DATABASE_URL"]) as database:
        tables = database.fetch_all(
            "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        rows = [
            row["row"]
            for table in tables
            for row in database.fetch_all(f"SELECT t::text AS row FROM {table['name']} t")
        ]
    assert len(rows) > 20
    return "\n".join(rows)


def messages(broker: Broker) -> str:
    """What lies in the queues."""
    found = []
    with broker.channel() as channel:
        for queue in ("nerproc.v1.infer", "nerproc.v1.train", "nerproc.v1.dlq"):
            while (body := channel.basic_get(queue, auto_ack=True)[2]) is not None:
                found.append(body.decode())
    assert all(set(json.loads(body)) == {"v", "pool"} for body in found)
    return "\n".join(found)
