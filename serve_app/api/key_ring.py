"""The keys that an ingress replica knows, read again when their file changes."""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from serve_app.api.key_file import Key, find_key, parse_keys, read_keys
from serve_app.config import HttpConfig
from serve_app.errors import ConfigError

logger = logging.getLogger(__name__)

LOOK_S = 1.0
"""Seconds between two looks at the file, so that a removed key is refused that soon."""

_Stamp = tuple[int, int, int]


class KeyRing:
    """Finds keys by their tokens."""

    def __init__(
        self, keys: tuple[Key, ...], path: Path | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._keys = keys
        self._path = path
        self._clock = clock
        self._stamp = _stamp(path) if path else None
        self._looked_at = clock()

    @classmethod
    def open(cls, config: HttpConfig) -> "KeyRing | None":
        """The keys that the config names; None where requests need none.

        Raises:
            ConfigError: there are none where the config says.
        """
        if config.keys_file is not None:
            path = Path(config.keys_file).expanduser()
            return cls(_not_empty(read_keys(path), str(path)), path)
        if config.keys_env is not None:
            source = f"The environment variable {config.keys_env}"
            text = os.environ.get(config.keys_env)
            if text is None:
                raise ConfigError(f"{source}, which http.keys_env names, is not set where the ingress runs")
            return cls(_not_empty(parse_keys(text, source), source))
        return None

    def find(self, token: str) -> Key | None:
        """The key of a token, or None."""
        if self._path is not None and self._clock() - self._looked_at >= LOOK_S:
            self._look(self._path)
        return find_key(self._keys, token)

    def _look(self, path: Path) -> None:
        self._looked_at = self._clock()
        stamp = _stamp(path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._keys = read_keys(path)
        except ConfigError as error:
            logger.error("The API keys stay as they were: %s", error)


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _not_empty(keys: tuple[Key, ...], source: str) -> tuple[Key, ...]:
    if not keys:
        raise ConfigError(f"{source} holds no API key: make one with `serve-app keys add NAME`")
    return keys
