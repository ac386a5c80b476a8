from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.detection.encoder.folder import write_encoder

from nerproc.errors import InvalidRequest, NotFound, StorageUnreachable
from nerproc.model.cache import KEEP_SECONDS, ModelCache
from nerproc.model.models import Models
from nerproc.storage.local import LocalStorage

CHILD = """
import sys
from pathlib import Path
from nerproc.model.cache import ModelCache
from nerproc.storage.local import LocalStorage

class Counted(LocalStorage):
    def open(self, key):
        print(key, flush=True)
        return super().open(key)

cache = ModelCache(Counted(Path(sys.argv[1])), Path(sys.argv[2]), most_bytes=1 << 30)
found = cache.open(sys.argv[3], "mine").detectors(None, None, None)[0].detect_all([("Ada met", None)])
assert [span.label for span in found[0]] == ["NAME"]
"""


@pytest.fixture
def cache(storage: LocalStorage, tmp_path: Path) -> ModelCache:
    return ModelCache(storage, tmp_path / "home" / "models", most_bytes=1 << 30)


@pytest.fixture
def model(models: Models, tmp_path: Path) -> str:
    """The id of an imported model."""
    return str(models.import_folder(write_encoder(tmp_path / "mine")).id)


def test_a_model_of_the_store_is_opened_from_the_disk(cache: ModelCache, model: str) -> None:
    opened = cache.open(model, "mine")
    assert (opened.name, opened.labels, opened.parts) == ("mine", ("NAME", "ORGANIZATION"), ("encoder",))


def test_eight_processes_at_once_download_it_once(model: str, storage: LocalStorage, tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", CHILD, str(storage.root), str(tmp_path / "home"), model]
    children = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    read = [child.communicate(timeout=120)[0].splitlines() for child in children]
    assert {child.returncode for child in children} == {0}
    assert sorted(len(keys) for keys in read) == [0, 0, 0, 0, 0, 0, 0, 4]
    assert [path.name for path in (tmp_path / "home").iterdir() if path.is_dir()] == [model]


def test_what_was_killed_while_it_downloaded_is_no_model(
    model: str, storage: LocalStorage, tmp_path: Path, cache: ModelCache
) -> None:
    arguments = [sys.executable, "-c", CHILD, str(storage.root), str(tmp_path / "home" / "models"), model]
    died = subprocess.run(
        arguments,
        env={**os.environ, "NERPROC_FAILPOINT": "model_downloaded:kill"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert died.returncode == -9
    assert not (tmp_path / "home" / "models" / model).exists()
    assert cache.fetch(model).is_dir()


def test_files_that_are_not_what_was_stored_are_refused(
    model: str, storage: LocalStorage, cache: ModelCache, tmp_path: Path
) -> None:
    file = storage.root / "models" / model / "config.json"
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(StorageUnreachable, match=r"config\.json is not what was stored"):
        cache.open(model, "mine")
    assert [path for path in (tmp_path / "home" / "models").iterdir() if path.is_dir()] == []


def test_a_model_of_a_newer_version_is_refused(model: str, storage: LocalStorage, cache: ModelCache) -> None:
    file = storage.root / "models" / model / "model.json"
    file.write_text(file.read_text().replace('"kind":"encoder"', '"kind":"oracle"'))
    with pytest.raises(InvalidRequest, match="of the kind 'oracle', which is unknown here"):
        cache.open(model, "mine")


def test_a_model_that_was_deleted_is_not_found(cache: ModelCache) -> None:
    with pytest.raises(NotFound, match="the model 'gone' was deleted"):
        cache.open("0b6d1a0e-6a52-4d0e-9a64-3b1a1f0f9d11", "gone")


def test_what_was_not_used_for_longest_goes_when_there_is_too_much(
    models: Models, storage: LocalStorage, tmp_path: Path
) -> None:
    folder = write_encoder(tmp_path / "mine")
    cards = [models.import_folder(folder, name) for name in ("old", "used", "new")]
    size = cards[0].bytes
    assert size is not None
    cache = ModelCache(storage, tmp_path / "home", most_bytes=2 * size + size // 2 + 2_000)
    places = [cache.fetch(str(card.id)) for card in cards[:2]]
    long_ago = time.time() - KEEP_SECONDS - 60
    for age, place in enumerate(places):
        os.utime(place, (long_ago + age, long_ago + age))
    cache.fetch(str(cards[2].id))
    assert [place.exists() for place in places] == [False, True]


def test_what_was_used_a_moment_ago_stays(models: Models, storage: LocalStorage, tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "mine")
    cache = ModelCache(storage, tmp_path / "home", most_bytes=0)
    places = [cache.fetch(str(models.import_folder(folder, name).id)) for name in ("a", "b")]
    assert all(place.is_dir() for place in places)
