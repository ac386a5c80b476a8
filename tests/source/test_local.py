"""Files as people have them: links, devices, odd names, what may not be read."""

from __future__ import annotations

import json
import os
import socket
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from nerproc.errors import NotFound, PathNotAllowed
from nerproc.source.base import Changed, ObjectRef, Unreadable
from nerproc.source.local import LINK_TO_FOLDER, NOT_A_FILE, OUTSIDE, LocalSource

NOBODY = 65534


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    return root


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder of root's in which this process has no special rights, whoever runs the tests."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        user = os.geteuid()
        if user == 0:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        yield Path(folder)
        os.seteuid(user)


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def listed(source: LocalSource) -> dict[str, str | None]:
    return {ref.name: ref.problem for ref in source.list()}


def test_names_are_relative_to_the_folder_the_common_parent_or_the_file(root: Path):
    write(root / "x/a.txt")
    write(root / "x/b/c.txt")
    write(root / "y/d.txt")
    for paths, names in (
        (["x"], ["a.txt", "b/c.txt"]),
        (["x/a.txt"], ["a.txt"]),
        (["x", "y"], ["x/a.txt", "x/b/c.txt", "y/d.txt"]),
        (["y/d.txt", "x/b"], ["x/b/c.txt", "y/d.txt"]),
        (["x/b", "x", "x/a.txt", "x"], ["a.txt", "b/c.txt"]),
        (["x/b/c.txt", "x/a.txt"], ["a.txt", "b/c.txt"]),
    ):
        source = LocalSource([root / path for path in paths], [root])
        assert [ref.name for ref in source.list()] == names
        for ref in source.list():
            source.open(ref).file.close()


def test_relative_paths_are_those_of_the_working_folder(root: Path, monkeypatch: pytest.MonkeyPatch):
    write(root / "x/a.txt")
    monkeypatch.chdir(root / "x")
    for path in (".", "../x", "../../root/x/"):
        assert listed(LocalSource([Path(path)], [root])) == {"a.txt": None}
    assert listed(LocalSource([Path()], [Path()])) == {"a.txt": None}


def test_a_file_and_a_folder_of_like_names_are_in_order(root: Path):
    for name in ("a/b", "a.txt", "a-b/c", "a0", "a/a/a"):
        write(root / name)
    names = [ref.name for ref in LocalSource([root], [root]).list()]
    assert names == sorted(names) == ["a-b/c", "a.txt", "a/a/a", "a/b", "a0"]
    both = LocalSource([root / "a", root / "a.txt", root / "a-b"], [root])
    assert [ref.name for ref in both.list()] == ["a-b/c", "a.txt", "a/a/a", "a/b"]


def test_links_to_files_below_a_root_are_followed_and_no_others(root: Path, tmp_path: Path):
    write(root / "real.txt", "real")
    secret = write(tmp_path / "secret.txt")
    (root / "folder").mkdir()
    for name, target in {
        "good": "real.txt",
        "folder/up": "../real.txt",
        "twice": "good",
        "outside": str(secret),
        "nowhere": "missing",
        "loop": "loop",
        "parent": ".",
        "folder/root": str(root),
    }.items():
        (root / name).symlink_to(target)
    source = LocalSource([root], [root])
    assert listed(source) == {
        "folder/root": LINK_TO_FOLDER,
        "folder/up": None,
        "good": None,
        "loop": "the link leads to itself",
        "nowhere": "the link leads nowhere",
        "outside": OUTSIDE,
        "parent": LINK_TO_FOLDER,
        "real.txt": None,
        "twice": None,
    }
    with source.open(next(ref for ref in source.list() if ref.name == "twice")) as opened:
        assert opened.file.read() == b"real"


def test_a_link_that_is_given_is_meant(root: Path):
    write(root / "real/a.txt")
    (root / "link").symlink_to("real")
    (root / "file").symlink_to("real/a.txt")
    assert listed(LocalSource([root / "link"], [root / "link"])) == {"a.txt": None}
    assert listed(LocalSource([root / "file"], [root / "file"])) == {"file": None}
    assert listed(LocalSource([root / "link", root / "file"], [root])) == {"file": None, "link/a.txt": None}


def test_a_file_that_is_swapped_for_a_link_after_listing_is_not_opened(root: Path, tmp_path: Path):
    secret = write(tmp_path / "secret.txt", "secret")
    write(root / "file")
    write(root / "folder/secret.txt")
    source = LocalSource([root], [root])
    file, below = source.list()
    (root / "file").unlink()
    (root / "file").symlink_to(secret)
    (root / "folder").rename(tmp_path / "away")
    (root / "folder").symlink_to(tmp_path)
    for ref in (file, below):
        with pytest.raises(Unreadable, match="outside"):
            source.open(ref)


def test_a_handle_or_name_that_climbs_is_not_opened(root: Path, tmp_path: Path):
    write(tmp_path / "secret.txt")
    write(root / "file")
    source = LocalSource([root], [root])
    for ref in (
        ObjectRef("../secret.txt", 4, "", ""),
        ObjectRef(str(tmp_path / "secret.txt"), 4, "", ""),
        ObjectRef("file", 4, "", "hex:" + b"../secret.txt".hex()),
    ):
        with pytest.raises(Unreadable, match="outside"):
            source.open(ref)


