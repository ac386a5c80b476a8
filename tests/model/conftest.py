"""Models of a database and a store of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from nerproc.db import migration
from nerproc.db.database import Database
from nerproc.model.models import Models
from nerproc.storage.local import LocalStorage


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "artifacts")


@pytest.fixture
def models(database: Database, storage: LocalStorage) -> Models:
    migration.migrate(database)
    return Models(database, storage)
