from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.train.llm.double import KEY, Double, running

from nerproc.train.llm.chat import Chat
from nerproc.train.llm.tally import Tally


@pytest.fixture
def double() -> Iterator[Double]:
    with running() as double:
        yield double


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture
def slept() -> list[float]:
    """The pauses that `chat` made."""
    return []


@pytest.fixture
def chat(double: Double, tally: Tally, slept: list[float]) -> Iterator[Chat]:
    with Chat(double.url, "tiny", KEY, tally, sleep=slept.append) as chat:
        yield chat
