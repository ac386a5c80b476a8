"""Signals become requests to end."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from nerproc.worker import ending as module
from nerproc.worker.ending import ending


def test_a_signal_asks_once_and_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    called = threading.Semaphore(0)
    with ending() as end:
        end.then(called.release)
        assert not end.asked.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        assert called.acquire(timeout=5)
        assert end.asked.is_set()
        os.kill(os.getpid(), signal.SIGINT)  # the same request: it came at once
        assert not called.acquire(timeout=0.3)
        monkeypatch.setattr(module, "SAME_SECONDS", 0.0)
        os.kill(os.getpid(), signal.SIGINT)
        assert called.acquire(timeout=5)


def test_what_comes_too_late_is_called_at_once() -> None:
    called: list[int] = []
    with ending() as end:
        os.kill(os.getpid(), signal.SIGTERM)
        assert end.asked.wait(5)
        end.then(lambda: called.append(1))
        assert called == [1]


def test_signals_are_given_back() -> None:
    before = [signal.getsignal(number) for number in module.SIGNALS]
    threads = threading.active_count()
    with ending():
        assert [signal.getsignal(number) for number in module.SIGNALS] != before
    assert [signal.getsignal(number) for number in module.SIGNALS] == before
    assert threading.active_count() == threads


def test_other_signals_ask_for_nothing() -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        with ending() as end:
            os.kill(os.getpid(), signal.SIGUSR1)
            assert not end.asked.wait(0.3)
    finally:
        signal.signal(signal.SIGUSR1, before)
