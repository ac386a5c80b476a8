from __future__ import annotations

from pathlib import Path

import pytest
from tests import people


@pytest.fixture(scope="session")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return people.random_model(tmp_path_factory.mktemp("random") / "model")


@pytest.fixture(scope="session")
def people_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return people.trained(tmp_path_factory.mktemp("people") / "model")
