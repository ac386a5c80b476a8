"""What uploads promise beyond other sources."""

from __future__ import annotations

import hashlib
import io
import time
import uuid
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from nerproc.errors import NotFound
from nerproc.source.upload import UploadSource, UploadWriter
from nerproc.storage.base import Storage
from nerproc.storage.local import LocalStorage


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "artifacts")


def test_an_upload_is_there_only_when_it_is_finished(storage: LocalStorage):
    with UploadWriter(storage) as writer:
        writer.add("a.txt", io.BytesIO(b"one"))
        source = UploadSource(storage, writer.id)
        with pytest.raises(NotFound, match=str(writer.id)):
            source.list()
        assert writer.finish() == writer.id
    assert [ref.name for ref in source.list()] == ["a.txt"]
    with pytest.raises(NotFound):
        UploadSource(storage, uuid.uuid4()).list()


def test_many_files_of_one_name_take_no_longer_than_others():
    class Nowhere:
        def put(self, key: str, data: BinaryIO) -> int:
            return len(data.read())

        def delete(self, prefix: str) -> None: ...

    writer = UploadWriter(cast("Storage", Nowhere()))
    begin = time.process_time()
    for _ in range(20_000):
        writer.add("a.txt", io.BytesIO())
    assert list(writer.files)[:3] == ["a.txt", "a (2).txt", "a (3).txt"]
    assert time.process_time() - begin < 5


def test_an_upload_that_breaks_off_leaves_nothing(storage: LocalStorage):
    def interrupted() -> None:
        with UploadWriter(storage) as writer:
            writer.add("a.txt", io.BytesIO(b"one"))
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        interrupted()
    assert list(storage.list("")) == []


def test_size_and_checksum_are_those_of_the_content(storage: LocalStorage):
    content = b"0123456789" * 300_000
    with UploadWriter(storage) as writer:
        file = writer.add("digits", io.BytesIO(content))
        writer.finish()
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert [ref.version for ref in UploadSource(storage, writer.id).list()] == [file.sha256]


def test_names_are_unique_text_and_never_a_place(storage: LocalStorage):
    given = [
        "a.txt",
        "a.txt",
        "a (2).txt",
        "a.txt",
        "../../etc/passwd",
        "/etc/passwd",
        "",
        "x\udcff\0",
        ".env",
        ".env",
    ]
    with UploadWriter(storage) as writer:
        names = [writer.add(name, io.BytesIO(str(n).encode())).name for n, name in enumerate(given)]
        source = UploadSource(storage, writer.finish())
    assert names == [
        *("a.txt", "a (2).txt", "a (2) (2).txt", "a (3).txt", "../../etc/passwd", "etc/passwd", "unnamed"),
        *("x\ufffd\ufffd", ".env", ".env (2)"),
    ]
    assert {stored.key.partition("/")[0] for stored in storage.list("")} == {"uploads"}
    read = {}
    for ref in source.list():
        with source.open(ref) as opened:
            read[ref.name] = opened.file.read()
    assert read == {name: str(n).encode() for n, name in enumerate(names)}
