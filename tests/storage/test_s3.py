"""What a store in a bucket promises beyond the others: its cache, large artifacts, and clear failures."""

from __future__ import annotations

import io
import os
import random
import socket
import threading
import time
from pathlib import Path

import pytest
from benchmarks.s3_stub import Stub
from pydantic import SecretStr
from tests.buckets import new_bucket

from nerproc.errors import NotFound, StorageUnreachable
from nerproc.settings import S3Connection
from nerproc.storage.cache import KEEP_SECONDS
from nerproc.storage.s3 import S3Storage


def store(connection: S3Connection, bucket: str, folder: Path, *, cache_bytes: int = 1 << 30) -> S3Storage:
    return S3Storage(f"s3://{bucket}", connection, folder=folder, cache_bytes=cache_bytes)


def test_a_large_artifact_is_read_in_pieces(moto: S3Connection, tmp_path: Path) -> None:
    storage = store(moto, new_bucket(moto), tmp_path)
    data = random.Random(1).randbytes(20_000_000)
    storage.put("large", io.BytesIO(data))
    with storage.open("large") as file:
        assert file.read(1_000) == data[:1_000]
        assert file.seek(-1_000, io.SEEK_END) == len(data) - 1_000
        assert file.read() == data[-1_000:]
        file.seek(0)
        assert file.read() == data
    assert storage.fetch("large").read_bytes() == data


def test_a_copy_is_fetched_once_and_checked_at_every_use(stub: Stub, tmp_path: Path) -> None:
    connection = S3Connection(endpoint_url=stub.endpoint)
    first, second = (store(connection, "bucket", tmp_path) for _ in range(2))
    stub.objects["part"] = b"rows"
    path = first.fetch("part")
    stub.faults.cut["part"] = 1_000  # no content can be had any more
    assert second.fetch("part") == path
    stub.faults.cut.clear()
    stub.objects["part"] = b"other rows"
    assert second.fetch("part").read_bytes() == b"other rows"
    assert first.fetch("part").read_bytes() == b"other rows"
    assert len(list(path.parent.iterdir())) == 1


def test_what_is_deleted_stays_in_no_cache(stub: Stub, tmp_path: Path) -> None:
    storage = store(S3Connection(endpoint_url=stub.endpoint), "bucket", tmp_path)
    stub.objects["reports/1/part"] = b"rows"
    path = storage.fetch("reports/1/part")
    del stub.objects["reports/1/part"]  # by another node
    with pytest.raises(NotFound):
        storage.fetch("reports/1/part")
    assert not path.exists()


def test_the_cache_drops_what_was_not_used_for_longest(stub: Stub, tmp_path: Path) -> None:
    storage = store(S3Connection(endpoint_url=stub.endpoint), "bucket", tmp_path, cache_bytes=25_000)
    paths = []
    for number in range(5):
        stub.objects[f"part-{number}"] = bytes([number]) * 10_000
        paths.append(storage.fetch(f"part-{number}"))
        if number < 3:
            long_ago = time.time() - KEEP_SECONDS - 100 + number
            os.utime(paths[-1], (long_ago, long_ago))
    assert [path.exists() for path in paths] == [False, False, True, True, True]
    assert storage.fetch("part-0").read_bytes() == bytes(10_000)


def test_processes_share_a_cache_without_seeing_half_a_file(stub: Stub, tmp_path: Path) -> None:
    connection = S3Connection(endpoint_url=stub.endpoint)
    stub.objects.fill([f"part-{number}" for number in range(20)], b"x" * 3_000_000)
    wrong = []

    def read(storage: S3Storage) -> None:
        sizes = [storage.fetch(f"part-{number}").stat().st_size for number in range(20)]
        wrong.extend(size for size in sizes if size != 3_000_000)

    readers = [
        threading.Thread(target=read, args=[store(connection, "bucket", tmp_path, cache_bytes=1)])
        for _ in range(4)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_a_missing_bucket_is_reported(moto: S3Connection, tmp_path: Path) -> None:
    storage = store(moto, "no-such-bucket", tmp_path)
    for call in (
        lambda: storage.put("key", io.BytesIO(b"x")),
        lambda: storage.open("key"),
        lambda: storage.fetch("key"),
        lambda: list(storage.list("")),
        lambda: storage.delete("key"),
    ):
        with pytest.raises(StorageUnreachable, match="no such bucket"):
            call()


def test_a_server_that_is_not_there_is_reported_without_the_secret(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = "http://127.0.0.1:{1}".format(*free.getsockname())
    connection = S3Connection(endpoint_url=endpoint, access_key_id="me", secret_access_key=SecretStr("hunter2"))
    storage = store(connection, "bucket", tmp_path)
    with pytest.raises(StorageUnreachable, match="cannot be reached") as refused:
        storage.put("key", io.BytesIO(b"x"))
    assert "hunter2" not in str(refused.value) + repr(refused.value.__cause__)
    assert list(storage.scratch().iterdir()) == []


def test_a_server_that_refuses_is_reported(stub: Stub, tmp_path: Path) -> None:
    storage = store(S3Connection(endpoint_url=stub.endpoint), "bucket", tmp_path)
    stub.faults.denied.add("key")
    for call in (lambda: storage.put("key", io.BytesIO(b"x")), lambda: storage.fetch("key")):
        with pytest.raises(StorageUnreachable, match="access is denied"):
            call()


def test_only_the_keys_of_the_settings_are_sent(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "ambient",
        "AWS_SECRET_ACCESS_KEY": "ambient",
        "AWS_SESSION_TOKEN": "ambient",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    with_keys = S3Connection(
        endpoint_url=stub.endpoint, access_key_id="me", secret_access_key=SecretStr("hunter2")
    )
    for connection in (with_keys, S3Connection(endpoint_url=stub.endpoint)):
        stub.headers.clear()
        storage = store(connection, "bucket", tmp_path)
        storage.put("key", io.BytesIO(b"x"))
        storage.fetch("key")
        assert [stored.key for stored in storage.list("")] == ["key"]
        assert len(stub.headers) >= 3
        for headers in stub.headers:
            assert "x-amz-security-token" not in headers
            assert ("Credential=me/" in headers.get("authorization", "")) == (connection is with_keys)
            assert ("authorization" in headers) == (connection is with_keys)
