"""SIGTERM and SIGINT: the first asks a process to end, a later one to end at once.

Handlers of signals may not take locks, so what is to be done is called from a thread of its own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

SIGNALS = (signal.SIGTERM, signal.SIGINT)
# A service manager may signal all processes of a service, and their parent then passes it on: one request.
SAME_SECONDS = 1.0


class Ending:
    """Whether the process was asked to end."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._lock = threading.Lock()
        self._actions: list[Callable[[], None]] = []
        self._first = 0.0

    def then(self, action: Callable[[], None]) -> None:
        """Call `action` when the process is asked to end, and when it is asked again."""
        with self._lock:
            self._actions.append(action)
            late = self.asked.is_set()
        if late:
            action()

    def ask(self) -> None:
        """A signal arrived."""
        with self._lock:
            now = time.monotonic()
            if self.asked.is_set() and now - self._first < SAME_SECONDS:
                return
            self._first = self._first or now
            self.asked.set()
            actions = list(self._actions)
        for action in actions:
            action()


@contextlib.contextmanager
def ending() -> Iterator[Ending]:
    """Take the signals over for the length of the block; only in the main thread."""
    end = Ending()
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    wakeup_before = signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(readable, end), name="signals", daemon=True)
    listener.start()
    try:
        yield end
    finally:
        signal.set_wakeup_fd(wakeup_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(writable)
        listener.join()


def _listen(readable: int, end: Ending) -> None:
    """Python writes the number of every signal that arrives, as one byte."""
    with open(readable, "rb", buffering=0) as numbers:
        while arrived := numbers.read(64):
            if not set(arrived).isdisjoint(SIGNALS):
                end.ask()
