"""Opens the store and the files that the config names."""

import os
import tempfile
from pathlib import Path

from serve_app.config import JobsConfig
from serve_app.errors import ConfigError
from serve_app.jobs.blobs import BlobStore, LocalBlobs
from serve_app.jobs.machine import Limits
from serve_app.jobs.store import JobStore

LEASE_S, RENEW_S = 6.0, 2.0
"""Seconds after which the page of a dead worker is another's, and between two renewals."""


def open_store(config: JobsConfig) -> JobStore:
    """The queue: SQLite in a file below `folder`, or Redis.

    Raises:
        ConfigError: `url` is missing, or the folder cannot be written.
    """
    if config.store == "redis":
        from serve_app.jobs.redis.store import RedisJobStore

        url = os.environ.get(config.url_env, "") if config.url_env else config.url
        if not url:
            raise ConfigError("jobs: store: redis needs an address: set jobs.url, or name its variable in jobs.url_env")
        return RedisJobStore(url, Limits(deaths=config.deaths))
    from serve_app.jobs.sqlite.store import SqliteJobStore

    return SqliteJobStore(find_folder(config) / "jobs.sqlite", Limits(deaths=config.deaths))


def open_blobs(config: JobsConfig) -> BlobStore:
    """The inputs and results: files below `folder`, or objects below `files`.

    Raises:
        ConfigError: the folder cannot be written.
    """
    if config.files:
        from serve_app.jobs.object_blobs import ObjectBlobs

        return ObjectBlobs(config.files)
    return LocalBlobs(find_folder(config) / "files")


def find_folder(config: JobsConfig) -> Path:
    """The folder of the config, or the one for the state of programs (XDG Base Directory Specification).

    Raises:
        ConfigError: it cannot be written.
    """
    if config.folder:
        return _prepare(Path(config.folder))
    home = os.environ.get("XDG_STATE_HOME") or os.environ.get("HOME")
    parent = Path(home) if home else Path(tempfile.gettempdir())
    state = parent if os.environ.get("XDG_STATE_HOME") else parent / ".local" / "state"
    return _prepare(state / "serve-app" / "jobs")


def _prepare(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"jobs: {folder} cannot be written ({error.strerror}). Set jobs.folder") from error
    if not os.access(folder, os.W_OK):
        raise ConfigError(f"jobs: {folder} cannot be written. Set jobs.folder")
    return folder
