"""Posts the end of a job to the URL that its owner gave.

The receiver checks `Webhook-Signature: v1=<hex>`, the HMAC-SHA256 of `<Webhook-Timestamp>.<body>` under the secret it
gave, and refuses old timestamps. `Webhook-Id` is the same for all attempts of one delivery.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from serve_app.errors import InvalidParameter, JobGone, JobNotFound, StoreUnavailable
from serve_app.jobs.address_policy import AddressPolicy, Resolve, resolve
from serve_app.jobs.job import DeliveryState, DueDelivery, Job
from serve_app.jobs.store import JobStore

log = logging.getLogger(__name__)

FIRST_RETRY_S = 5.0
MOST_RETRY_S = 3600.0
GIVE_UP_S = 86_400.0
"""Seconds to the second attempt, between later ones at most, and after the job's end until the delivery is given up."""
TIMEOUT_S = 10.0
"""Bound on one attempt, in seconds."""
LEASE_S = 60.0
"""Seconds after which an attempt whose process died is made again."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 of `timestamp.body`, in hexadecimal digits."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def describe(job: Job) -> dict[str, Any]:
    """What is posted of a job."""
    return {
        "type": f"job.{job.state}",
        "id": job.id,
        "state": job.state,
        "pages": {"total": job.pages_total, "done": job.pages_done, "failed": job.pages_failed},
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    }


class WebhookSender:
    """Makes the deliveries that are due in a store. `tls` is for receivers under a private certificate authority.

    `clock` gives seconds since 1970, and `scatter` a factor around 1 for the wait between attempts.
    """

    def __init__(
        self,
        store: JobStore,
        policy: AddressPolicy | None = None,
        *,
        describe: Callable[[Job], Mapping[str, Any]] = describe,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        scatter: Callable[[], float] = lambda: random.uniform(0.8, 1.2),
    ) -> None:
        self._store = store
        self._policy = policy or AddressPolicy()
        self._describe = describe
        self._resolve = resolve
        self._clock = clock
        self._sleep = sleep
        self._scatter = scatter
        # No proxy of the environment, which would connect to wherever it likes; no redirect to an unchecked address.
        self._client = httpx.AsyncClient(
            verify=tls or True, trust_env=False, follow_redirects=False, timeout=TIMEOUT_S, http2=False
        )

    async def run(self, idle_s: float = 1.0) -> None:
        """Deliver for ever."""
        while True:
            try:
                if await self.deliver_due():
                    continue
            except StoreUnavailable as error:
                log.warning("Webhooks wait: %s", error)
            await self._sleep(idle_s)

    async def deliver_due(self) -> int:
        """Make one attempt for each of a few deliveries that are due; returns how many."""
        due = await self._store.due_deliveries(LEASE_S)
        await asyncio.gather(*(self._deliver(delivery) for delivery in due))
        return len(due)

    async def close(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def _deliver(self, due: DueDelivery) -> None:
        try:
            job = await self._store.get(due.job_id)
        except (JobGone, JobNotFound):
            return
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status = await self._post(due, json.dumps(self._describe(job)).encode())
        except InvalidParameter as error:
            await self._store.settle_delivery(due, DeliveryState.GIVEN_UP, error.message)
        except (httpx.HTTPError, OSError, TimeoutError, UnicodeError) as error:
            await self._retry(due, f"{type(error).__name__}: {error}"[:200])
        else:
            if 200 <= status < 300:
                await self._store.settle_delivery(due, DeliveryState.DELIVERED)
            else:
                await self._retry(due, f"HTTP {status}")

    async def _post(self, due: DueDelivery, body: bytes) -> int:
        """One attempt, to one of the checked addresses in turn; returns the status."""
        url = self._policy.check(due.webhook.url)
        addresses = await self._policy.addresses(url, self._resolve)
        timestamp = int(self._clock())
        request = self._client.build_request(
            "POST",
            url.copy_with(host=addresses[(due.attempt - 1) % len(addresses)]),
            content=body,
            headers={
                "Host": url.netloc.decode("ascii"),
                "Content-Type": "application/json",
                "User-Agent": "serve-app",
                "Webhook-Id": due.job_id,
                "Webhook-Timestamp": str(timestamp),
                "Webhook-Signature": f"v1={signature(due.webhook.secret, timestamp, body)}",
            },
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        response = await self._client.send(request, stream=True)
        await response.aclose()  # what the receiver has to say is not read
        return response.status_code

    async def _retry(self, due: DueDelivery, error: str) -> None:
        wait = min(FIRST_RETRY_S * 2.0 ** min(due.attempt - 1, 20), MOST_RETRY_S) * self._scatter()
        if self._clock() + wait > due.ended_at + GIVE_UP_S:
            await self._store.settle_delivery(due, DeliveryState.GIVEN_UP, error)
        else:
            await self._store.settle_delivery(due, DeliveryState.DUE, error, wait)
