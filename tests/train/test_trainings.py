"""Trainings as they are queued."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cut import lose_answer
from tests.job.board import RecordingQueue
from tests.people import DRINKING, samples

from nerproc.db.database import Database
from nerproc.db.migration import migrate
from nerproc.errors import DatabaseUnreachable
from nerproc.job.training import TrainingJobs
from nerproc.model.models import Models
from nerproc.schema.training import Wish
from nerproc.settings import Settings
from nerproc.storage.local import LocalStorage
from nerproc.train.trainings import Trainings


def test_when_nobody_knows_whether_it_was_queued_a_training_keeps_its_samples(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(database)
    storage = LocalStorage(tmp_path / "artifacts")
    jobs = TrainingJobs(database, RecordingQueue())
    trainings = Trainings(jobs, Models(database, storage), storage, Settings(home=tmp_path))
    with monkeypatch.context() as patch:
        lose_answer(patch, database, "INSERT INTO job")
        with pytest.raises(DatabaseUnreachable):
            trainings.create(Wish(name="drinks"), samples(40, sentences=DRINKING), base="none")
    task = database.fetch_one("SELECT manifest FROM task")
    assert task is not None
    storage.open(task["manifest"]).close()
