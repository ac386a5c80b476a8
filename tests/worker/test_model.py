"""Models in worker processes: imported ones, which each worker has from the artifact store, and `basic`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from tests import people
from tests.detection.encoder.folder import write_encoder
from tests.worker.fleet import Fleet, fleet, write_files

from nerproc.extraction.extract import open_document
from nerproc.model.registry import load
from nerproc.model.scanner import build
from nerproc.schema.entity import Entity
from nerproc.schema.name import BASIC
from nerproc.schema.report import LocalSource, ReportRequest


@pytest.fixture
def small(home: Path, tmp_path: Path) -> Iterator[Fleet]:
    """A fleet with a few files."""
    with fleet(home, write_files(tmp_path / "files", 3)) as made:
        yield made


def submit(small: Fleet) -> UUID:
    request = ReportRequest(source=LocalSource(paths=[str(small.files)]), model="mine")
    return small.node.reports.create(request, roots=[small.files])


def in_this_process(folder: Path) -> list[Entity]:
    """What `basic` finds in the files of a folder, one after the other."""
    scanner = build(model=load(BASIC))
    found = []
    for path in sorted(folder.iterdir()):
        with path.open("rb") as stream:
            found += scanner.scan(open_document(stream, path.name).segments(), path.name)
    return found


def test_what_basic_finds_does_not_depend_on_workers_tasks_and_parts(small: Fleet) -> None:
    texts = [sample.text for sample in people.samples(60)]
    for number in range(10):
        lines = texts[number * 6 : number * 6 + 6]
        (small.files / f"people {number}.txt").write_text("\n".join(lines))
    expected = in_this_process(small.files)
    assert {entity.label for entity in expected} >= {"EMAIL", "LOCATION", "NAME"}
    request = ReportRequest(source=LocalSource(paths=[str(small.files)]))
    for workers, objects in ((1, 1_000), (2, 2)):
        sizes = {"NERPROC_TASK_OBJECTS": str(2 * objects), "NERPROC_PART_OBJECTS": str(objects)}
        job = small.node.reports.create(request, roots=[small.files])
        for _ in range(workers):
            small.worker(slots=1, **sizes)
        assert small.finish(job).model == BASIC
        found = sorted(small.entities(job), key=lambda one: (one.object, one.start, one.end, one.label))
        assert found == expected
        small.stop_workers()


def test_workers_import_what_lies_in_their_folder_and_load_it(small: Fleet, tmp_path: Path) -> None:
    write_encoder(tmp_path / "models" / "mine")
    (tmp_path / "models" / "bad").mkdir()
    (tmp_path / "models" / "bad" / "model.json").write_text("{}")
    (small.files / "ada.txt").write_text("Ada Lovelace met Acme Corp.")
    small.worker(slots=2, NERPROC_MODEL_DIR=str(tmp_path / "models"))
    names = small.node.models
    small.until(lambda: "mine" in [card.name for card in names.cards()], "the model is imported")
    report = small.finish(submit(small))
    assert (report.state, report.label_counts) == ("completed", {"NAME": 1, "ORGANIZATION": 1})
    assert len([path for path in (small.home / "models").iterdir() if path.is_dir()]) == 1
    assert "bad" not in [card.name for card in names.cards()]


def test_a_report_whose_model_was_deleted_fails_when_it_is_tried_again(small: Fleet, tmp_path: Path) -> None:
    small.node.models.import_folder(write_encoder(tmp_path / "mine"))
    job = submit(small)
    small.node.jobs.stop(job)
    small.node.models.delete("mine")
    small.node.jobs.retry(job)
    report = small.finish(job)
    assert report.state == "failed"
    assert "no model 'mine'" in str(report.failure)
