"""Redactions by worker processes that are killed, frozen, stopped or drained: the copies are the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from tests.worker.fleet import Fleet, family, write_files

from nerproc.errors import Conflict, NotFound
from nerproc.job.claims import Claims
from nerproc.job.redaction import RedactionJobs, fingerprint
from nerproc.result.read import ResultReader
from nerproc.schema.entity import Entity
from nerproc.schema.name import PATTERNS
from nerproc.schema.redaction import LocalDestination, Redaction, RedactionRequest
from nerproc.schema.report import LocalSource, ReportRequest

KEY = "00112233445566778899aabbccddeeff" * 2
OBJECTS = 36


class Studio(Fleet):
    """A fleet in whose home files were scanned."""

    report: UUID

    def redact(self, output: Path, **what: object) -> UUID:
        request = RedactionRequest.model_validate(
            {"output": LocalDestination(path=str(output)), "default": "mask:2", **what}
        )
        return self.node.redactions.create(self.report, request, roots=None)

    def entities_of(self, redaction: UUID) -> list[Entity]:
        """What is still found in copies."""
        reader = ResultReader(self.node.storage)
        return list(reader.iterate(self.node.jobs.parts(redaction)))

    def done(self, redaction: UUID) -> Redaction:
        """The redaction, when it has ended."""

        def ended() -> bool:
            if not any(worker.poll() is None for worker in self.workers):
                self.worker(slots=1)
            return self.node.jobs.get(redaction).state.ended

        self.until(ended, "the redaction ends", 120)
        return self.node.redactions.get(redaction)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_files(tmp_path_factory.mktemp("source") / "files", OBJECTS)
    (folder / "sub").mkdir()
    (folder / "sub" / "nothing.txt").write_text("There is nothing to replace.\n")
    (folder / "sub" / "picture.bin").write_bytes(b"\0\1\2")
    return folder


@pytest.fixture(scope="module")
def studio(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("NERPROC_"):
                patch.delenv(name)
        made = Studio(home, files)
        try:
            request = ReportRequest(source=LocalSource(paths=[str(files)]), model=PATTERNS)
            made.report = made.node.reports.create(request, roots=[files])
            made.finish(made.report)
            made.stop_workers()
            yield made
        finally:
            made.close()


@pytest.fixture(autouse=True)
def quiet(studio: Studio) -> Iterator[None]:
    """No worker of one test is there in the next."""
    yield
    studio.stop_workers()
    studio.workers.clear()


@pytest.fixture(scope="module")
def undisturbed(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The copies that every fault must end in."""
    output = tmp_path_factory.mktemp("calm") / "out"
    redaction = studio.done(studio.redact(output))
    studio.stop_workers()
    studio.workers.clear()
    check(redaction)
    return copies(output)


def copies(output: Path) -> dict[str, bytes]:
    """Everything below a folder, by name: also what should not be there."""
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def check(redaction: Redaction) -> None:
    assert (redaction.state, redaction.failure) == ("completed", None)
    counts = redaction.objects
    assert (counts.copied, counts.unchanged, counts.failed, counts.skipped) == (OBJECTS, 1, 0, 1)
    assert redaction.replaced == {"EMAIL": 5 * OBJECTS, "IP_ADDRESS": 5 * OBJECTS}
    assert redaction.residual == {}
    assert redaction.progress == 1


def test_copies_hold_nothing_that_was_found(studio: Studio, undisturbed: dict[str, bytes]) -> None:
    assert len(undisturbed) == OBJECTS + 1
    assert undisturbed["sub/nothing.txt"] == b"There is nothing to replace.\n"
    assert b"****" in undisturbed["0007.txt"]
    assert not any(b"@" in copy for copy in undisturbed.values())
    assert studio.node.jobs.quota.used() == studio.node.reports.get(studio.report).bytes


@pytest.mark.fault
@pytest.mark.parametrize("place", ["copy_written:kill:4", "before_part_commit:kill:2"])
def test_a_kill_at_any_step_gives_the_same_copies(
    studio: Studio, undisturbed: dict[str, bytes], tmp_path: Path, place: str
) -> None:
    output = tmp_path / "out"
    job = studio.redact(output)
    studio.worker(slots=1, NERPROC_FAILPOINT=place, NERPROC_FAILPOINT_ONCE=str(tmp_path / "once"))
    redaction = studio.done(job)
    assert (tmp_path / "once").exists(), "the failpoint was never reached"
    check(redaction)
    assert copies(output) == undisturbed
    ends = [event.task for event in studio.node.jobs.events(job) if event.kind == "task.completed"]
    assert len(ends) == len(set(ends))


