"""The composition root: settings in, a node out. The only file that picks adapters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from nerproc.settings import Settings

if TYPE_CHECKING:
    from nerproc.db.database import Database
    from nerproc.destination.base import Destination
    from nerproc.license.base import License
    from nerproc.model.cache import ModelCache
    from nerproc.queue.base import Queue
    from nerproc.schema.redaction import Destination as DestinationRequest
    from nerproc.schema.report import Source as SourceRequest
    from nerproc.source.base import Source
    from nerproc.storage.base import Storage


def open_database(settings: Settings) -> Database:
    """The metadata: PostgreSQL by URL, or the embedded one of the home. Not yet connected."""
    from nerproc.db.database import Database

    if settings.database_url is None:
        return Database.embedded(settings.home)
    return Database.at(settings.database_url.get_secret_value())


def open_queue(settings: Settings, database: Database) -> Queue:
    """What wakes workers: RabbitMQ by URL, or the database. Connects when it is first used."""
    if settings.queue_url is None:
        from nerproc.queue.postgres import PostgresQueue

        return PostgresQueue(database)
    from nerproc.queue.rabbit.queue import RabbitQueue

    return RabbitQueue(settings.queue_url.get_secret_value())


def try_queue(queue: Queue) -> tuple[str, float]:
    """See that the queue works; what stands behind it, in words, and the seconds that a round trip took.

    Raises:
        QueueUnreachable: it does not, and why.
        QueueMismatch: it is there, but not as it has to be.
    """
    from nerproc.queue import postgres

    if isinstance(queue, postgres.PostgresQueue):
        return postgres.try_out(queue)
    from nerproc.queue.rabbit.queue import RabbitQueue, try_out

    assert isinstance(queue, RabbitQueue)
    return try_out(queue)


def open_storage(settings: Settings) -> Storage:
    """The artifact store: a bucket, or a folder of the home."""
    if settings.storage_url is not None:
        from nerproc.storage.s3 import S3Storage

        return S3Storage(
            settings.storage_url,
            settings.connection(None),
            folder=settings.home / "s3",
            cache_bytes=settings.cache_bytes,
        )
    from nerproc.storage.local import LocalStorage

    return LocalStorage(settings.home / "artifacts")


def open_model_cache(settings: Settings, storage: Storage) -> ModelCache:
    """Copies of imported models in the home."""
    from nerproc.model.cache import ModelCache

    return ModelCache(storage, settings.home / "models", most_bytes=settings.model_cache_bytes)


def open_source(
    settings: Settings,
    source: SourceRequest,
    roots: Sequence[str],
    storage: Storage,
    progress: Callable[[], None] = lambda: None,
) -> Source:
    """The source that a request names; local files only below `roots`.

    `progress` is called while the source is waited for, so that waiting does not look like standing still.

    Raises:
        PathNotAllowed: a path is outside the roots.
        NotFound: there is no such connection.
    """
    if source.kind == "s3":
        from nerproc.source.s3 import S3Source

        return S3Source(source.url, settings.connection(source.connection), progress=progress)
    if source.kind == "upload":
        from nerproc.source.upload import UploadSource

        return UploadSource(storage, source.upload_id)
    from nerproc.source.local import LocalSource

    paths = [Path(path) for path in source.paths]
    return LocalSource(paths, [Path(root) for root in roots], without=settings.home)


def open_destination(
    settings: Settings, output: DestinationRequest, *, job: str = "", task: int = 0, attempt: int = 0
) -> Destination:
    """The place that a redaction names; `job`, `task` and `attempt` are those of the one who writes there.

    Raises:
        NotFound: there is no such connection.
    """
    if output.kind == "s3":
        from nerproc.destination.s3 import S3Destination

        return S3Destination(output.url, settings.connection(output.connection))
    from nerproc.destination.local import LocalDestination

    return LocalDestination(Path(output.path), job=job, task=task, attempt=attempt)


def open_license(settings: Settings, database: Database) -> License:
    """The licence that the settings name; nobody is asked about it yet.

    Raises:
        SettingsError: Keygen's public key is none.
    """
    from nerproc.license.free import FreeLicense

    if settings.license_key is None:
        return FreeLicense()
    from nerproc.license import key as keys
    from nerproc.license.record import Record

    key = settings.license_key.get_secret_value().strip()
    if key.startswith(keys.PREFIX):
        from nerproc.license.local import LocalLicense

        return LocalLicense(key, keys.load_public_key(), Record(database, key))
    from nerproc.license.answer import public_key_of
    from nerproc.license.keygen import KeygenLicense, Server, UnplacedLicense

    if settings.keygen_account is None or settings.keygen_public_key is None:
        return UnplacedLicense()
    public_key = public_key_of(settings.keygen_public_key)
    server = Server(settings.keygen_url, settings.keygen_account, public_key)
    scope = f"{server.url} {server.account}"
    return KeygenLicense(key, server, Record(database, key, scope=scope))


class Node:
    """Everything that a role needs, wired: database, queue, storage, licence, and what works with them."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        queue: Queue,
        storage: Storage,
        *,
        license: License | None = None,
    ) -> None:
        """`license` stands in for the one that the settings name.

        Raises:
            SettingsError: the settings of the licence are not valid.
        """
        from nerproc.job.jobs import Jobs
        from nerproc.job.maintenance import Maintenance
        from nerproc.job.quota import Quota
        from nerproc.job.redaction import RedactionJobs
        from nerproc.job.training import TrainingJobs
        from nerproc.model.feedback import FeedbackStore
        from nerproc.model.models import Models
        from nerproc.report.redactions import Redactions
        from nerproc.report.reports import Reports
        from nerproc.train.trainings import Trainings

        self.settings = settings
        self.database = database
        self.queue = queue
        self.storage = storage
        self.license = license or open_license(settings, database)
        self.jobs = Jobs(database, queue, storage, Quota(database, self.license))
        self.models = Models(database, storage)
        self.feedback = FeedbackStore(database, storage)
        self.trainings = Trainings(TrainingJobs(database, queue), self.models, storage, settings)
        self.reports = Reports(self.jobs, self.models, storage, settings)
        self.redactions = Redactions(
            self.jobs,
            RedactionJobs(database, queue),
            self.reports,
            settings,
            open_destination=open_destination,
        )
        self.maintenance = Maintenance(
            database,
            queue,
            storage,
            lease_seconds=settings.lease_seconds,
            compact_parts=settings.compact_parts,
        )

    @classmethod
    def open(cls, settings: Settings, *, migrate: bool = True, license: License | None = None) -> Self:
        """Connect everything; `migrate` brings the database to this version (else it must be at it).

        A queue that is down is no hindrance: jobs can be submitted, and workers look for work by themselves.
        `license` stands in for the one that the settings name.

        Raises:
            SettingsError: the settings of the licence are not valid.
            Unreachable: something else does not answer.
            SchemaMismatch: the database belongs to another version.
        """
        from nerproc.db import migration

        database = open_database(settings)
        try:
            database.open()
            (migration.migrate if migrate else migration.check)(database)
            queue, storage = open_queue(settings, database), open_storage(settings)
            return cls(settings, database, queue, storage, license=license)
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Let go of everything; the last process of a home stops its embedded database."""
        self.queue.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
