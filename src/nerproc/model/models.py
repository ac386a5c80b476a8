"""Models as users see them: those that come with nerproc or a plugin, and those imported or trained.

Such a model is a row and, under `models/<id>/` of the artifact store, the files of its folder. Files are
there before the row, and go after it; what is left by a process that was killed in between is collected.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from psycopg.errors import UniqueViolation

from nerproc.db.database import Database
from nerproc.errors import Conflict, DatabaseUnreachable, InvalidRequest, NerprocError, NotFound
from nerproc.failpoint import failpoint
from nerproc.model import feedback, registry
from nerproc.model.folder import Description, artifacts, built_in, describe, is_model, stored, version
from nerproc.model.row import INSERT, VALUES, card, taken, values
from nerproc.model.store import put_folder
from nerproc.model.trial import try_out
from nerproc.schema.name import FROM_NOTHING, MODEL_NAME
from nerproc.schema.report import ModelCard
from nerproc.source.base import Unreadable
from nerproc.source.upload import UploadSource
from nerproc.storage.base import Storage

_INSERT = f"{INSERT} VALUES ({VALUES}) RETURNING *"
_LIST = "SELECT * FROM model ORDER BY name"
_NAMED = "name = %(name)s OR id::text = lower(%(name)s)"  # no name is another model's id: see `import_folder`
_GET = f"SELECT * FROM model WHERE {_NAMED}"  # noqa: S608 - a constant of the module
_KNOWN = "SELECT id::text FROM model"

# Locked before the second statement looks for reports: one that is submitted meanwhile waits, and fails.
_LOCK = f"SELECT id FROM model WHERE {_NAMED} FOR UPDATE"  # noqa: S608 - likewise
_USERS = (
    "SELECT id FROM job WHERE model_id = %(id)s AND state IN ('queued', 'running') ORDER BY created_at LIMIT 3"
)
_TRAINING = "SELECT id FROM job WHERE kind = 'training' AND name = %(name)s AND state IN ('queued', 'running')"
_DELETE = "DELETE FROM model WHERE id = %(id)s"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model."""

    name: str
    sha256: str  # hexadecimal
    bytes: int


class Models:
    """The models of one database and artifact store."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._db = database
        self._storage = storage

    def cards(self) -> list[ModelCard]:
        """All models, by name."""
        imported = [card(row) for row in self._db.fetch_all(_LIST, retry=True)]
        return sorted([*registry.cards(), *imported], key=attrgetter("name"))

    def card(self, name: str) -> ModelCard:
        """The model of that name, or the stored one of that id.

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
        return card(row)

    def files(self, model: ModelCard) -> list[ModelFile]:
        """The files of a model, by name; none of one that is code, or a plugin's."""
        if model.id is not None:
            row = self._find(str(model.id))
            kept = {} if row is None else row["files"]
            return [ModelFile(name, file["sha256"], file["size"]) for name, file in sorted(kept.items())]
        folder = built_in(model.name)
        if folder is None:
            return []
        named = stored(folder).files
        return [ModelFile(name, named[name], (folder / name).stat().st_size) for name in sorted(named)]

    def import_folder(self, folder: Path, name: str | None = None) -> ModelCard:
        """Import the model in a folder, under another `name` if given: all of it, or nothing.

        Raises:
            NotFound: there is no such folder.
            InvalidRequest: it is no model, or not a whole one.
            Conflict: there is a model of that name.
        """
        if name is not None and not re.fullmatch(MODEL_NAME, name):
            raise InvalidRequest(
                f"{name!r} is no name for a model", hint="Use letters, digits and _ . -, at most 64."
            )
        description = describe(folder, name)
        self.check_free(description.name)
        try_out(folder, description.kind)
        return self._store(folder, description)

    def check_free(self, name: str) -> None:
        """See that a model may be called `name`.

        Raises:
            InvalidRequest: the name stands for no model.
            Conflict: another is, or a training will make one.
        """
        if name == FROM_NOTHING:
            raise InvalidRequest(f"{name!r} stands for no model.", hint="Give another name (--name).")
        if registry.find(name) is not None or self._find(name) is not None:
            raise taken(name)
        training = self._db.fetch_one(_TRAINING, {"name": name}, retry=True)
        if training is not None:
            raise Conflict(
                f"The training {training['id']} makes a model {name!r}.",
                hint="Wait for its end, stop it, or give another name (--name).",
            )

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
                if row is None or row["version"] != version(description):
                    yield self.import_folder(place).name, None
            except NerprocError as error:
                yield str(place), error

    def delete(self, name: str) -> None:
        """Delete an imported or trained model, by name or id, its samples, and the feedback on it.

        Raises:
            NotFound: there is none of that name.
            Conflict: a job runs on it, or it was neither imported nor trained.
        """
        model = self._delete_row(name) if _may_be_stored(name) else None
        if model is None:
            card = self.card(name)
            raise Conflict(f"The model {card.name!r} comes with nerproc or a package, so it cannot be deleted.")
        failpoint("model_row_deleted")
        self._storage.delete(artifacts(model))
        self._storage.delete(feedback.artifacts(model))

    def collect(self, *, age_seconds: float) -> int:
        """Delete files older than `age_seconds` that belong to no model; return of how many models."""
        horizon = datetime.now(UTC) - timedelta(seconds=age_seconds)
        newest: dict[str, datetime] = {}
        for file in self._storage.list("models/"):
            model = file.key.split("/")[1]
            newest[model] = max(file.modified, newest.get(model, file.modified))
        known = {row["id"] for row in self._db.fetch_all(_KNOWN, retry=True)} if newest else set()
        unused = [model for model, modified in newest.items() if modified < horizon and model not in known]
        for model in unused:
            self._storage.delete(artifacts(model))
        return len(unused)

    def _delete_row(self, name: str) -> UUID | None:
        """Delete the row of a model that no job runs on; the model's id, or None if there is none."""
        with self._db.transaction() as connection:
            row = connection.execute(_LOCK, {"name": name}).fetchone()
            if row is None:
                return None
            users = connection.execute(_USERS, {"id": row[0]}).fetchall()
            if users:
                raise Conflict(
                    f"Jobs run on the model {name!r}: {', '.join(str(user[0]) for user in users)}.",
                    hint="Wait for their end, or stop them.",
                )
            connection.execute(_DELETE, {"id": row[0]})
        model: UUID = row[0]
        return model

    def _find(self, name: str) -> dict[str, Any] | None:
        if not _may_be_stored(name):
            return None
        return self._db.fetch_one(_GET, {"name": name}, retry=True)

    def _store(self, folder: Path, description: Description) -> ModelCard:
        identity = uuid4()
        try:
            files = put_folder(self._storage, identity, folder, description)
            failpoint("model_stored")
            row = self._db.fetch_one(_INSERT, values(identity, description, files, "imported"))
        except DatabaseUnreachable:
            raise  # the row may be there, and needs its files; else those are collected
        except UniqueViolation:
            self._storage.delete(artifacts(identity))
            raise taken(description.name) from None
        except BaseException:
            self._storage.delete(artifacts(identity))
            raise
        assert row is not None
        return card(row)


def _may_be_stored(name: str) -> bool:
    """Whether a stored model can have that name or id; what has NUL in it no database would even take."""
    return re.fullmatch(MODEL_NAME, name) is not None
