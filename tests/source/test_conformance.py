"""What every source promises. A new adapter joins by a class and a line in SOURCES."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from benchmarks.s3_stub import Stub
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nerproc.errors import NotFound
from nerproc.settings import S3Connection
from nerproc.source.base import Source, Unreadable
from nerproc.source.local import LocalSource
from nerproc.source.s3 import S3Source
from nerproc.source.upload import UploadSource, UploadWriter
from nerproc.storage.local import LocalStorage


class Place(Protocol):
    """Somewhere that files can be put, to be read through a source."""

    def fill(self, files: dict[str, bytes]) -> Source: ...

    def clear(self) -> None: ...


class Folder:
    def __init__(self, path: Path) -> None:
        self.made = 0
        self.path = path

    def fill(self, files: dict[str, bytes]) -> Source:
        self.made += 1
        self.root = self.path / f"root-{self.made}"
        self.root.mkdir()
        for name, content in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_bytes(content)
        return LocalSource([self.root], [self.path])

    def clear(self) -> None:
        self.root.rename(self.path / "moved away")


class Upload:
    def __init__(self, path: Path) -> None:
        self.storage = LocalStorage(path)

    def fill(self, files: dict[str, bytes]) -> Source:
        with UploadWriter(self.storage) as writer:
            for name, content in files.items():
                writer.add(name, io.BytesIO(content))
            return UploadSource(self.storage, writer.finish())

    def clear(self) -> None:
        self.storage.delete("uploads")


class Bucket:
    def __init__(self, stub: Stub) -> None:
        self.made = 0
        self.stub = stub

    def fill(self, files: dict[str, bytes]) -> Source:
        self.made += 1
        for name, content in {"": b"", **files}.items():
            self.stub.objects[f"some/root {self.made}/{name}"] = content
        connection = S3Connection(endpoint_url=self.stub.endpoint)
        return S3Source(f"s3://bucket/some/root {self.made}", connection)

    def clear(self) -> None:
        self.stub.objects.clear()


SOURCES: dict[str, Callable[[Path, pytest.FixtureRequest], Place]] = {
    "local": lambda folder, _: Folder(folder),
    "upload": lambda folder, _: Upload(folder),
    "s3": lambda _, request: Bucket(request.getfixturevalue("stub")),
}

FILES = {
    "a.txt": b"first",
    "a/b.txt": b"second",
    "a-b": b"",
    "z/ü/deep/file.txt": b"x" * 300_000,
    "two\nlines": b"n",
    'it\'s "quoted" & <odd>.csv': b"q",
}


@pytest.fixture(params=SOURCES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return SOURCES[request.param](tmp_path, request)


def test_every_object_is_listed_in_order_and_can_be_read(place: Place):
    source = place.fill(FILES)
    refs = list(source.list())
    assert [ref.name for ref in refs] == sorted(FILES)
    for ref in refs:
        assert ref.problem is None
        assert ref.size == len(FILES[ref.name])
        source.expect(ref)
    for ref in refs:
        with source.open(ref) as opened:
            assert opened.file.read() == FILES[ref.name]
            assert opened.file.seek(1) == 1
            assert opened.file.read(3) == FILES[ref.name][1:4]
            opened.check()


def test_a_version_is_the_same_for_the_same_content(place: Place):
    source = place.fill(FILES)
    refs = list(source.list())
    assert all(ref.version for ref in refs)
    for ref in refs:
        with source.open(ref) as opened:
            assert opened.version == ref.version
            opened.check()
    assert list(source.list()) == refs


def test_nothing_at_the_root_is_told_before_the_first_object(place: Place):
    source = place.fill(FILES)
    place.clear()
    with pytest.raises(NotFound):
        source.list()


def test_an_object_that_is_gone_is_unreadable(place: Place):
    source = place.fill(FILES)
    refs = list(source.list())
    place.clear()
    for ref in refs:
        with pytest.raises(Unreadable, match=r"gone|deleted"):
            source.open(ref)


def test_no_objects_is_a_source_too(place: Place):
    assert list(place.fill({}).list()) == []


segments = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=4)
names = st.lists(segments.filter(lambda name: name not in {".", ".."}), min_size=1, max_size=4).map("/".join)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(names, st.binary(max_size=10), max_size=12))
def test_what_goes_in_comes_out_in_order(place: Place, files: dict[str, bytes]):
    files = {
        name: data for name, data in files.items() if not any(other.startswith(f"{name}/") for other in files)
    }
    source = place.fill(files)
    found = []
    for ref in source.list():
        with source.open(ref) as opened:
            found.append((ref.name, opened.file.read()))
    assert found == sorted(files.items())
