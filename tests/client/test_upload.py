"""What a client finds to upload, and how it writes it down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerproc.api.multipart import MultipartFiles
from nerproc.client.upload import CHUNK_BYTES, LocalFile, Multipart, find_files, name_of
from nerproc.errors import InvalidRequest, NotFound
from nerproc.source.local import LocalSource


def made(folder: Path) -> Path:
    """A folder with what folders hold."""
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "deep.txt").write_text("deep")
    (folder / "a.txt").write_text("a")
    (folder / 'quote"\\back\nslash.txt').write_text("odd")
    Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff.txt")).write_text("bad")
    (folder / "link.txt").symlink_to(folder / "a.txt")
    (folder / "nowhere").symlink_to(folder / "missing")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    return folder


@pytest.mark.parametrize("paths", [["."], ["a"], ["a.txt"], ["a", "a.txt"], ["a", "a/b", "link.txt"]])
def test_names_are_those_of_a_scan_on_this_machine(paths: list[str], tmp_path: Path) -> None:
    folder = made(tmp_path)
    given_paths = [folder / path for path in paths]
    listed = [(ref.name, ref.problem is None) for ref in LocalSource(given_paths, roots=[folder]).list()]
    found = [(file.name, file.problem is None) for file in find_files(given_paths)]
    assert found == listed


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"missing\.txt"):
        find_files([tmp_path, tmp_path / "missing.txt"])
    with pytest.raises(InvalidRequest, match="no files"):
        find_files([tmp_path])


def test_what_files_are_called_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert name_of(["letters/"]) == "letters"
    assert name_of(["."]) == tmp_path.name
    assert name_of(["a.txt", "b.txt", "c.txt"]) == "a.txt and 2 more"
    assert name_of(["/"]) == "/"


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40).filter(
                lambda name: not any(escape in name for escape in ("%22", "%0D", "%0A"))
            ),
            st.binary(max_size=200),
        ),
        max_size=4,
    ),
    st.integers(1, 50),
)
def test_the_head_reads_what_was_sent(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, bytes]], step: int
) -> None:
    folder = tmp_path_factory.mktemp("files")
    local = []
    for number, (name, content) in enumerate(files):
        path = folder / str(number)
        path.write_bytes(content)
        local.append(LocalFile(name, path))
    body = Multipart(local)
    sent = b"".join(body)
    pieces = iter([sent[at : at + step] for at in range(0, len(sent), step)])
    received = MultipartFiles(body.content_type, lambda: next(pieces, b""), field="files")
    assert [(name, content.read()) for name, content in received] == files


def test_large_files_are_sent_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(10 * CHUNK_BYTES)
    assert max(map(len, Multipart([LocalFile("large", path)]))) == CHUNK_BYTES
