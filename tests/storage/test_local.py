"""What a store in a folder promises beyond the others."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nerproc.errors import StorageUnreachable
from nerproc.storage.local import LocalStorage

KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
from nerproc.storage.local import LocalStorage

class Deadly:
    def read(self, size):
        if os.path.exists(sys.argv[1] + "/ready"):
            os.kill(os.getpid(), signal.SIGKILL)
        open(sys.argv[1] + "/ready", "w").close()
        return b"x" * size

LocalStorage(Path(sys.argv[1], "artifacts")).put("key", Deadly())
"""


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_write_that_the_disk_refuses_is_reported_and_leaves_nothing(tmp_path: Path):
    storage = LocalStorage(tmp_path)
    storage.put("key", io.BytesIO(b"old"))
    with (
        room_for(1_500_000),
        pytest.raises(StorageUnreachable, match=r"writing key .* File too large") as caught,
    ):
        storage.put("key", io.BytesIO(b"x" * 3_000_000))
    assert "room" in (caught.value.hint or "")
    assert storage.fetch("key").read_bytes() == b"old"
    assert list(storage.scratch().iterdir()) == []


def test_a_root_that_is_no_folder_is_reported(tmp_path: Path):
    (tmp_path / "file").touch()
    storage = LocalStorage(tmp_path / "file")
    with pytest.raises(StorageUnreachable, match=r"exists|Not a directory"):
        storage.put("key", io.BytesIO(b"x"))


@pytest.mark.fault
def test_a_writer_that_is_killed_leaves_no_artifact(tmp_path: Path):
    killed = subprocess.run([sys.executable, "-c", KILLED_WRITER, str(tmp_path)], check=False)
    storage = LocalStorage(tmp_path / "artifacts")
    assert killed.returncode == -9
    assert list(storage.list("")) == []
    assert len(list(storage.scratch().iterdir())) == 1


def test_deleting_leaves_no_empty_folders(tmp_path: Path):
    storage = LocalStorage(tmp_path)
    storage.put("a/b/c", io.BytesIO(b"x"))
    storage.put("a/d", io.BytesIO(b"x"))
    storage.delete("a/b/c")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".scratch", "a"]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["d"]
    storage.delete("a/d")
    assert [path.name for path in tmp_path.iterdir()] == [".scratch"]