def test_what_is_no_regular_file_is_listed_and_never_opened(root: Path):
    os.mkfifo(root / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "socket"))
        (root / "link").symlink_to("fifo")
        source = LocalSource([root], [root])
        assert listed(source) == {"fifo": NOT_A_FILE, "link": NOT_A_FILE, "socket": NOT_A_FILE}
        for ref in source.list():
            with pytest.raises(Unreadable, match="not a regular file"):
                source.open(ref)
    with pytest.raises(Unreadable, match="not a regular file"):
        LocalSource([Path("/dev/zero")], [Path("/dev")]).open(ObjectRef("zero", 0, "", ""))


def test_what_may_not_be_read_is_accounted_for(as_nobody: Path):
    write(as_nobody / "closed/file")
    write(as_nobody / "locked.txt").chmod(0)
    write(as_nobody / "open.txt")
    (as_nobody / "closed").chmod(0)
    source = LocalSource([as_nobody], [as_nobody])
    refs = {ref.name: ref for ref in source.list()}
    assert list(refs) == ["closed/", "locked.txt", "open.txt"]
    assert refs["closed/"].problem == "the folder cannot be listed: permission denied"
    assert refs["locked.txt"].problem is None
    with pytest.raises(Unreadable, match="permission denied"):
        source.open(refs["locked.txt"])
    with pytest.raises(NotFound, match="cannot be listed: permission denied"):
        LocalSource([as_nobody / "closed"], [as_nobody]).list()
    (as_nobody / "closed").chmod(0o755)


def test_a_folder_too_deep_for_the_system_is_accounted_for(root: Path):
    name = "d" * 250
    descriptor = os.open(root, os.O_PATH)
    for _ in range(20):
        os.mkdir(name, dir_fd=descriptor)
        deeper = os.open(name, os.O_PATH, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = deeper
    os.close(descriptor)
    (problem,) = listed(LocalSource([root], [root])).values()
    assert problem == "the folder cannot be listed: File name too long"


def test_names_that_are_not_utf8_are_escaped_and_still_open(root: Path):
    raw = os.fsencode(root) + b"/fold\xe9r"
    os.mkdir(raw)  # noqa: PTH102 a path of bytes
    for name, text in ((b"/caf\xe9.txt", "one"), ("/naïve.txt".encode(), "two"), (b"/\xff\n", "three")):
        with open(raw + name, "w") as file:  # noqa: PTH123 a path of bytes
            file.write(text)
    source = LocalSource([root], [root])
    read = {}
    for ref in source.list():
        json.dumps([ref.name, ref.handle]).encode()
        ref.name.encode()
        with source.open(ref) as opened:
            read[ref.name] = opened.file.read()
            assert opened.version == ref.version
    assert read == {
        "fold\\xe9r/\\xff\n": b"three",
        "fold\\xe9r/caf\\xe9.txt": b"one",
        "fold\\xe9r/naïve.txt": b"two",
    }
    assert list(read) == sorted(read)


def test_a_version_changes_with_the_content(root: Path):
    file = write(root / "file", "1234")
    source = LocalSource([root], [root])
    (ref,) = source.list()
    os.utime(file, ns=(1, 1))
    with source.open(ref) as opened:
        assert opened.version == "1-4" != ref.version
        opened.check()
        file.write_text("12345")
        os.utime(file, ns=(1, 1))
        with pytest.raises(Changed):
            opened.check()
        file.unlink()
        with pytest.raises(Unreadable, match="gone"):
            opened.check()


def test_files_that_vanish_while_they_are_listed_are_left_out(root: Path):
    for n in range(3):
        write(root / f"{n}")
    refs = LocalSource([root], [root]).list()
    assert next(refs).name == "0"
    (root / "1").unlink()
    assert [ref.name for ref in refs] == ["2"]


def test_paths_outside_of_the_roots_are_refused_whether_or_not_they_exist(root: Path, tmp_path: Path):
    (root / "out").symlink_to(tmp_path)
    beside = write(tmp_path / "root-beside/file")
    for path in (tmp_path, beside, tmp_path / "missing", root / "..", root / "out", root / "out/missing"):
        with pytest.raises(PathNotAllowed) as caught:
            LocalSource([root, path], [root])
        assert str(path) in caught.value.message
        assert "NERPROC_ROOTS" in (caught.value.hint or "")
        assert "nerproc scan" in (caught.value.hint or "")
    with pytest.raises(PathNotAllowed):
        LocalSource([root], [])
    assert listed(LocalSource([root], [Path("/")])) == {"out": LINK_TO_FOLDER}


def test_any_missing_path_is_named(root: Path):
    write(root / "there")
    with pytest.raises(NotFound, match=r"/root/miss\\xe9"):
        LocalSource([root / "there", root / "miss\udce9"], [root]).list()


def test_listing_takes_no_memory_for_folders_that_are_done(root: Path):
    for folder in range(20):
        (root / f"{folder:02}").mkdir()
        for n in range(100):
            (root / f"{folder:02}" / f"{n:03}").touch()
    tracemalloc.start()
    try:
        count = sum(1 for _ in LocalSource([root], [root]).list())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 2000
    assert peak < 100_000


def test_the_folder_left_out_is_not_listed(tmp_path: Path) -> None:
    for name in ("home/artifacts/found.parquet", "letters/home/a.txt", "b.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    source = LocalSource([tmp_path], [tmp_path], without=tmp_path / "home")
    assert [ref.name for ref in source.list()] == ["b.txt", "letters/home/a.txt"]
