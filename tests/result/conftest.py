from __future__ import annotations

from collections.abc import Iterator

import pytest

from nerproc.result.read import ResultReader
from nerproc.storage.local import LocalStorage


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> LocalStorage:
    return LocalStorage(tmp_path_factory.mktemp("artifacts"))


@pytest.fixture(scope="session")
def reader(storage: LocalStorage) -> Iterator[ResultReader]:
    reader = ResultReader(storage)
    yield reader
    reader.close()
