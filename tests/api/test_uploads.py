"""Uploads: whole or not at all, whatever the names, however the bytes arrive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from nerproc.api import uploads
from nerproc.api.app import build_app
from nerproc.api.multipart import MultipartFiles
from nerproc.errors import InvalidRequest
from nerproc.node import Node
from nerproc.source.base import ObjectRef, Source
from nerproc.source.upload import UploadSource

FORM = {"Content-Type": "multipart/form-data; boundary=b"}
PART = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nhello\r\n'


def read(source: Source, ref: ObjectRef) -> bytes:
    with source.open(ref) as opened:
        return opened.file.read()


def stored(node: Node) -> set[str]:
    return {found.key for found in node.storage.list("uploads/")}


def test_files_arrive_under_their_names(api: TestClient, node: Node) -> None:
    contents = {
        "a.txt": b"one",
        "folder/b.txt": b"",
        "../../etc/passwd": b"three",
        'quoted "name".txt': b"four",
        "back\\slash": b"five",
        "two\nlines": b"six",
        "Größe ✓.txt": b"seven" * 100_000,
    }
    response = api.post("/uploads", files=[("files", item) for item in contents.items()])
    upload = response.json()
    assert response.status_code == 201
    assert (upload["files"], upload["bytes"]) == (len(contents), sum(map(len, contents.values())))
    assert response.headers["location"] == f"/api/v1/uploads/{upload['id']}"
    assert api.get(f"/uploads/{upload['id']}").json() == upload
    source = UploadSource(node.storage, UUID(upload["id"]))
    assert {ref.name: read(source, ref) for ref in source.list()} == contents
    assert all(key.startswith(f"uploads/{upload['id']}/") for key in stored(node) if upload["id"] in key)


def test_an_upload_can_be_scanned(api: TestClient) -> None:
    upload = api.post("/uploads", files=[("files", ("a.txt", b"x"))]).json()
    source = {"kind": "upload", "upload_id": upload["id"]}
    assert api.post("/reports", json={"source": source}).json()["source"] == source


def test_an_upload_that_is_not_there(api: TestClient) -> None:
    response = api.get("/uploads/00000000-0000-4000-8000-000000000000")
    assert (response.status_code, response.json()["slug"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"", FORM),
        (PART, FORM),  # ends before its last boundary
        (PART + b"--b--\r\n", {"Content-Type": "multipart/form-data"}),
        (PART + b"--b--\r\n", {"Content-Type": "multipart/mixed; boundary=b"}),
        (PART + b"--b--\r\n", {"Content-Type": f"multipart/form-data; boundary={'b' * 500}"}),
        (PART + b"--b--\r\n", {"Content-Type": "text/plain"}),
        (PART + b"--b--\r\n", {}),
        (PART.replace(b"name=", b"field=") + b"--b--\r\n", FORM),
        (PART.replace(b'name="files"', b'name="other"') + b"--b--\r\n", FORM),
        (PART.replace(b'; filename="a"', b"") + b"--b--\r\n", FORM),
        (PART.replace(b"Content", b"C(ntent") + b"--b--\r\n", FORM),
        (PART.replace(b'"a"', b'"' + b"a" * 20_000 + b'"') + b"--b--\r\n", FORM),
        (b"no boundary at all", FORM),
        (b"--b--\r\n", FORM),
    ],
)
def test_broken_bodies_leave_nothing(
    api: TestClient, node: Node, content: bytes, headers: dict[str, str]
) -> None:
    before = stored(node)
    response = api.post("/uploads", content=content, headers=headers)
    assert (response.status_code, response.json()["slug"]) == (422, "invalid-request")
    assert stored(node) == before


def test_an_upload_over_the_limit_leaves_nothing(node: Node) -> None:
    small = Node(
        node.settings.model_copy(update={"upload_bytes": 100_000}), node.database, node.queue, node.storage
    )
    before = stored(node)
    client = TestClient(build_app(small))
    files = [("files", (f"{number}", b"x" * 30_000)) for number in range(4)]
    response = client.post("/api/v1/uploads", files=files)
    assert (response.status_code, response.json()["slug"]) == (413, "too-large")
    assert stored(node) == before
    unsized = iter([PART] * 2_000)
    response = client.post("/api/v1/uploads", content=unsized, headers=FORM)
    assert (response.status_code, response.json()["slug"]) == (413, "too-large")
    assert stored(node) == before
    assert client.post("/api/v1/uploads", files=files[:3]).status_code == 201


def test_a_sender_that_stalls_is_given_up(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "IDLE_SECONDS", 0.2)
    before = stored(node)
    response = _asgi_post(node, iter([PART]))
    assert response["status"] == 422
    assert stored(node) == before


def test_an_upload_ends_with_the_server(node: Node) -> None:
    before = stored(node)
    assert _asgi_post(node, iter([PART]), close_after=0.3)["status"] == 503
    assert stored(node) == before


def _asgi_post(node: Node, pieces: Iterator[bytes], close_after: float | None = None) -> dict[str, Any]:
    """Send a body that never ends."""
    import anyio

    app = build_app(node)
    started: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        for piece in pieces:
            return {"type": "http.request", "body": piece, "more_body": True}
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            started.update(message)

    async def run() -> None:
        async with anyio.create_task_group() as tasks:
            if close_after is not None:
                tasks.start_soon(_close)
            await app(scope, receive, send)

    async def _close() -> None:
        await anyio.sleep(close_after or 0)
        app.state.closing.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/uploads",
        "raw_path": b"/api/v1/uploads",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"content-type", FORM["Content-Type"].encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    anyio.run(run)
    return started


contents = st.lists(
    st.binary(max_size=200) | st.sampled_from([b"", b"\r\n--b", b"--b", b"\r\n" * 40]), max_size=5
)


@given(contents, st.lists(st.integers(1, 300), min_size=1), st.integers(1, 70_000))
def test_files_do_not_depend_on_how_the_bytes_arrive(files: list[bytes], cuts: list[int], read: int) -> None:
    head = b'--b0undary\r\nContent-Disposition: form-data; name="files"; filename="%d"\r\n\r\n'
    body = b"".join(head % n + data + b"\r\n" for n, data in enumerate(files)) + b"--b0undary--\r\n"

    def pieces() -> Iterator[bytes]:
        start = 0
        while start < len(body):
            for cut in cuts:
                yield body[start : start + cut]
                start += cut

    arriving = filter(None, pieces())
    form = MultipartFiles("multipart/form-data; boundary=b0undary", lambda: next(arriving, b""), field="files")
    found = [(name, b"".join(iter(lambda: content.read(read), b""))) for name, content in form]  # noqa: B023
    assert found == [(str(n), data) for n, data in enumerate(files)]


def test_files_that_nobody_reads_are_passed_over() -> None:
    arriving = iter([PART + PART + b"--b--\r\n"])
    form = MultipartFiles(FORM["Content-Type"], lambda: next(arriving, b""), field="files")
    assert [name for name, _ in form] == ["a", "a"]


def test_a_body_that_ends_early_is_an_error_while_it_is_read() -> None:
    arriving = iter([PART[:-3]])
    form = MultipartFiles(FORM["Content-Type"], lambda: next(arriving, b""), field="files")
    _, content = next(iter(form))
    with pytest.raises(InvalidRequest, match="ends before"):
        content.read()
