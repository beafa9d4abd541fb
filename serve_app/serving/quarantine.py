"""Images that crashed replicas: remembered by their hash for a while, and refused at once."""

import hashlib
import time
from collections.abc import Callable

from cachetools import TTLCache

from serve_app.errors import Quarantined

DEATHS = 2
"""Replicas that an image may crash. One death may be chance; two with the same image are its doing."""

CAPACITY = 1024
"""Images remembered; the one that has not been seen for longest is forgotten first."""


class Quarantine:
    """What one ingress replica has seen; others learn it by themselves, at the cost of two deaths each."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._deaths: TTLCache[bytes, frozenset[str]] = TTLCache(CAPACITY, seconds, timer=clock)

    def admit(self, image: bytes) -> None:
        """Let an image pass.

        Raises:
            Quarantined: it crashed `DEATHS` replicas, the last one less than `seconds` ago.
        """
        if not self._deaths:  # the common case costs no hash
            return
        replicas = self._deaths.get(_digest(image), frozenset())
        if len(replicas) >= DEATHS:
            raise Quarantined(
                f"This image crashed {len(replicas)} replicas and is refused for up to {self._seconds:.0f} seconds. "
                "Save it with another program, or send a different image"
            )

    def record_death(self, image: bytes, replica: str) -> None:
        """Remember that a replica died while it read this image; of several calls with the image it died only once."""
        digest = _digest(image)
        self._deaths[digest] = self._deaths.get(digest, frozenset()) | {replica}

    def absolve(self, image: bytes) -> None:
        """Forget the deaths of an image that has been read: they were chance."""
        if self._deaths:
            self._deaths.pop(_digest(image), None)


def _digest(image: bytes) -> bytes:
    return hashlib.blake2b(image, digest_size=16).digest()
