"""A database with the current schema, and jobs on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.job.board import Board

from nerproc.db.database import Database


@pytest.fixture
def board(database: Database, tmp_path: Path) -> Board:
    return Board(database, tmp_path / "artifacts")
