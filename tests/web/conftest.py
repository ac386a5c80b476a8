"""A real head with finished jobs, whose names would like to be more than names; and the page in this process.

`site` is the head in processes of its own, for browsers. `node` opens the same home here, and `page` is a
client of its page without a network; `locked` is one that asks for tokens.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser
from tests import people
from tests.process import running_head

from nerproc.access.tokens import Tokens
from nerproc.api.access import Access
from nerproc.client.client import Client
from nerproc.node import Node
from nerproc.observe import log
from nerproc.schema.report import GroupRequest, Job, LocalSource
from nerproc.settings import Settings
from nerproc.web.app import build_app

HOSTILE = "\"><img src=x onerror=\"document.title='owned'\"> & {{ 7*7 }} 'quoted'"
RIGHT_TO_LEFT = "تقرير عن \u202egpj.exe"
TEXTS = {
    "mail.txt": "Write to ada@example.org or to grace@example.org, please.\n" * 20,
    "people/list.csv": "name,mail,card\nLinus,linus@example.com,4111 1111 1111 1111\n" * 10,
    f"{HOSTILE}.txt": '<script>alert("1")</script> <b>bob@example.org</b> "quoted@example.org"\n',
    f"{RIGHT_TO_LEFT}.txt": "اكتب إلى alice@example.org من فضلك.\nכתבו אל dana@example.org בבקשה.\n",
    "picture.bin": "\0\1\2",
}
WAIT_SECONDS = 120.0


@dataclass(frozen=True)
class Site:
    """A head and what it has done."""

    url: str
    home: Path
    documents: Path
    plain: UUID  # a finished report of every document
    hostile: UUID  # likewise, with a name that is HTML
    right_to_left: UUID  # likewise, with a name from right to left
    failed: UUID  # a report of nothing that there is any more


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    documents = tmp_path_factory.mktemp("documents")
    for name, text in TEXTS.items():
        path = documents / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    broken = tmp_path_factory.mktemp("broken")
    (broken / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    home = tmp_path_factory.mktemp("site")
    environment = {"NERPROC_ROOTS": json.dumps([str(documents), str(broken)]), "NERPROC_POLL_SECONDS": "0.2"}
    environment["NERPROC_LEASE_SECONDS"] = "6"  # it is seen every second
    with running_head(home, **environment) as head, Client(head.url) as client:
        jobs = {
            "failed": submit(client, broken, "A broken document"),
            "right_to_left": submit(client, documents, RIGHT_TO_LEFT),
            "hostile": submit(client, documents, HOSTILE),
            "plain": submit(client, documents, "Documents of the test"),
        }
        ends = {name: wait_for_end(client, job).state for name, job in jobs.items()}
        assert ends == {name: "failed" if name == "failed" else "completed" for name in jobs}
        yield Site(head.url, home, documents, **jobs)


def submit(client: Client, folder: Path, name: str) -> UUID:
    """A report of a folder; it has two groups, one with a name that is HTML."""
    return client.submit(
        LocalSource(paths=[str(folder)]),
        name=name,
        model="patterns",
        groups=[
            GroupRequest(name="with mail", query="COUNT(EMAIL) > 0"),
            GroupRequest(name=HOSTILE, query='EMAIL CONTAINS "nobody"'),
        ],
    )


def wait_for_end(client: Client, job: UUID) -> Job:
    """The job, as soon as it has ended."""
    give_up = time.monotonic() + WAIT_SECONDS
    while not (found := client.job(str(job))).finished_at:
        assert time.monotonic() < give_up, found
        time.sleep(0.1)
    return found


@pytest.fixture(scope="session")
def node(site: Site) -> Iterator[Node]:
    """The home of the head, opened in this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("NERPROC_"):
                patch.delenv(name)
        with Node.open(Settings(home=site.home, roots=[site.documents])) as node:
            yield node


@pytest.fixture(scope="session")
def people_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model that others can begin with."""
    return people.trained(tmp_path_factory.mktemp("people") / "people")


class FormClient(TestClient):
    """A client that does what a browser does without scripts: it keeps cookies, and sends forms that it got."""

    def submit(self, address: str, action: str, **fields: str) -> httpx.Response:
        """Send the form with that action of the page at an address, with its hidden fields and these."""
        shown = self.get(address)
        assert shown.status_code == 200, shown.text
        for form in LexborHTMLParser(shown.text).css("form"):
            if form.attributes.get("action") == action:
                hidden = {
                    field.attributes["name"]: field.attributes.get("value") or ""
                    for field in form.css("input[type=hidden]")
                }
                return self.post(action, data={**hidden, **fields})
        raise AssertionError(f"{address} has no form for {action}")


Told = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    """All events that were logged so far, at every level."""
    monkeypatch.setattr(log(), "threshold", logging.DEBUG)
    events: list[dict[str, Any]] = []

    def read() -> list[dict[str, Any]]:
        events.extend(json.loads(line) for line in capsys.readouterr().err.splitlines())
        return events

    return read


@pytest.fixture
def page(node: Node) -> Iterator[FormClient]:
    """The page of a head that asks nobody for a token."""
    with FormClient(build_app(node, asks=False), base_url="http://localhost", follow_redirects=False) as client:
        yield client


@pytest.fixture
def locked(node: Node) -> Iterator[FormClient]:
    """The page of a head that asks for tokens; nobody has logged in, and no rate is in the way."""
    app = build_app(node, asks=True)
    app.state.access = Access(Tokens(node.database), operator=None, asks=True, request_rate=0)
    app.state.access._wrong._per_second = 0
    with FormClient(app, base_url="http://localhost", follow_redirects=False) as client:
        yield client


@pytest.fixture
def token(node: Node) -> Iterator[Callable[..., str]]:
    """Makes tokens of the scopes that are named; none is left."""
    tokens = Tokens(node.database)
    yield lambda *scopes: tokens.create(f"{'-'.join(scopes)}-{time.monotonic_ns()}", scopes)[1]
    node.database.execute("DELETE FROM token")
