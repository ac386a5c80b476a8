"""Dry runs: what would be read is what the selection leaves, and no more is listed than there is time for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from nerproc.errors import InvalidRequest, NotFound, PathNotAllowed, QuotaExceeded
from nerproc.job.quota import Quota
from nerproc.model import registry
from nerproc.model.models import Models
from nerproc.report import plan as planning
from nerproc.report.plan import Planner, count
from nerproc.schema.license import License
from nerproc.schema.plan import Plan
from nerproc.schema.report import LocalSource, ModelCard, ReportRequest
from nerproc.settings import Settings
from nerproc.source.base import ObjectRef
from nerproc.storage.local import LocalStorage


class BuiltIn:
    """The models that need no database."""

    def card(self, name: str) -> ModelCard:
        return registry.load(name).card()


class Hundred:
    """A licence over 100 bytes, of which none are used."""

    limit = 100

    def view(self) -> License:
        return License(type="free", state="valid", limit_bytes=self.limit, used_bytes=0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    (folder / "b").mkdir(parents=True)
    for name, size in {"a.txt": 10, "b/c.txt": 20, "b/d.log": 40, "e.txt": 90}.items():
        (folder / name).write_bytes(b"x" * size)
    (folder / "link").symlink_to("/etc/hostname")
    return folder


def dry_run(folder: Path, storage: LocalStorage, *, roots: Sequence[Path] | None = None, **what: Any) -> Plan:
    def earlier(_report: object) -> Any:
        raise NotFound

    planner = Planner(
        cast("Models", BuiltIn()),
        storage,
        Settings(home=folder.parent / "home"),
        cast("Quota", Hundred()),
        earlier,
    )
    request = ReportRequest(source=LocalSource(paths=[str(folder)]), **{"model": "patterns", **what})
    return planner.plan(request, roots=[folder] if roots is None else roots)


def counts(plan: Plan) -> tuple[int, int, int, bool]:
    return plan.objects, plan.bytes, plan.skipped, plan.whole


def test_it_counts_what_is_chosen(folder: Path, storage: LocalStorage) -> None:
    assert counts(dry_run(folder, storage)) == (4, 160, 1, True)
    assert counts(dry_run(folder, storage, include=["*.txt"], max_bytes=50)) == (2, 30, 1, True)
    assert counts(dry_run(folder, storage, exclude=["*"])) == (0, 0, 0, True)


def test_it_says_what_the_licence_says(folder: Path, storage: LocalStorage) -> None:
    whole = dry_run(folder, storage)
    assert whole.refusal
    assert (whole.refusal.slug, whole.left_bytes) == (QuotaExceeded.slug, 0)
    covered = dry_run(folder, storage, include=["b/"])
    assert (covered.bytes, covered.refusal, covered.left_bytes) == (60, None, 40)


def test_of_what_may_not_have_changed_no_licence_is_too_small() -> None:
    """Unless there is nothing left of it."""
    request = ReportRequest(source=LocalSource(paths=["/x"]), since=UUID(int=1))
    refs = [ObjectRef("a.txt", 160, "", "")]
    found = count(request, refs, Hundred().view())
    assert (found.bytes, found.refusal) == (160, None)
    used = Hundred().view().model_copy(update={"used_bytes": 100})
    assert count(request, refs, used).refusal


def test_what_is_beyond_the_bound_is_not_listed(
    folder: Path, storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_OBJECTS", 2)
    assert counts(dry_run(folder, storage)) == (2, 30, 0, False)
    monkeypatch.setattr(planning, "MOST_OBJECTS", 5)
    assert counts(dry_run(folder, storage)) == (4, 160, 1, True)
    monkeypatch.setattr(planning, "MOST_SECONDS", -1)
    assert counts(dry_run(folder, storage)) == (0, 0, 0, False)


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"model": "nothing"}, NotFound),
        ({"model": "spacy:/x"}, PathNotAllowed),
        ({"labels": ["NAME"]}, InvalidRequest),
        ({"include": ["!"]}, InvalidRequest),
        ({"since": "00000000-0000-4000-8000-000000000000"}, NotFound),
        ({"roots": []}, PathNotAllowed),
    ],
)
def test_what_would_be_refused_is_refused(
    folder: Path, storage: LocalStorage, what: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        dry_run(folder, storage, **what)
