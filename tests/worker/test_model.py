"""Imported models in worker processes: each worker has them from the artifact store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from tests.detection.encoder.folder import write_encoder
from tests.worker.fleet import Fleet, fleet, write_files

from nerproc.schema.report import LocalSource, ReportRequest


@pytest.fixture
def small(home: Path, tmp_path: Path) -> Iterator[Fleet]:
    """A fleet with a few files."""
    with fleet(home, write_files(tmp_path / "files", 3)) as made:
        yield made


def submit(small: Fleet) -> UUID:
    request = ReportRequest(source=LocalSource(paths=[str(small.files)]), model="mine")
    return small.node.reports.create(request, roots=[small.files])


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
