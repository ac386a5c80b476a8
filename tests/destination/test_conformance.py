"""What every destination promises. A new adapter joins by a class and a line in PLACES."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Protocol

import pytest
from tests.buckets import new_bucket

from nerproc.destination.base import Destination, Unwritable
from nerproc.destination.local import LocalDestination
from nerproc.destination.s3 import S3Destination
from nerproc.errors import DestinationUnreachable, NotFound, Refused
from nerproc.settings import S3Connection
from nerproc.storage.s3_client import request_client


class Place(Protocol):
    """Somewhere that copies can go, and be looked at."""

    def open(self) -> Destination: ...

    def copies(self) -> dict[str, bytes]: ...


class Folder:
    def __init__(self, path: Path, request: pytest.FixtureRequest) -> None:
        self.folder = path / "some" / "folder"

    def open(self) -> Destination:
        return LocalDestination(self.folder, job="job", task=3, attempt=2)

    def copies(self) -> dict[str, bytes]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}


class Bucket:
    def __init__(self, path: Path, request: pytest.FixtureRequest) -> None:
        self.connection: S3Connection = request.getfixturevalue("moto")
        self.bucket = new_bucket(self.connection, {"some/prefixed.txt": b"of somebody else"})

    def open(self) -> Destination:
        return S3Destination(f"s3://{self.bucket}/some/prefix", self.connection)

    def copies(self) -> dict[str, bytes]:
        client = request_client(self.connection)
        listed = client.list_objects_v2(Bucket=self.bucket, Prefix="some/prefix/").get("Contents", ())
        return {
            item["Key"].removeprefix("some/prefix/"): client.get_object(Bucket=self.bucket, Key=item["Key"])[
                "Body"
            ].read()
            for item in listed
        }


PLACES: dict[str, type[Folder | Bucket]] = {"local": Folder, "s3": Bucket}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return PLACES[request.param](tmp_path, request)


def read_to_its_end(content: bytes) -> io.BytesIO:
    """As who has scanned a copy leaves it."""
    stream = io.BytesIO(content)
    stream.seek(0, io.SEEK_END)
    return stream


def test_copies_are_whole_and_replace_their_own(place: Place) -> None:
    destination = place.open()
    assert destination.vacant()
    assert place.copies() == {}
    large = bytes(range(256)) * 20_000
    destination.put("a.txt", read_to_its_end(b"first"))
    destination.put("sub/b ü%2F.txt", read_to_its_end(large))
    destination.put("a.txt", read_to_its_end(b"second"))
    destination.put("empty", io.BytesIO())
    destination.tidy()
    assert not place.open().vacant()
    assert place.copies() == {"a.txt": b"second", "sub/b ü%2F.txt": large, "empty": b""}


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/../b", "a/./b", "a\0b", "é" * 2_000])
def test_names_that_lead_elsewhere_or_nowhere(place: Place, name: str) -> None:
    with pytest.raises(Unwritable):
        place.open().put(name, io.BytesIO(b"x"))
    assert place.copies() == {}


def test_a_folder_takes_no_names_that_are_no_paths(tmp_path: Path) -> None:
    folder = LocalDestination(tmp_path / "out")
    for name in ("/etc/passwd", "a//b", "a/"):
        with pytest.raises(Unwritable):
            folder.put(name, io.BytesIO(b"x"))
    folder.put("a", io.BytesIO(b"x"))
    folder.put("b/c", io.BytesIO(b"x"))
    for name in ("a/b", "b"):
        with pytest.raises(Unwritable, match="in its way"):
            folder.put(name, io.BytesIO(b"y"))
    (tmp_path / "out" / "link").symlink_to(tmp_path)
    with pytest.raises(Unwritable, match="a link is in its way"):
        folder.put("link/outside", io.BytesIO(b"y"))
    folder.tidy()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "b", "link"]
    assert not (tmp_path / "outside").exists()


def test_what_killed_attempts_left_is_removed_and_nothing_of_others(tmp_path: Path) -> None:
    aside = tmp_path / ".nerproc-job"
    aside.mkdir()
    for name in ("task-3.1", "task-3.2", "task-3.10", "task-30.1"):
        (aside / name).write_text("half")
    LocalDestination(tmp_path, job="job", task=3, attempt=2).tidy()
    assert sorted(path.name for path in aside.iterdir()) == ["task-3.10", "task-30.1"]
    LocalDestination(tmp_path, job="job", task=30, attempt=1).tidy()
    LocalDestination(tmp_path, job="job", task=3, attempt=10).tidy()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path: Path, moto: S3Connection) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Refused):
        LocalDestination(tmp_path / "file").vacant()
    with pytest.raises(Refused):
        LocalDestination(tmp_path / "file").put("a", io.BytesIO(b"x"))
    with pytest.raises(NotFound, match="no bucket"):
        S3Destination("s3://nobodys-bucket/x", moto).vacant()
    with pytest.raises(NotFound, match="no bucket"):
        S3Destination("s3://nobodys-bucket/x", moto).put("a", io.BytesIO(b"x"))
    nowhere = S3Connection(endpoint_url="http://127.0.0.1:9")
    with pytest.raises(DestinationUnreachable, match="cannot be reached"):
        S3Destination("s3://bucket/x", nowhere).vacant()


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    folder = LocalDestination(tmp_path / "out", job="job")
    monkeypatch.setattr("nerproc.destination.local.shutil.copyfileobj", full)
    with pytest.raises(DestinationUnreachable, match="No space left"):
        folder.put("a", io.BytesIO(b"x"))
    folder.tidy()
    assert list((tmp_path / "out").iterdir()) == []
