"""What the routes of jobs work with: the store and the files, opened once in each ingress replica."""

from dataclasses import dataclass

from serve_app.config import JobsConfig
from serve_app.jobs.blobs import BlobStore
from serve_app.jobs.housekeeping import Housekeeper
from serve_app.jobs.opening import open_blobs, open_store
from serve_app.jobs.store import JobStore


@dataclass(frozen=True, slots=True)
class JobsService:
    """The store, the files, and who deletes from both."""

    config: JobsConfig
    store: JobStore
    blobs: BlobStore
    housekeeper: Housekeeper

    @classmethod
    def open(cls, config: JobsConfig) -> "JobsService":
        """Open what the config names.

        Raises:
            ConfigError: it cannot be opened.
        """
        store, blobs = open_store(config), open_blobs(config)
        return cls(config, store, blobs, Housekeeper(store, blobs))
