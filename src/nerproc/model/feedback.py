"""Feedback on models: samples that users corrected, kept for the next training.

A sample is a row, which has no text, and an artifact `feedback/<model>/<id>.json`. Artifacts are there before
the row, and go after it; what is left by a process that was killed in between is collected. What makes a sample
a sound one is checked before it comes here (`train/feedback.py`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4, uuid5

from psycopg.errors import ForeignKeyViolation

from nerproc.db.database import Database
from nerproc.errors import DatabaseUnreachable, InvalidRequest, NotFound, StorageUnreachable
from nerproc.failpoint import failpoint
from nerproc.model.registry import is_path
from nerproc.schema.report import ModelCard
from nerproc.schema.sample import Feedback, FeedbackSample
from nerproc.storage.base import Storage, StoredObject

ROOT = "feedback"
AT_ONCE = 8  # artifacts that are written or read at the same time
PAGE_CHARACTERS = 4_000_000  # after which a page ends, though it could have more items

_NAMES = UUID("5f0f3d0c-6d1b-4b8e-9f53-0f5b8f1c7d42")  # in which names of models become ids
_INSERT = """
INSERT INTO feedback (id, model, imported, labels, spans, characters)
SELECT id, %(model)s, %(imported)s, string_to_array(labels, ' '), spans, characters
  FROM unnest(%(ids)s::uuid[], %(labels)s::text[], %(spans)s::int[], %(characters)s::int[])
       WITH ORDINALITY AS sample (id, labels, spans, characters, place)
 ORDER BY place"""
_PAGE = """
SELECT number, id, characters, created_at FROM feedback
 WHERE model = %(model)s AND number > %(after)s ORDER BY number LIMIT %(limit)s"""
_DELETE = "DELETE FROM feedback WHERE model = %(model)s AND id = %(id)s"
_KNOWN = "SELECT id::text FROM feedback WHERE id::text = ANY(%(ids)s)"


def artifacts(model: UUID) -> str:
    """The key prefix of the feedback on the model of that id."""
    return f"{ROOT}/{model}"


class FeedbackStore:
    """The feedback of one database and artifact store."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._db = database
        self._storage = storage

    def add(self, model: ModelCard, samples: Sequence[FeedbackSample]) -> list[UUID]:
        """Keep samples, all or none; their ids, in their order.

        Raises:
            NotFound: the model was deleted meanwhile.
            InvalidRequest: the model is named by its path.
        """
        owner = _owner(model)
        ids = [uuid4() for _ in samples]
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(lambda identity, sample: self._put(owner, identity, sample), ids, samples))
            failpoint("feedback_stored")
            self._db.execute(
                _INSERT,
                {
                    "model": owner,
                    "imported": model.id,
                    "ids": ids,
                    "labels": [" ".join(sorted({span.label for span in sample.spans})) for sample in samples],
                    "spans": [len(sample.spans) for sample in samples],
                    "characters": [len(sample.text) for sample in samples],
                },
            )
        except DatabaseUnreachable:
            raise  # the rows may be there, and need their artifacts; else those are collected
        except ForeignKeyViolation:
            self._forget(owner, ids)
            raise NotFound(f"there is no model {model.name!r} any more") from None
        except BaseException:
            self._forget(owner, ids)
            raise
        return ids

    def page(self, model: ModelCard, *, after: int = 0, limit: int) -> tuple[list[Feedback], int | None]:
        """Up to `limit` samples behind the number `after`, oldest first; the number to go on after, or None.

        Those that are deleted while they are read are left out.
        """
        owner = _owner(model)
        rows = self._db.fetch_all(_PAGE, {"model": owner, "after": after, "limit": limit + 1}, retry=True)
        shown = _bounded(rows[:limit])
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda row: self._get(owner, row), shown))
        following = shown[-1]["number"] if len(rows) > len(shown) else None
        return [sample for sample in found if sample is not None], following

    def all(self, model: ModelCard) -> Iterator[Feedback]:
        """Every sample, oldest first; a page is held at a time."""
        after: int | None = 0
        while after is not None:
            samples, after = self.page(model, after=after, limit=1_000)
            yield from samples

    def delete(self, model: ModelCard, feedback: UUID) -> None:
        """Delete a sample; nothing there is no error."""
        owner = _owner(model)
        self._db.execute(_DELETE, {"model": owner, "id": feedback}, retry=True)
        failpoint("feedback_row_deleted")
        self._storage.delete(_key(owner, feedback))

    def collect(self, *, age_seconds: float) -> int:
        """Delete artifacts older than `age_seconds` that no row knows; return how many."""
        horizon = datetime.now(UTC) - timedelta(seconds=age_seconds)
        old = (stored for stored in self._storage.list(f"{ROOT}/") if stored.modified < horizon)
        deleted = 0
        while some := {_id_of(stored): stored.key for stored in islice(old, 1_000)}:
            known = {row["id"] for row in self._db.fetch_all(_KNOWN, {"ids": list(some)}, retry=True)}
            for identity in some.keys() - known:
                self._storage.delete(some[identity])
                deleted += 1
        return deleted

    def _put(self, owner: UUID, identity: UUID, sample: FeedbackSample) -> None:
        self._storage.put(_key(owner, identity), io.BytesIO(sample.model_dump_json().encode()))

    def _forget(self, owner: UUID, ids: Sequence[UUID]) -> None:
        with suppress(StorageUnreachable):  # what stays is collected
            for identity in ids:
                self._storage.delete(_key(owner, identity))

    def _get(self, owner: UUID, row: dict[str, Any]) -> Feedback | None:
        try:
            with self._storage.open(_key(owner, row["id"])) as file:
                sample = FeedbackSample.model_validate_json(file.read())
        except NotFound:
            return None
        return Feedback(**dict(sample), id=row["id"], created_at=row["created_at"])


def _owner(model: ModelCard) -> UUID:
    """What feedback on a model goes by.

    Raises:
        InvalidRequest: it is named by its path, which means something else on another host.
    """
    if is_path(model.name):
        raise InvalidRequest(
            f"The model {model.name!r} is named by its path, and there is no feedback on paths.",
            hint="Import it, or install it as a package.",
        )
    return model.id or uuid5(_NAMES, model.name)


def _key(owner: UUID, identity: UUID) -> str:
    return f"{artifacts(owner)}/{identity}.json"


def _id_of(stored: StoredObject) -> str:
    return stored.key.rpartition("/")[2].removesuffix(".json")


def _bounded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many as have few enough characters together, one at least."""
    characters = 0
    for number, row in enumerate(rows):
        characters += row["characters"]
        if number and characters > PAGE_CHARACTERS:
            return rows[:number]
    return rows
