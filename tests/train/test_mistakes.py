"""The mistakes of a trained model, looked for in what its training held back."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import uuid4

import pytest
from tests import people

from nerproc.errors import InvalidRequest, NotFound, TooManyRequests
from nerproc.model.store import samples_of
from nerproc.storage.local import LocalStorage
from nerproc.train import mistakes
from nerproc.train.gather import gather, load
from nerproc.train.mistakes import find_mistakes
from nerproc.train.split import HELD, split

MODEL = uuid4()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that errs."""
    return people.random_model(tmp_path_factory.mktemp("random") / "model")


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    """A store that has its samples."""
    storage, given = LocalStorage(tmp_path), io.BytesIO()
    gather(people.samples(60), given)
    given.seek(0)
    storage.put(samples_of(MODEL), given)
    return storage


def test_they_are_of_the_samples_that_were_held_back(storage: LocalStorage, folder: Path) -> None:
    with storage.open(samples_of(MODEL)) as stream:
        learnt, held = split(load(stream), share=HELD)
    found = find_mistakes(storage, MODEL, "random", folder)
    assert (found.looked_at, found.held) == (len(held), len(held))
    assert found.mistakes
    texts = [sample.text for sample in held]
    quoted = [f"{one.left_context}{one.text}{one.right_context}" for one in found.mistakes]
    assert all(any(part in text for text in texts) for part in quoted)
    assert set(texts) != {sample.text for sample in learnt}
    assert [one.times for one in found.mistakes] == sorted((one.times for one in found.mistakes), reverse=True)


def test_too_many_samples_are_refused(
    storage: LocalStorage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mistakes, "MOST_BYTES", 100)
    with pytest.raises(InvalidRequest, match="The samples of the training have more than"):
        find_mistakes(storage, MODEL, "random", folder)


def test_samples_that_are_gone_and_models_that_are_broken(storage: LocalStorage, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        find_mistakes(storage, MODEL, "random", tmp_path)
    storage.delete(samples_of(MODEL))
    with pytest.raises(NotFound, match="not there any more") as raised:
        find_mistakes(storage, MODEL, "random", tmp_path)
    assert "nerproc model evaluate random FILE" in str(raised.value.hint)


def test_one_model_is_looked_at_at_a_time(
    storage: LocalStorage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mistakes, "WAIT_SECONDS", 0.01)
    with mistakes._turn, pytest.raises(TooManyRequests):
        find_mistakes(storage, MODEL, "random", folder)
