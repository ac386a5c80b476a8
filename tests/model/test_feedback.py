"""Feedback in the database and the store: all or nothing, nothing lost, nothing left, and no text in a row."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.detection.encoder.folder import write_encoder

from nerproc.db import migration
from nerproc.db.database import Database
from nerproc.errors import DatabaseUnreachable, InvalidRequest, NotFound, StorageUnreachable
from nerproc.model import feedback as module
from nerproc.model.feedback import FeedbackStore
from nerproc.model.models import Models
from nerproc.schema.report import ModelCard
from nerproc.schema.sample import FeedbackSample, SampleSpan
from nerproc.storage.local import LocalStorage

TEXTS = ("Ada met Grace.", "Nothing is here.", "Ann wrote to Bob")


def sample(text: str, *spans: tuple[int, int, str], document: str = "") -> FeedbackSample:
    marked = [SampleSpan(start=start, end=end, label=label) for start, end, label in spans]
    return FeedbackSample(text=text, spans=marked, document=document)


SAMPLES = (
    sample(TEXTS[0], (0, 3, "NAME"), (8, 13, "NAME")),
    sample(TEXTS[1], document="letter"),
    sample(TEXTS[2], (0, 3, "AUTHOR"), (13, 16, "NAME")),
)


@pytest.fixture
def store(database: Database, storage: LocalStorage) -> FeedbackStore:
    migration.migrate(database)
    return FeedbackStore(database, storage)


@pytest.fixture
def patterns(models: Models) -> ModelCard:
    return models.card("patterns")


@pytest.fixture
def imported(models: Models, tmp_path: Path) -> ModelCard:
    return models.import_folder(write_encoder(tmp_path / "mine"))


def keys(storage: LocalStorage) -> list[str]:
    return [stored.key for stored in storage.list("feedback/")]


def test_what_is_added_is_there_in_order(store: FeedbackStore, patterns: ModelCard) -> None:
    ids = store.add(patterns, SAMPLES)
    more = store.add(patterns, SAMPLES[:1])
    found = list(store.all(patterns))
    assert [one.id for one in found] == ids + more
    given = [*SAMPLES, SAMPLES[0]]
    assert [FeedbackSample(**one.model_dump(exclude={"id", "created_at"})) for one in found] == given


def test_rows_have_labels_and_counts_and_no_text(
    store: FeedbackStore, patterns: ModelCard, database: Database
) -> None:
    store.add(patterns, SAMPLES)
    rows = database.fetch_all("SELECT * FROM feedback ORDER BY number")
    assert [(row["labels"], row["spans"], row["characters"]) for row in rows] == [
        (["NAME"], 2, 14),
        ([], 0, 16),
        (["AUTHOR", "NAME"], 2, 16),
    ]
    assert not any(text in str(rows) for text in (*TEXTS, "letter"))


def test_pages_join_up_whatever_their_size(
    store: FeedbackStore, patterns: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = store.add(patterns, SAMPLES) + store.add(patterns, SAMPLES)

    def pages(limit: int) -> Iterator[list[UUID]]:
        after: int | None = 0
        while after is not None:
            items, after = store.page(patterns, after=after, limit=limit)
            yield [item.id for item in items]

    for limit in (1, 2, 3, 6, 7):
        read = list(pages(limit))
        assert [one for page in read for one in page] == ids
        assert max(map(len, read)) == min(limit, 6)
    monkeypatch.setattr(module, "PAGE_CHARACTERS", 31)
    assert [len(page) for page in pages(6)] == [2, 2, 1, 1]
    monkeypatch.setattr(module, "PAGE_CHARACTERS", 1)
    assert [len(page) for page in pages(6)] == [1] * 6


def test_feedback_belongs_to_one_model(
    store: FeedbackStore, patterns: ModelCard, imported: ModelCard, models: Models
) -> None:
    of_patterns = store.add(patterns, SAMPLES[:1])
    of_imported = store.add(imported, SAMPLES[1:])
    assert [one.id for one in store.all(patterns)] == of_patterns
    assert [one.id for one in store.all(models.card(str(imported.id).upper()))] == of_imported
    store.delete(patterns, of_imported[0])
    assert [one.id for one in store.all(imported)] == of_imported


def test_deleted_feedback_leaves_nothing(
    store: FeedbackStore, patterns: ModelCard, database: Database, storage: LocalStorage
) -> None:
    first, second, third = store.add(patterns, SAMPLES)
    store.delete(patterns, second)
    store.delete(patterns, second)
    store.delete(patterns, uuid4())
    assert [one.id for one in store.all(patterns)] == [first, third]
    assert {Path(key).stem for key in keys(storage)} == {str(first), str(third)}
    assert database.fetch_one("SELECT count(*) FROM feedback") == {"count": 2}


def test_a_deleted_model_takes_its_feedback_along(
    store: FeedbackStore, models: Models, imported: ModelCard, database: Database, storage: LocalStorage
) -> None:
    store.add(imported, SAMPLES)
    kept = store.add(models.card("patterns"), SAMPLES[:1])
    models.delete(imported.name)
    assert [Path(key).stem for key in keys(storage)] == [str(kept[0])]
    assert database.fetch_one("SELECT count(*) FROM feedback") == {"count": 1}
    with pytest.raises(NotFound, match=f"no model '{imported.name}' any more"):
        store.add(imported, SAMPLES)
    assert len(keys(storage)) == 1


def test_of_what_cannot_be_stored_whole_nothing_stays(
    store: FeedbackStore,
    patterns: ModelCard,
    storage: LocalStorage,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put = storage.put

    def fail_at_last(key: str, data: io.BytesIO) -> int:
        if TEXTS[2].encode() in data.getvalue():
            raise StorageUnreachable("the disk is full")
        return put(key, data)

    monkeypatch.setattr(storage, "put", fail_at_last)
    with pytest.raises(StorageUnreachable):
        store.add(patterns, SAMPLES)
    assert keys(storage) == []
    assert database.fetch_one("SELECT count(*) FROM feedback") == {"count": 0}


def test_when_nobody_knows_whether_rows_were_written_the_artifacts_stay(
    store: FeedbackStore, patterns: ModelCard, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = database.execute

    def lose_the_answer(*arguments: Any, **options: Any) -> int:
        execute(*arguments, **options)
        raise DatabaseUnreachable("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr(database, "execute", lose_the_answer)
        with pytest.raises(DatabaseUnreachable):
            store.add(patterns, SAMPLES)
    assert [one.text for one in store.all(patterns)] == list(TEXTS)


def test_a_sample_that_is_deleted_while_it_is_read_is_left_out(
    store: FeedbackStore, patterns: ModelCard, storage: LocalStorage
) -> None:
    first, second, third = store.add(patterns, SAMPLES)
    storage.delete(next(key for key in keys(storage) if str(second) in key))
    assert [one.id for one in store.all(patterns)] == [first, third]


def test_what_killed_processes_left_is_collected(
    store: FeedbackStore, patterns: ModelCard, storage: LocalStorage, database: Database
) -> None:
    kept, lost = store.add(patterns, SAMPLES[:2])
    database.execute("DELETE FROM feedback WHERE id = %(id)s", {"id": lost})
    assert store.collect(age_seconds=3_600) == 0
    assert store.collect(age_seconds=-1) == 1
    assert [Path(key).stem for key in keys(storage)] == [str(kept)]


def test_a_model_by_its_path_has_no_feedback(store: FeedbackStore) -> None:
    card = ModelCard(name="spacy:/models/mine", description="", labels=[], detectors=[])
    with pytest.raises(InvalidRequest, match="named by its path"):
        store.add(card, SAMPLES)
