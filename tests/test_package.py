"""What is installed: the built package has all files of the source, models too, and is not too large."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from nerproc.model.folder import built_in, built_in_names

ROOT = Path(__file__).parents[1]
MOST_BYTES = {"basic": 8_000_000, "accurate": 25_000_000}  # of the model's files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built."""
    (made,) = WheelBuilder(str(ROOT)).build(
        directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"]
    )
    return Path(made)


def test_the_wheel_has_every_file_of_the_source(wheel: Path) -> None:
    source = ROOT / "src"
    with ZipFile(wheel) as archive:
        packed = {entry.filename: entry.file_size for entry in archive.infolist()}
    expected = {
        path.relative_to(source).as_posix(): path.stat().st_size
        for path in (source / "nerproc").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "nerproc/model/builtin/basic/model.json" in expected
    assert {name: size for name, size in packed.items() if ".dist-info/" not in name} == expected


def test_models_are_small() -> None:
    assert "basic" in built_in_names()
    for name in built_in_names():
        folder = built_in(name)
        assert folder is not None
        assert sum(path.stat().st_size for path in folder.iterdir()) <= MOST_BYTES[name], name
