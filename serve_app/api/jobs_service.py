"""What the routes of jobs work with: the store and the files, opened once in each ingress replica."""

from dataclasses import dataclass

from serve_app.config import JobsConfig
from serve_app.domain import Readiness
from serve_app.errors import Busy, StoreUnavailable
from serve_app.jobs.address_policy import AddressPolicy
from serve_app.jobs.blobs import BlobStore
from serve_app.jobs.housekeeping import Housekeeper
from serve_app.jobs.opening import LEASE_S, open_blobs, open_store
from serve_app.jobs.store import JobStore


@dataclass(frozen=True, slots=True)
class JobsService:
    """The store, the files, who deletes from both, and where webhooks may go."""

    config: JobsConfig
    store: JobStore
    blobs: BlobStore
    housekeeper: Housekeeper
    webhook_policy: AddressPolicy

    @classmethod
    def open(cls, config: JobsConfig) -> "JobsService":
        """Open what the config names.

        Raises:
            ConfigError: it cannot be opened.
        """
        store, blobs = open_store(config), open_blobs(config)
        return cls(config, store, blobs, Housekeeper(store, blobs, LEASE_S), AddressPolicy.of(config.webhook_networks))

    async def readiness(self) -> Readiness:
        """Whether jobs can be taken in."""
        try:
            await self.store.check()
        except StoreUnavailable as error:
            return Readiness(ready=False, reason=error.message)
        return Readiness(ready=True)

    async def check_room(self) -> None:
        """Refuse a job while too many pages wait.

        Raises:
            Busy: more than `jobs.max_waiting`.
        """
        waiting = (await self.store.counts()).waiting
        if waiting >= self.config.max_waiting:
            raise Busy(f"{waiting:,} pages of jobs are waiting, and the limit is {self.config.max_waiting:,}", 30)
