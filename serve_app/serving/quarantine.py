"""Images that replicas died of: remembered by their hash for a while, and refused at once."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable

from serve_app.errors import Quarantined

DEATHS = 2
"""Replicas that an image may take with it. One death may be chance; two with the same image are its doing."""

CAPACITY = 1024
"""Images remembered; the oldest is forgotten first."""


class Quarantine:
    """What one ingress replica has seen; others learn it by themselves, at the cost of two deaths each."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._deaths: OrderedDict[bytes, tuple[frozenset[str], float]] = OrderedDict()

    def admit(self, image: bytes) -> None:
        """Let an image pass.

        Raises:
            Quarantined: it took `DEATHS` replicas within the last `seconds`.
        """
        if not self._deaths:  # the common case costs no hash
            return
        replicas, until = self._deaths.get(_digest(image), (frozenset(), 0.0))
        if len(replicas) >= DEATHS and self._clock() < until:
            raise Quarantined(
                f"This image crashed {len(replicas)} replicas. It is refused for the next {until - self._clock():.0f} "
                "s. Save it with another program, or send a different image"
            )

    def record_death(self, image: bytes, replica: str) -> None:
        """Remember that a replica died while it read this image; of several calls with the image it died only once."""
        digest = _digest(image)
        replicas, until = self._deaths.pop(digest, (frozenset(), 0.0))
        now = self._clock()
        self._deaths[digest] = ((replicas if now < until else frozenset()) | {replica}, now + self._seconds)
        while len(self._deaths) > CAPACITY:
            self._deaths.popitem(last=False)

    def absolve(self, image: bytes) -> None:
        """Forget the deaths of an image that has been read: they were chance."""
        if self._deaths:
            self._deaths.pop(_digest(image), None)


def _digest(image: bytes) -> bytes:
    return hashlib.blake2b(image, digest_size=16).digest()
