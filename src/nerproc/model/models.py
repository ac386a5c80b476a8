"""Models as users see them: those that come with nerproc or a plugin, and those that were imported.

An imported model is a row and, under `models/<id>/` of the artifact store, the files of its folder. Files are
there before the row, and go after it; what is left by a process that was killed in between is collected.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from nerproc.db.database import Database
from nerproc.errors import Conflict, InvalidRequest, NerprocError, NotFound
from nerproc.failpoint import failpoint
from nerproc.model import registry
from nerproc.model.folder import CARD, NAME, Description, artifacts, describe, is_model
from nerproc.model.trial import try_out
from nerproc.schema.report import ModelCard
from nerproc.source.base import Unreadable
from nerproc.source.upload import UploadSource
from nerproc.storage.base import Storage

_INSERT = """
INSERT INTO model (id, name, version, kind, description, labels, files, lineage)
VALUES (%(id)s, %(name)s, %(version)s, %(kind)s, %(description)s, %(labels)s, %(files)s, %(lineage)s)
RETURNING *"""
_LIST = "SELECT * FROM model ORDER BY name"
_GET = "SELECT * FROM model WHERE name = %(name)s"
_KNOWN = "SELECT id::text FROM model"

# Locked before the second statement looks for reports: one that is submitted meanwhile waits, and fails.
_LOCK = "SELECT id FROM model WHERE name = %(name)s FOR UPDATE"
_USERS = (
    "SELECT id FROM job WHERE model_id = %(id)s AND state IN ('queued', 'running') ORDER BY created_at LIMIT 3"
)
_DELETE = "DELETE FROM model WHERE id = %(id)s"


class Models:
    """The models of one database and artifact store."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._db = database
        self._storage = storage

    def cards(self) -> list[ModelCard]:
        """All models, by name."""
        imported = [_card(row) for row in self._db.fetch_all(_LIST, retry=True)]
        return sorted([*registry.cards(), *imported], key=lambda card: card.name)

    def card(self, name: str) -> ModelCard:
        """The model of that name.

        Raises:
            NotFound: there is none.
            InvalidRequest: it is a plugin's, which fails, or needs a package that is not installed.
        """
        model = registry.find(name)
        if model is not None:
            return model.card()
        row = self._find(name)
        if row is None:
            names = ", ".join(card.name for card in self.cards())
            raise NotFound(f"there is no model {name!r}", hint=f"models: {names}")
        return _card(row)

    def import_folder(self, folder: Path, name: str | None = None) -> ModelCard:
        """Import the model in a folder, under another `name` if given: all of it, or nothing.

        Raises:
            NotFound: there is no such folder.
            InvalidRequest: it is no model, or not a whole one.
            Conflict: there is a model of that name.
        """
        if name is not None and not re.fullmatch(NAME, name):
            raise InvalidRequest(
                f"{name!r} is no name for a model", hint="Use letters, digits and _ . -, at most 64."
            )
        description = describe(folder, name)
        if registry.find(description.name) is not None or self._find(description.name) is not None:
            raise _taken(description.name)
        try_out(folder, description.kind)
        return self._store(folder, description)

    def import_upload(self, upload: UUID, name: str | None = None) -> ModelCard:
        """Import the model whose files were uploaded; the upload stays.

        Raises:
            NotFound: there is no such upload.
            InvalidRequest, Conflict: see `import_folder`.
        """
        with TemporaryDirectory(prefix="nerproc-") as temporary:
            folder = Path(temporary) / "model"
            folder.mkdir()
            source = UploadSource(self._storage, upload)
            for ref in source.list():
                if "/" in ref.name or ref.name.startswith("."):
                    raise InvalidRequest(
                        f"the upload has {ref.name!r}, which is no file of a model",
                        hint="Upload the files of one folder, and no folders.",
                    )
                try:
                    with source.open(ref) as opened, (folder / ref.name).open("xb") as file:
                        shutil.copyfileobj(opened.file, file)
                except Unreadable as error:
                    raise NotFound(f"{ref.name} of the upload cannot be read: {error}") from None
            return self.import_folder(folder, name)

    def import_all(self, folder: Path) -> Iterator[tuple[str, NerprocError | None]]:
        """Import each model in `folder` that is not there yet; the name of each, and what is wrong with it.

        Raises:
            NotFound: there is no such folder.
        """
        if not folder.is_dir():
            raise NotFound(f"there is no folder {str(folder)!r}", hint="NERPROC_MODEL_DIR names it.")
        for place in [folder] if is_model(folder) else sorted(filter(is_model, folder.iterdir())):
            try:
                description = describe(place)
                row = self._find(description.name)
                if row is None or row["version"] != _version(description):
                    yield self.import_folder(place).name, None
            except NerprocError as error:
                yield str(place), error

    def delete(self, name: str) -> None:
        """Delete an imported model.

        Raises:
            NotFound: there is none of that name.
            Conflict: a report runs on it, or it was not imported.
        """
        with self._db.transaction() as connection:
            row = connection.execute(_LOCK, {"name": name}).fetchone()
            if row is not None:
                users = connection.execute(_USERS, {"id": row[0]}).fetchall()
                if users:
                    raise Conflict(
                        f"Reports run on the model {name!r}: {', '.join(str(user[0]) for user in users)}.",
                        hint="Wait for their end, or stop them.",
                    )
                connection.execute(_DELETE, {"id": row[0]})
        if row is None:
            card = self.card(name)
            raise Conflict(f"The model {card.name!r} was not imported, so it cannot be deleted.")
        failpoint("model_row_deleted")
        self._storage.delete(artifacts(row[0]))

    def collect(self, *, age_seconds: float) -> int:
        """Delete files older than `age_seconds` that belong to no model; return of how many models."""
        horizon = datetime.now(UTC) - timedelta(seconds=age_seconds)
        newest: dict[str, datetime] = {}
        for stored in self._storage.list("models/"):
            model = stored.key.split("/")[1]
            newest[model] = max(stored.modified, newest.get(model, stored.modified))
        known = {row["id"] for row in self._db.fetch_all(_KNOWN, retry=True)} if newest else set()
        unused = [model for model, modified in newest.items() if modified < horizon and model not in known]
        for model in unused:
            self._storage.delete(artifacts(model))
        return len(unused)

    def _find(self, name: str) -> dict[str, Any] | None:
        return self._db.fetch_one(_GET, {"name": name}, retry=True)

    def _store(self, folder: Path, description: Description) -> ModelCard:
        identity = uuid4()
        prefix = artifacts(identity)
        try:
            files = {}
            for name, digest in sorted(description.files.items()):
                with (folder / name).open("rb") as file:
                    files[name] = {"sha256": digest, "size": self._storage.put(f"{prefix}/{name}", file)}
            self._storage.put(f"{prefix}/{CARD}", io.BytesIO(description.model_dump_json().encode()))
            failpoint("model_stored")
            row = self._db.fetch_one(
                _INSERT,
                {
                    "id": identity,
                    "name": description.name,
                    "version": _version(description),
                    "kind": description.kind,
                    "description": description.description,
                    "labels": sorted(set(description.labels)),
                    "files": Jsonb(files),
                    "lineage": Jsonb(description.lineage),
                },
            )
        except UniqueViolation:
            self._storage.delete(prefix)
            raise _taken(description.name) from None
        except BaseException:
            self._storage.delete(prefix)
            raise
        assert row is not None
        return _card(row)


def _taken(name: str) -> Conflict:
    return Conflict(
        f"There is a model {name!r} already.", hint="Delete it, or import this one under another name (--name)."
    )


def _version(description: Description) -> str:
    """What the folder says, and a checksum of all that decides what is found."""
    content = description.model_dump_json(exclude={"name", "version", "description", "lineage"})
    return f"{description.version} {hashlib.sha256(content.encode()).hexdigest()[:16]}".lstrip()


def _card(row: dict[str, Any]) -> ModelCard:
    return ModelCard(
        **{
            name: row[name]
            for name in ("id", "name", "version", "description", "labels", "lineage", "created_at")
        },
        detectors=[row["kind"]],
        origin="imported",
        bytes=sum(file["size"] for file in row["files"].values()),
    )
