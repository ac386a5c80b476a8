"""Connections that are lost at the worst moment."""

from __future__ import annotations

from typing import Any

import pytest

from nerproc.db.database import Database
from nerproc.errors import DatabaseUnreachable


def lose_answer(patch: pytest.MonkeyPatch, database: Database, statement: str) -> None:
    """Run what holds `statement`, and lose the connection before the answer comes."""
    fetch_one = database.fetch_one

    def lost(query: str, *arguments: Any, **options: Any) -> Any:
        found = fetch_one(query, *arguments, **options)
        if statement in query:
            raise DatabaseUnreachable("the connection is lost")
        return found

    patch.setattr(database, "fetch_one", lost)
