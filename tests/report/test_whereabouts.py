"""Where copies may go."""

from __future__ import annotations

from pathlib import Path

import pytest

from nerproc.errors import InvalidRequest, NotFound, PathNotAllowed
from nerproc.report.whereabouts import check, comparable
from nerproc.schema.redaction import LocalDestination, S3Destination
from nerproc.schema.report import LocalSource, S3Source
from nerproc.settings import S3Connection, Settings

ELSEWHERE = S3Connection(endpoint_url="http://elsewhere:9000")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home",
        s3_endpoint_url="http://here:9000",
        storage_url="s3://store/nerproc",
        s3={"elsewhere": ELSEWHERE, "same": S3Connection(endpoint_url="http://here:9000/")},
    )


@pytest.mark.parametrize("output", ["in", "in/sub", ".", "in/../in/x", "link", "link/x"])
def test_never_into_around_or_over_the_files(tmp_path: Path, settings: Settings, output: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "in")
    source = LocalSource(paths=[str(tmp_path / "in")])
    with pytest.raises(InvalidRequest, match="among the originals"):
        check(LocalDestination(path=str(tmp_path / output)), source, settings, None)
    beside = LocalDestination(path=str(tmp_path / "input"))
    assert check(beside, source, settings, None) == beside


def test_a_single_file_and_the_home(tmp_path: Path, settings: Settings) -> None:
    source = LocalSource(paths=[str(tmp_path / "in" / "a.txt")])
    with pytest.raises(InvalidRequest, match="among the originals"):
        check(LocalDestination(path=str(tmp_path / "in")), source, settings, None)
    assert check(LocalDestination(path=str(tmp_path / "in" / "out")), source, settings, None)
    with pytest.raises(InvalidRequest, match="the home of nerproc"):
        check(LocalDestination(path=str(tmp_path / "home" / "x")), source, settings, None)


def test_only_below_the_roots(tmp_path: Path, settings: Settings) -> None:
    source = S3Source(url="s3://bucket/in")
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "link").symlink_to("/")
    for outside in ("/tmp", str(tmp_path / "roots" / ".." / "x"), str(tmp_path / "roots" / "link" / "x")):
        with pytest.raises(PathNotAllowed):
            check(LocalDestination(path=outside), source, settings, [tmp_path / "roots"])
    with pytest.raises(PathNotAllowed):
        check(LocalDestination(path=str(tmp_path)), source, settings, [])
    assert check(LocalDestination(path=str(tmp_path / "roots" / "x")), source, settings, [tmp_path / "roots"])


@pytest.mark.parametrize(
    ("output", "connection", "refused"),
    [
        ("s3://bucket/in", None, True),
        ("s3://bucket/in/sub", None, True),
        ("s3://bucket", None, True),
        ("s3://bucket/in", "same", True),
        ("s3://store/nerproc/reports", None, True),
        ("s3://store", None, True),
        ("s3://bucket/input", None, False),
        ("s3://bucket/out", None, False),
        ("s3://bucket/in", "elsewhere", False),
        ("s3://store/out", None, False),
    ],
)
def test_never_among_the_objects(
    settings: Settings, output: str, connection: str | None, *, refused: bool
) -> None:
    where = S3Destination(url=output, connection=connection)
    if refused:
        with pytest.raises(InvalidRequest, match="among the originals"):
            check(where, S3Source(url="s3://bucket/in"), settings, [])
    else:
        assert check(where, S3Source(url="s3://bucket/in"), settings, []) == where


def test_equal_places_are_told_from_others(tmp_path: Path, settings: Settings) -> None:
    one, same = S3Destination(url="s3://bucket/out"), S3Destination(url="s3://bucket/out/", connection="same")
    assert comparable(one, settings, None) == comparable(same, settings, "host")
    other = S3Destination(url="s3://bucket/out", connection="elsewhere")
    assert comparable(one, settings, None) != comparable(other, settings, None)
    folder = LocalDestination(path=str(tmp_path))
    assert comparable(folder, settings, "one") != comparable(folder, settings, "two")
    with pytest.raises(NotFound, match="no S3 connection 'none'"):
        check(S3Destination(url="s3://out", connection="none"), S3Source(url="s3://in"), settings, [])
