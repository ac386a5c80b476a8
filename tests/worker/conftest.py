"""Files, what an undisturbed scan finds in them, and a fleet to disturb."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import people
from tests.worker.fleet import Fleet, fleet, write_files

from nerproc.schema.entity import Entity
from nerproc.schema.report import Report


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("source") / "files")


@pytest.fixture(scope="session")
def undisturbed(files: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, list[Entity]]:
    """The report that every fault must end in."""
    with fleet(tmp_path_factory.mktemp("undisturbed"), files) as calm:
        job = calm.submit()
        return calm.finish(job), calm.entities(job)


@pytest.fixture
def troubled(home: Path, files: Path) -> Iterator[Fleet]:
    """A fleet of the test's own."""
    with fleet(home, files) as made:
        yield made


@pytest.fixture(scope="session")
def people_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model that others can begin with."""
    return people.trained(tmp_path_factory.mktemp("people") / "people")
