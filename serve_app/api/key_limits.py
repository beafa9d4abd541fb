"""How much a key may ask for: a token bucket for its rate, and a count of what is in flight."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from serve_app.api.key_file import Key
from serve_app.errors import RateLimited


@dataclass(slots=True)
class _Use:
    """`level`: requests that the key's rate still allowed at the time `at`, in seconds."""

    level: float
    at: float
    in_flight: int = 0


class KeyLimits:
    """Counts the requests of each key in this ingress replica."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._uses: dict[str, _Use] = {}

    @contextmanager
    def hold(self, key: Key) -> Iterator[dict[str, str]]:
        """One of the key's requests, in flight until the block ends; gives the headers of `tell`.

        Raises:
            RateLimited: the key has used up its rate, or has as many in flight as it may.
        """
        use = self._refill(key)
        if key.concurrency is not None and use.in_flight >= key.concurrency:
            raise RateLimited(f"This key may have {key.concurrency} requests in flight. Wait until one has ended", 1)
        if key.per_minute is not None:
            if use.level < 1:
                pause = max(1, math.ceil((1 - use.level) * 60 / key.per_minute))
                raise RateLimited(f"This key may send {key.per_minute} requests a minute", pause)
            use.level -= 1
        use.in_flight += 1
        try:
            yield self.tell(key)
        finally:
            use.in_flight -= 1

    def tell(self, key: Key) -> dict[str, str]:
        """The `X-RateLimit-…` headers, empty for a key without a rate; `Reset` is in how many seconds all is back."""
        if key.per_minute is None:
            return {}
        level = self._refill(key).level
        return {
            "X-RateLimit-Limit": str(key.per_minute),
            "X-RateLimit-Remaining": str(int(level)),
            "X-RateLimit-Reset": str(math.ceil((key.per_minute - level) * 60 / key.per_minute)),
        }

    def _refill(self, key: Key) -> _Use:
        full, now = key.per_minute or 0, self._clock()
        use = self._uses.setdefault(key.name, _Use(full, now))
        use.level = min(full, use.level + (now - use.at) * full / 60)
        use.at = now
        return use
