"""Counters: exact under threads, and bounded in their series."""

from __future__ import annotations

import threading

import pytest

from nerproc.observe import meter
from nerproc.observe.meter import MOST_SERIES, Counter, Histogram


@pytest.fixture(autouse=True)
def own_meters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Meters of the test's own."""
    monkeypatch.setattr(meter, "METERS", [])


def test_threads_lose_no_count() -> None:
    counter = Counter("nerproc_tries_total", "Tries.", ("kind",))

    def count() -> None:
        for _ in range(2_000):
            counter.add("a")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.value("a") == 8_000


def test_labels_that_come_late_share_a_series() -> None:
    counter = Counter("nerproc_found_total", "Found.", ("label",), known=[("EMAIL", "other")])
    for number in range(10 * MOST_SERIES):
        counter.add(f"LABEL_{number}", by=2)
    counter.add("EMAIL", by=5)
    values = counter.values()
    assert len(values) == MOST_SERIES + 2
    assert values["EMAIL",] == 5
    assert values["LABEL_0",] == 2
    assert values["other",] == 2 * (9 * MOST_SERIES)
    assert sum(values.values()) == 20 * MOST_SERIES + 5


def test_what_is_known_is_there_from_the_start() -> None:
    assert Counter("nerproc_a_total", "A.").values() == {(): 0.0}
    assert Counter("nerproc_b_total", "B.", ("x",)).values() == {}
    both = Counter("nerproc_c_total", "C.", ("x", "y"), known=[("1", "2"), ("a", "b")])
    assert set(both.values()) == {("1", "a"), ("1", "b"), ("2", "a"), ("2", "b")}


def test_buckets_are_cumulative() -> None:
    histogram = Histogram("nerproc_took_seconds", "Took.", ("kind",), (1, 5))
    for value in (0.5, 1.0, 3.0, 60.0):
        histogram.observe("a", value=value)
    found = histogram.series()["a",]
    assert found.cumulative == [("1", 2.0), ("5", 3.0), ("+Inf", 4.0)]
    assert found.sum == 64.5
