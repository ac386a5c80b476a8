from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from tests.cut import lose_answer
from tests.detection.encoder.folder import write_encoder
from tests.model.test_folder import write_model

from nerproc.db.database import Database
from nerproc.errors import Conflict, DatabaseUnreachable, InvalidRequest, NerprocError, NotFound
from nerproc.model.folder import built_in, stored
from nerproc.model.models import Models
from nerproc.storage.local import LocalStorage


def keys(storage: LocalStorage) -> list[str]:
    return [stored.key for stored in storage.list("models/")]


def test_an_imported_model_is_there_until_it_is_deleted(
    models: Models, storage: LocalStorage, tmp_path: Path
) -> None:
    card = models.import_folder(write_model(tmp_path / "x"))
    assert (card.name, card.origin, card.labels) == ("tiny", "imported", ["NAME", "ORGANIZATION"])
    assert card.lineage == {"base": "none"}
    assert card.created_at is not None
    assert models.card("tiny") == card
    assert [one.name for one in models.cards() if one.origin not in {"built-in", "plugin"}] == ["tiny"]
    assert {key.split("/")[-1] for key in keys(storage)} == {
        *("config.json", "tokenizer.json", "model.onnx", "model.json")
    }
    assert card.bytes == sum((tmp_path / "x" / name).stat().st_size for name in _names(storage))
    models.delete("tiny")
    assert keys(storage) == []
    with pytest.raises(NotFound, match="no model 'tiny'"):
        models.card("tiny")
    with pytest.raises(NotFound):
        models.delete("tiny")


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "", " ", "../x", "a" * 300])
def test_no_model_has_a_name_that_none_can_have(models: Models, name: str) -> None:
    with pytest.raises(NotFound, match="no model"):
        models.card(name)
    with pytest.raises(NotFound, match="no model"):
        models.delete(name)


def _names(storage: LocalStorage) -> set[str]:
    return {key.split("/")[-1] for key in keys(storage)} - {"model.json"}


def test_the_files_of_a_model_are_listed_with_their_hashes(models: Models, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "x")
    for card in (models.import_folder(folder), models.card("basic")):
        place = built_in("basic") if card.id is None else folder
        assert place is not None
        listed = models.files(card)
        assert [file.name for file in listed] == sorted(stored(place).files)
        for file in listed:
            data = (place / file.name).read_bytes()
            assert (file.sha256, file.bytes) == (sha256(data).hexdigest(), len(data))
    assert models.files(models.card("patterns")) == []


def test_the_version_changes_with_the_files_and_not_with_the_name(models: Models, tmp_path: Path) -> None:
    first = models.import_folder(write_encoder(tmp_path / "x"), "first")
    same = models.import_folder(tmp_path / "x", "same")
    write_encoder(tmp_path / "y", words={"Ada": "B-PER"})
    other = models.import_folder(tmp_path / "y", "other")
    assert first.version == same.version != other.version


def test_a_name_is_taken_once(models: Models, storage: LocalStorage, tmp_path: Path) -> None:
    write_model(tmp_path / "x")
    models.import_folder(tmp_path / "x")
    before = keys(storage)
    for name in ("tiny", "patterns", "basic", "presidio"):
        with pytest.raises(Conflict, match=f"There is a model '{name}' already"):
            models.import_folder(tmp_path / "x", name)
    with pytest.raises(InvalidRequest, match="no name for a model"):
        models.import_folder(tmp_path / "x", "spacy:mine")
    assert keys(storage) == before


def test_when_nobody_knows_whether_its_row_was_written_a_model_stays_whole(
    models: Models,
    storage: LocalStorage,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        lose_answer(patch, database, "INSERT INTO model")
        with pytest.raises(DatabaseUnreachable):
            models.import_folder(write_model(tmp_path / "x"))
    assert {file.name for file in models.files(models.card("tiny"))} == _names(storage) != set()


def test_of_two_imports_at_once_one_is_refused_and_leaves_nothing(
    models: Models, storage: LocalStorage, tmp_path: Path
) -> None:
    write_model(tmp_path / "x")

    def attempt(_: int) -> object:
        try:
            return models.import_folder(tmp_path / "x").id
        except Conflict as error:
            return error

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(attempt, range(4)))
    assert sum(isinstance(answer, Conflict) for answer in answers) == 3
    assert {key.split("/")[1] for key in keys(storage)} == {str(models.card("tiny").id)}


def test_a_model_that_cannot_be_run_is_not_registered(
    models: Models, storage: LocalStorage, tmp_path: Path
) -> None:
    folder = write_encoder(tmp_path / "x")
    (folder / "model.onnx").write_bytes(b"\x80\x05not a network")
    with pytest.raises(InvalidRequest, match="is no ONNX network"):
        models.import_folder(folder)
    assert keys(storage) == []
    assert [card for card in models.cards() if card.origin == "imported"] == []


def test_a_model_that_takes_its_process_down_is_refused(
    models: Models, storage: LocalStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_encoder(tmp_path / "x")
    crash = tmp_path / "crash"
    crash.mkdir()
    (crash / "onnxruntime.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setenv("PYTHONPATH", str(crash))
    with pytest.raises(InvalidRequest, match="the process that tried ended with -11"):
        models.import_folder(folder)
    assert keys(storage) == []


def test_models_that_come_with_nerproc_cannot_be_deleted(models: Models) -> None:
    for name in ("patterns", "basic"):
        with pytest.raises(Conflict, match=f"'{name}' comes with nerproc"):
            models.delete(name)


def test_what_killed_imports_left_is_collected(
    models: Models, storage: LocalStorage, tmp_path: Path, database: Database
) -> None:
    kept = models.import_folder(write_model(tmp_path / "x"))
    lost = models.import_folder(tmp_path / "x", "lost")
    database.execute("DELETE FROM model WHERE name = 'lost'")
    assert models.collect(age_seconds=3_600) == 0
    assert models.collect(age_seconds=-1) == 1
    assert {key.split("/")[1] for key in keys(storage)} == {str(kept.id)}
    assert str(lost.id) not in str(keys(storage))


def test_a_folder_of_models_is_imported_once_and_the_bad_ones_are_told(models: Models, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    write_model(folder / "a")
    write_encoder(folder / "b")
    write_encoder(folder / "c")
    (folder / "c" / "tokenizer.json").write_text("{}")
    (folder / "notes").mkdir()

    def outcome() -> list[tuple[str, type[NerprocError] | None]]:
        return [(Path(name).name, error and type(error)) for name, error in models.import_all(folder)]

    assert outcome() == [("tiny", None), ("b", None), ("c", InvalidRequest)]
    assert outcome() == [("c", InvalidRequest)]
    write_encoder(folder / "b", words={"Ada": "B-PER"})
    assert outcome() == [("b", Conflict), ("c", InvalidRequest)]
    with pytest.raises(NotFound):
        list(models.import_all(tmp_path / "nowhere"))
