"""How many requests one token, or one address, may send: a bucket for each, which fills again by itself."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from nerproc.errors import TooManyRequests

MOST_BUCKETS = 10_000  # remembered; who has not sent for longest is forgotten first


class RateLimit:
    """At most `burst` requests at once, and `per_second` in the long run, of each sender. Thread-safe."""

    def __init__(self, per_second: float, burst: float) -> None:
        """Without `per_second` (0) there is no limit."""
        self._per_second = per_second
        self._burst = burst
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what was left at a time

    def take(self, sender: str, count: int = 1) -> None:
        """Count requests; 0 of them only to see that there is room for one.

        Raises:
            TooManyRequests: there is none.
        """
        if not self._per_second:
            return
        now = time.monotonic()
        with self._lock:
            left, then = self._buckets.pop(sender, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._per_second)
            wait = max(0.0, 1 - left) / self._per_second
            self._buckets[sender] = (left if wait else left - count, now)
            if len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
        if wait:
            raise TooManyRequests(hint=f"Wait {wait:.1f} s.", seconds=wait)