@pytest.mark.fault
def test_a_frozen_worker_comes_back_and_changes_nothing(
    studio: Studio, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    job = studio.redact(output)
    frozen = studio.worker(slots=1, NERPROC_FAILPOINT="copy_written:slow")
    studio.until(lambda: studio.committed(job), "the first part")
    stopped = [frozen.pid, *family(frozen.pid)]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    studio.worker(slots=1)
    check(studio.done(job))
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
    frozen.terminate()
    assert frozen.wait(timeout=60) == 0
    assert copies(output) == undisturbed


@pytest.mark.fault
def test_stopped_it_leaves_whole_copies_alone_and_goes_on_when_retried(
    studio: Studio, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    output, hanging = tmp_path / "out", tmp_path / "hanging"
    job = studio.redact(output)
    studio.worker(slots=1, NERPROC_FAILPOINT="copy_written:hang:9", NERPROC_FAILPOINT_ONCE=str(hanging))
    studio.until(hanging.exists, "a copy that is about to be placed")
    aside = output / f".nerproc-{job}"
    assert [path.suffix for path in aside.iterdir()] == [".1"]  # of the first attempt
    with pytest.raises(Conflict, match="Another redaction writes to the same place"):
        studio.redact(output, overwrite=True)
    studio.node.jobs.stop(job)
    studio.until(lambda: not aside.exists(), "what was half done is gone", 15)
    left = copies(output)
    assert len(left) == 8
    assert left.items() <= undisturbed.items()
    stopped = studio.node.redactions.get(job)
    assert (stopped.state, stopped.progress < 1) == ("stopped", True)
    studio.node.jobs.retry(job)
    check(studio.done(job))
    assert copies(output) == undisturbed


@pytest.mark.fault
def test_an_object_that_kills_its_child_has_no_copy(
    studio: Studio, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    job = studio.redact(output)
    studio.worker(slots=1, NERPROC_FAILPOINT="object_begun@0007.txt:kill")
    redaction = studio.done(job)
    assert [(error.object, error.reason) for error in redaction.errors if error.status == "failed"] == [
        ("0007.txt", "crashed the worker")
    ]
    assert redaction.objects.failed == 1
    assert copies(output) == {name: copy for name, copy in undisturbed.items() if name != "0007.txt"}


def test_what_changed_or_went_is_refused_and_what_is_left_is_told(studio: Studio, tmp_path: Path) -> None:
    source, output = tmp_path / "source", tmp_path / "out"
    source.mkdir()
    for name in ("changed", "gone", "kept", "link"):
        (source / f"{name}.txt").write_text("end ann@example.org, end 203.0.113.7")
    request = ReportRequest(
        source=LocalSource(paths=[str(source)]), model=PATTERNS, custom_tags={"TAIL": "end(?= <EMAIL>)"}
    )
    report = studio.node.reports.create(request, roots=[source])
    studio.finish(report)
    (source / "changed.txt").write_text("end bob@example.org, end 203.0.113.8")
    (source / "gone.txt").unlink()
    (source / "link.txt").unlink()
    (source / "link.txt").symlink_to(__file__)
    what = RedactionRequest(
        output=LocalDestination(path=str(output)), operators={"IP_ADDRESS": "keep"}, default="replace"
    )
    job = studio.node.redactions.create(report, what, roots=None)
    redaction = studio.done(job)
    assert {error.object: error.reason for error in redaction.errors} == {
        "changed.txt": "it changed since it was scanned",
        "gone.txt": "the file is gone",
        "link.txt": "the link leads outside of the folders that may be read",
    }
    assert (redaction.objects.copied, redaction.objects.failed) == (1, 3)
    assert copies(output) == {"kept.txt": b"end <EMAIL>, end 203.0.113.7"}
    assert (redaction.replaced, redaction.residual) == ({"EMAIL": 1}, {"TAIL": 1})
    (left,) = studio.entities_of(job)
    assert (left.object, left.text) == ("kept.txt", "end")
    studio.node.jobs.delete(report)
    with pytest.raises(NotFound):
        studio.node.redactions.get(job)
    assert copies(output).keys() == {"kept.txt"}


def test_only_workers_with_the_key_redact_with_it(studio: Studio, tmp_path: Path) -> None:
    output = tmp_path / "out"
    with pytest.raises(Conflict, match="no worker has one"):
        studio.redact(output, default="pseudonym")
    worker = studio.worker(slots=1, NERPROC_REDACTION_KEY=KEY)
    studio.until(RedactionJobs(studio.node.database, studio.node.queue).keys, "a worker with a key")
    with pytest.raises(Conflict, match="no worker has this one"):
        studio.redact(output, default="pseudonym", key_fingerprint="0" * 32)
    studio.node.jobs.stop(studio.redact(tmp_path / "other", default="hash"))
    job = studio.redact(output, default="pseudonym", key_fingerprint=fingerprint(bytes.fromhex(KEY)))
    worker.kill()
    other = Claims(studio.node.database, UUID(int=7), lease_seconds=30, key="f" * 32)
    for claims in (other, Claims(studio.node.database, UUID(int=8), lease_seconds=30)):
        assert claims.claim(["redact"], job=job) == []
    studio.worker(slots=1, NERPROC_REDACTION_KEY=KEY)
    redaction = studio.done(job)
    check(redaction)
    made = copies(output)
    assert all(b"@example." in copy for name, copy in made.items() if name != "sub/nothing.txt")
    for table in ("job", "task", "part", "event", "worker"):
        for row in studio.node.database.fetch_all(f"SELECT {table}::text AS row FROM {table}"):
            assert KEY[8:] not in row["row"].lower()
