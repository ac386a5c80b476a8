"""Trainings in worker processes that are killed, stopped, drained, or short of what they need."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from tests.people import samples
from tests.worker.fleet import Fleet, family, fleet

from nerproc.errors import Conflict
from nerproc.job import claims
from nerproc.job.jobs import JobRecord
from nerproc.job.workers import Workers
from nerproc.model.folder import artifacts
from nerproc.schema.training import Wish
from nerproc.worker.supervisor import Supervisor

FILES = ("network.onnx", "table.safetensors", "word.onnx")
SLOW = {"NERPROC_FAILPOINT": "training_step:slow"}
HIDE_TORCH = "import sys\nsys.modules['torch'] = None\n"


@pytest.fixture
def school(home: Path, people_folder: Path) -> Iterator[Fleet]:
    """A fleet in whose home there is a small model to go on from."""
    with fleet(home, home) as made:
        made.node.models.import_folder(people_folder)
        yield made


@pytest.fixture(scope="module")
def untroubled(people_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the model that every fault must end in."""
    home = tmp_path_factory.mktemp("untroubled")
    with fleet(home, home) as calm:
        calm.node.models.import_folder(people_folder)
        begin(calm)
        made = made_in(calm, *ended(calm))
    assert list(made["epochs"]) == list(range(1, len(made["epochs"]) + 1))
    return made


def begin(school: Fleet, name: str = "pupil") -> UUID:
    wish = Wish(name=name, epochs=3, seed=5)
    return school.node.trainings.create(wish, samples(80, 3), base="people")


def ended(school: Fleet) -> tuple[JobRecord, ...]:
    """The jobs, when all have ended."""

    def over() -> bool:
        if not any(worker.poll() is None for worker in school.workers):
            school.worker(slots=1)
        return all(job.state.ended for job in school.node.jobs.page())

    school.until(over, "the training ends", 150)
    return tuple(school.node.jobs.page())


def made_in(school: Fleet, job: JobRecord) -> dict[str, bytes]:
    """The files of the model that a training made, and the epochs that it took: each once, in order."""
    assert (job.state, job.failure) == ("completed", None)
    card = school.node.models.card(job.name)
    found = {}
    for name in FILES:
        with school.node.storage.open(f"{artifacts(str(card.id))}/{name}") as file:
            found[name] = file.read()
    found["epochs"] = bytes(epochs(school, job.id))
    return found


def epochs(school: Fleet, job: UUID) -> list[int]:
    return [e.detail["epoch"] for e in school.node.jobs.events(job) if e.kind == "task.epoch"]


def kept(school: Fleet, prefix: str) -> list[str]:
    return [stored.key for stored in school.node.storage.list(prefix)]


@pytest.mark.fault
@pytest.mark.parametrize("where", ["training_step@2", "epoch_stored@2", "model_stored"])
def test_killed_in_the_middle_it_goes_on_and_makes_the_same_model(
    school: Fleet, untroubled: dict[str, bytes], tmp_path: Path, where: str
) -> None:
    job = begin(school)
    school.worker(slots=1, NERPROC_FAILPOINT=f"{where}:kill", NERPROC_FAILPOINT_ONCE=str(tmp_path / "killed"))
    (record,) = ended(school)
    assert made_in(school, record) == untroubled
    assert (tmp_path / "killed").exists()
    assert "task.crashed" in school.kinds(job)
    assert kept(school, f"reports/{job}") == []
    model = school.node.models.card("pupil").id
    school.node.maintenance.collect(age_seconds=-1)
    assert len(kept(school, "models/")) == len(kept(school, f"models/{model}/")) + 4
    assert list(school.node.storage.scratch().iterdir()) == []


@pytest.mark.fault
def test_another_worker_goes_on_where_a_killed_one_was(
    school: Fleet, untroubled: dict[str, bytes], tmp_path: Path
) -> None:
    job = begin(school)
    hanging = tmp_path / "hanging"
    first = school.worker(
        slots=1, NERPROC_FAILPOINT="training_step@2:hang", NERPROC_FAILPOINT_ONCE=str(hanging)
    )
    school.until(hanging.exists, "the second epoch begins", 90)
    first.kill()
    (record,) = ended(school)
    assert made_in(school, record) == untroubled
    assert school.kinds(job).count("task.claimed") == 2


@pytest.mark.fault
def test_drained_it_is_given_back_and_taken_up(school: Fleet, untroubled: dict[str, bytes]) -> None:
    job = begin(school)
    worker = school.worker(slots=1, **SLOW)
    school.until(lambda: school.node.jobs.get(job).progress, "the training is told of", 90)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    assert school.node.jobs.get(job).state == "running"
    (record,) = ended(school)
    assert made_in(school, record) == untroubled
    assert "task.crashed" not in school.kinds(job)


def test_stopped_it_ends_within_seconds_and_goes_on_when_it_is_retried(
    school: Fleet, untroubled: dict[str, bytes]
) -> None:
    job = begin(school)
    worker = school.worker(slots=1, NERPROC_FAILPOINT="training_step@2:hang")
    school.until(lambda: epochs(school, job), "an epoch ends", 90)
    (child,) = family(worker.pid)
    school.node.jobs.stop(job)
    school.until(lambda: child not in family(worker.pid), "the child ends", 15)
    assert school.node.jobs.get(job).state == "stopped"
    assert len(kept(school, f"reports/{job}/task-1/")) == 1
    with pytest.raises(Conflict, match="There is a model 'people'"):
        begin(school, "people")
    school.stop_workers()
    assert school.node.jobs.retry(job) == 1
    (record,) = ended(school)
    assert made_in(school, record) == untroubled


@pytest.mark.fault
def test_a_store_that_fails_ends_it_with_the_reason(school: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    job = begin(school)
    folder = school.home / "artifacts" / "reports" / str(job)
    (folder / "task-1").write_text("no folder")  # where checkpoints should lie
    monkeypatch.setattr(claims, "RETRY_BASE_SECONDS", 0.01)
    monkeypatch.setattr(claims, "ERROR_BUDGET", 2)
    settings = school.node.settings.model_copy(update={"poll_seconds": 0.2})
    Supervisor(settings, 1).run(school.node, job=job, done=lambda: school.node.jobs.get(job).state.ended)
    record = school.node.jobs.get(job)
    assert record.state == "failed"
    assert "writing" in str(record.failure)
    assert "artifact store" in str(record.failure)
    assert "pupil" not in [card.name for card in school.node.models.cards()]


def test_a_worker_without_the_extra_leaves_trainings_to_others(school: Fleet, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(HIDE_TORCH)
    job = begin(school)
    search = f"{hidden}:{Path(claims.__file__).parents[2]}"
    school.worker(slots=1, PYTHONPATH=search)
    workers = Workers(school.node.database)
    school.until(workers.all, "the worker is listed")
    assert workers.all()[0].pools == ["infer", "redact"]
    only = school.worker("--pool", "train", PYTHONPATH=search)
    assert only.wait(timeout=30) == 2
    assert school.node.jobs.get(job).state == "queued"
