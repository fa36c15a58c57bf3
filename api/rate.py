"""Rate limits: a token bucket for each caller, in memory, so each API process counts for itself."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict

from api.errors import RequestError

#: Buckets that are kept; the one that was used longest ago goes first, and it is full again by then.
MOST_BUCKETS = 10_000


class RateLimit:
    """At most `per_minute` requests a minute of one key; unused ones add up to ten, or to ten seconds'."""

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60
        self._size = max(min(per_minute, 10.0), per_minute / 6)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> None:
        """Count a request.

        :raises RequestError: 429, with `Retry-After` [s], when there have been too many.
        """
        with self._lock:
            now = time.monotonic()
            left, since = self._buckets.pop(key, (self._size, now))
            left = min(self._size, left + (now - since) * self._rate)
            self._buckets[key] = (max(0.0, left - 1), now) if left >= 1 else (left, now)
            if len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
        if left < 1:
            wait = math.ceil((1 - left) / self._rate)
            raise RequestError(429, f'too many requests: wait {wait} s', {'Retry-After': str(wait)})
