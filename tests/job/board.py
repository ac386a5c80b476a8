"""What the tests of jobs stand on: jobs, the claims of several workers on them, the upkeep."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

from nerproc.db.database import Database
from nerproc.db.migration import migrate
from nerproc.job.claims import Claims
from nerproc.job.jobs import Jobs
from nerproc.job.maintenance import Maintenance
from nerproc.job.part import PartSummary
from nerproc.job.quota import Quota
from nerproc.job.task import Claim, PlannedTask, WrittenPart
from nerproc.license.free import FreeLicense
from nerproc.queue.base import Permit
from nerproc.schema.report import LocalSource, ReportRequest
from nerproc.storage.local import LocalStorage


class RecordingQueue:
    """Counts permits; nobody waits for them."""

    def __init__(self) -> None:
        self.published = 0

    def publish(self, pool: str, count: int = 1) -> None:
        assert pool == "infer"
        self.published += count

    def wait(self, pools: object, timeout: float) -> Permit | None:
        raise AssertionError("nobody waits")

    def ack(self, permit: Permit, *, more: bool) -> None:
        raise AssertionError("nobody acks")

    def depth(self, pool: str) -> int | None:
        return None

    def close(self) -> None:
        pass


class Board:
    """Jobs, the claims of several workers on them, and the upkeep."""

    def __init__(self, database: Database, folder: Path, *, limit_bytes: int | None = None) -> None:
        migrate(database)
        self.database = database
        self.queue = RecordingQueue()
        self.storage = LocalStorage(folder)
        self.license = FreeLicense(limit_bytes)
        self.jobs = Jobs(database, self.queue, self.storage, Quota(database, self.license))
        self.maintenance = self.upkeep()

    def upkeep(self, *, compact_parts: int = 64, lease_seconds: float = 30) -> Maintenance:
        return Maintenance(
            self.database, self.queue, self.storage, lease_seconds=lease_seconds, compact_parts=compact_parts
        )

    def worker(self, *, lease_seconds: float = 30, host: str | None = None) -> Claims:
        return Claims(self.database, uuid4(), lease_seconds=lease_seconds, host=host)

    def submit(self, name: str = "a job", *, key: str | None = None, host: str | None = None) -> UUID:
        request = ReportRequest(source=LocalSource(paths=["/data"]), name=name)
        return self.jobs.submit(
            request, name=name, model_version="1", roots=["/data"], host=host, idempotency_key=key
        )

    def sharded(self, tasks: int = 1, objects: int = 10) -> UUID:
        """A job whose shard task has planned `tasks` tasks of `objects` objects."""
        job = self.submit()
        worker = self.worker()
        claim = claim_one(worker, ["infer"], job=job)
        assert claim is not None
        plan = [
            PlannedTask(number, f"manifest-{number}", objects, 100 * objects) for number in range(1, tasks + 1)
        ]
        assert worker.complete_shard(claim, plan, limit=self.jobs.quota.limit)
        return job


def claim_one(worker: Claims, pools: list[str], *, job: UUID | None = None) -> Claim | None:
    """The best ready task."""
    return next(iter(worker.claim(pools, job=job)), None)


def written(
    claim: Claim, *, seq: int = 0, objects: int = 10, failed: int = 0, last_ordinal: int | None = None
) -> WrittenPart:
    """A part of `objects` objects, the next ones unless `last_ordinal` says otherwise."""
    if last_ordinal is None:
        last_ordinal = claim.next_ordinal + objects - 1
    summary = PartSummary(
        objects=objects,
        succeeded=objects - failed,
        failed=failed,
        bytes=100 * objects,
        entities=objects,
        label_counts={"EMAIL": objects},
        group_counts={"all": objects},
    )
    key = f"reports/{claim.job}/task-{claim.number}/attempt-{claim.attempt}/part-{seq}"
    return WrittenPart(seq, last_ordinal, f"{key}/entities", f"{key}/objects", summary)
