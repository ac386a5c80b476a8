"""How many requests a sender may send."""

from __future__ import annotations

import pytest

from nerproc.api import limit
from nerproc.api.limit import RateLimit
from nerproc.errors import TooManyRequests


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(limit.time, "monotonic", lambda: now[0])
    return now


def taken(rate: RateLimit, sender: str, count: int) -> int:
    """How many of `count` requests pass."""
    passed = 0
    for _ in range(count):
        try:
            rate.take(sender)
        except TooManyRequests:
            continue
        passed += 1
    return passed


def test_a_burst_passes_and_then_so_many_a_second(clock: list[float]) -> None:
    rate = RateLimit(2, 5)
    assert taken(rate, "a", 9) == 5
    clock[0] = 1.0
    assert taken(rate, "a", 9) == 2
    clock[0] = 100.0
    assert taken(rate, "a", 9) == 5


def test_senders_do_not_share(clock: list[float]) -> None:
    rate = RateLimit(1, 3)
    assert (taken(rate, "a", 9), taken(rate, "b", 9)) == (3, 3)
    assert clock == [0.0]


def test_how_long_to_wait_is_told(clock: list[float]) -> None:
    rate = RateLimit(0.5, 1)
    rate.take("a")
    with pytest.raises(TooManyRequests) as refused:
        rate.take("a")
    assert refused.value.seconds == 2
    clock[0] = 2.0
    rate.take("a")


def test_looking_costs_nothing(clock: list[float]) -> None:
    rate = RateLimit(1, 1)
    rate.take("a", 0)
    rate.take("a")
    with pytest.raises(TooManyRequests):
        rate.take("a", 0)
    assert clock == [0.0]


def test_without_a_rate_everything_passes() -> None:
    assert taken(RateLimit(0, 0), "a", 1_000) == 1_000


def test_memory_is_bounded(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "MOST_BUCKETS", 10)
    rate = RateLimit(1, 1)
    for sender in range(100):
        rate.take(str(sender))
    assert len(rate._buckets) == 10
    assert clock == [0.0]
