"""What every artifact store promises. A new adapter joins by a line in STORES."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.buckets import new_bucket

from nerproc.errors import NotFound
from nerproc.settings import S3Connection
from nerproc.storage.base import Storage
from nerproc.storage.local import LocalStorage
from nerproc.storage.s3 import S3Storage


def in_folder(folder: Path, request: pytest.FixtureRequest) -> Storage:
    return LocalStorage(folder / "artifacts")


def in_bucket(folder: Path, request: pytest.FixtureRequest) -> Storage:
    connection: S3Connection = request.getfixturevalue("moto")
    url = f"s3://{new_bucket(connection)}/some/prefix"
    return S3Storage(url, connection, folder=folder / "s3", cache_bytes=1 << 30)


STORES: dict[str, Callable[[Path, pytest.FixtureRequest], Storage]] = {"local": in_folder, "s3": in_bucket}


@pytest.fixture(params=STORES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return STORES[request.param](tmp_path, request)


def put(storage: Storage, *keys: str) -> None:
    for key in keys:
        storage.put(key, io.BytesIO(key.encode()))


def keys(storage: Storage, prefix: str = "") -> list[str]:
    return [stored.key for stored in storage.list(prefix)]


class Failing(io.BytesIO):
    """Data whose end cannot be read."""

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        if not chunk:
            raise ConnectionResetError("the sender has gone")
        return chunk


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_what_is_put_can_be_read(storage: Storage, size: int):
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert storage.put("a/b/c.bin", io.BytesIO(data)) == size
    with storage.open("a/b/c.bin") as file:
        assert file.read() == data
        file.seek(size // 2)
        assert file.read(10) == data[size // 2 :][:10]
    assert storage.fetch("a/b/c.bin").read_bytes() == data


def test_put_again_replaces(storage: Storage):
    storage.put("key", io.BytesIO(b"a long first version"))
    storage.put("key", io.BytesIO(b"second"))
    with storage.open("key") as file:
        assert file.read() == b"second"
    assert [stored.size for stored in storage.list("")] == [6]


def test_put_file_moves_a_file(storage: Storage, tmp_path: Path):
    for folder in (storage.scratch(), tmp_path):
        path = folder / "part.parquet"
        path.write_bytes(b"rows")
        storage.put_file(f"jobs/1/{folder.name.strip('.')}", path)
        assert not path.exists()
    assert keys(storage) == sorted(
        f"jobs/1/{folder.name.strip('.')}" for folder in (storage.scratch(), tmp_path)
    )
    for stored in storage.list("jobs/"):
        assert storage.fetch(stored.key).read_bytes() == b"rows"


def test_files_in_scratch_are_not_artifacts(storage: Storage):
    (storage.scratch() / "half-written").write_bytes(b"...")
    assert keys(storage) == []


@pytest.mark.parametrize("key", ["nothing", "folder", "folder/file/below"])
def test_reading_what_is_not_there_says_so(storage: Storage, key: str):
    put(storage, "folder/file")
    with pytest.raises(NotFound, match=key):
        storage.open(key)
    with pytest.raises(NotFound, match=key):
        storage.fetch(key)


def test_data_that_cannot_be_read_leaves_nothing_or_what_was_there(storage: Storage):
    put(storage, "old")
    for key in ("old", "new"):
        with pytest.raises(ConnectionResetError):
            storage.put(key, Failing(b"x" * 2_000_000))
    assert keys(storage) == ["old"]
    assert storage.fetch("old").read_bytes() == b"old"
    assert list(storage.scratch().iterdir()) == []


def test_listing_is_in_order_of_key_and_by_prefix(storage: Storage):
    names = ["a", "a-1", "a.b", "a0", "b/a", "b/c/d", "b-c", "b.c", "uploads/1", "uploads/10", "uploads/2"]
    put(storage, *reversed(names))
    assert keys(storage) == sorted(names)
    assert keys(storage, "uploads/1") == ["uploads/1", "uploads/10"]
    assert keys(storage, "b/") == ["b/a", "b/c/d"]
    assert keys(storage, "b") == ["b-c", "b.c", "b/a", "b/c/d"]
    assert keys(storage, "nothing/here") == []


def test_listing_tells_size_and_time(storage: Storage):
    storage.put("key", io.BytesIO(b"12345"))
    (stored,) = storage.list("key")
    assert stored.size == 5
    assert abs(stored.modified - datetime.now(UTC)) < timedelta(minutes=1)


def test_delete_takes_the_key_and_what_is_below_it_only(storage: Storage):
    put(storage, "jobs/1/a", "jobs/1/b/c", "jobs/10", "jobs/1-a", "other")
    storage.delete("jobs/1")
    assert keys(storage) == ["jobs/1-a", "jobs/10", "other"]
    storage.delete("other")
    storage.delete("other")
    storage.delete("jobs/10/below/a/file")
    assert keys(storage) == ["jobs/1-a", "jobs/10"]


@pytest.mark.parametrize(
    "key",
    ["", "/absolute", "../up", "a/../b", "a//b", "a/", ".hidden", "a/.b", "a b", "a\\b", "é", "a\0b", "a\n"],
)
def test_what_is_no_key_is_refused(storage: Storage, key: str, tmp_path: Path):
    file = tmp_path / "file"
    file.touch()
    for call in (
        lambda: storage.put(key, io.BytesIO()),
        lambda: storage.put_file(key, file),
        lambda: storage.open(key),
        lambda: storage.fetch(key),
        lambda: storage.delete(key),
    ):
        with pytest.raises(ValueError, match="not a key"):
            call()
    assert file.exists()


@pytest.mark.parametrize("prefix", ["/", "../", "a//", ".scratch", "a/../b"])
def test_what_is_no_prefix_is_refused(storage: Storage, prefix: str):
    with pytest.raises(ValueError, match="not a prefix"):
        list(storage.list(prefix))


def test_a_reader_never_sees_half_an_artifact(storage: Storage):
    done = threading.Event()
    seen = set()

    def read() -> None:
        while not done.is_set():
            with storage.open("key") as file:
                content = file.read()
            seen.add((len(content), *set(content)))

    storage.put("key", io.BytesIO(b"0" * 100_000))
    reader = threading.Thread(target=read)
    reader.start()
    for n in range(20):
        storage.put("key", io.BytesIO(str(n % 10).encode() * 100_000))
    done.set()
    reader.join()
    assert seen
    assert seen <= {(100_000, ord(str(n))) for n in range(10)}


def test_writers_and_deleters_of_one_prefix_do_not_disturb_each_other(storage: Storage):
    def write(n: int) -> None:
        for _ in range(20):
            put(storage, f"shared/folder/{n}/file")
            storage.delete(f"shared/folder/{n}")

    threads = [threading.Thread(target=write, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys(storage) == []
    put(storage, "shared/folder/0/file")
    assert keys(storage) == ["shared/folder/0/file"]


segments = st.text("ab0-_=+.", min_size=1, max_size=3).filter(lambda name: not name.startswith("."))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.lists(segments, min_size=2, max_size=4).map("/".join), max_size=8), st.data())
def test_a_store_is_a_sorted_map(storage: Storage, wanted: set[str], data: st.DataObject):
    names = {name for name in wanted if not any(other.startswith(f"{name}/") for other in wanted)}
    put(storage, *names)
    prefix = data.draw(
        st.sampled_from(sorted({name[:n] for name in names for n in range(len(name) + 1)} or {""}))
    )
    assert keys(storage, prefix) == sorted(name for name in names if name.startswith(prefix))
    for name in names:
        storage.delete(name)
    assert keys(storage) == []
