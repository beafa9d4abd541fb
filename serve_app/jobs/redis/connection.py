"""The connection to Redis: bounded calls, the script, and the signals of other processes."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from importlib.resources import files
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, NoScriptError, OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from serve_app.errors import StoreUnavailable
from serve_app.jobs.signals import Signals

CALL_S = 0.75
"""Bound on one call, in seconds, the wait for a connection included: a request is to be refused within a second."""
RECHECK_S = 5.0
"""Seconds after which a waiter looks again, should a signal have been lost with a connection."""
RECONNECT_S = 0.2
"""Seconds between attempts to hear signals again."""


class Connection:
    """A pool of connections to the Redis `url`; `prefix` begins every key. A call takes `call_s` seconds at most."""

    def __init__(self, url: str, prefix: str, call_s: float = CALL_S) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=32,
            timeout=call_s,
            socket_timeout=call_s,
            socket_connect_timeout=call_s / 2,
            health_check_interval=10,
            # Once, for connections that went stale while Redis was restarted. No transition does harm when repeated.
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
            decode_responses=True,
        )
        self.redis = Redis.from_pool(pool)
        self.signals = Signals()
        self._prefix = prefix
        self._call_s = call_s
        self._script = files(__package__).joinpath("store.lua").read_text()
        self._sha: str | None = None
        self._ahead: float | None = None
        """Seconds by which Redis's clock is ahead of this process's monotonic one."""
        self._listener: asyncio.Task[None] | None = None
        self._subscribed = asyncio.Event()
        self._closing = False

    def key(self, name: str) -> str:
        """The name of a key in Redis."""
        return self._prefix + name

    async def run(self, *values: Any) -> Any:
        """Run the script, while the caller waits or not at all.

        A Redis that was suspended finds commands in its sockets whose callers have given up. Run then, they would
        submit jobs that were refused, and lease pages to nobody.
        """
        return await self.bounded(self._run(values))

    async def _run(self, values: Sequence[Any]) -> Any:
        until = time.monotonic() + self._call_s
        while True:
            sha = self._sha = self._sha or await self.redis.script_load(self._script)
            if self._ahead is None:
                seconds, micros = await self.redis.time()
                self._ahead = seconds + micros / 1e6 - time.monotonic()  # less than it is, by the way back
            try:
                return await self.redis.evalsha(sha, 1, self._prefix, until + self._ahead, *values)
            except NoScriptError:  # Redis was restarted
                self._sha = None
            except ResponseError as error:
                if not str(error).startswith("LATE"):
                    raise
                self._ahead = None  # this caller still waits, so the clock of Redis was set

    async def bounded(self, call: Awaitable[Any]) -> Any:
        """Await a call of Redis, for `call_s` at most.

        Raises:
            StoreUnavailable: Redis does not answer, or takes no writes.
        """
        try:
            async with asyncio.timeout(self._call_s):
                cancelled = _cancellations()
                result = await call
                if _cancellations() > cancelled:
                    # redis-py sends through asyncio.wait_for, which before Python 3.12 may swallow a cancellation.
                    raise asyncio.CancelledError
                return result
        except ResponseError as error:
            if isinstance(error, (OutOfMemoryError, ReadOnlyError)) or str(error).startswith("MISCONF"):
                raise StoreUnavailable(f"Redis takes no writes: {error}", retry_after=1) from error
            raise
        except (RedisError, OSError, TimeoutError) as error:
            raise StoreUnavailable("The store of jobs does not answer", retry_after=1) from error

    async def watch(self) -> None:
        """Return once this process hears signals."""
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        try:
            async with asyncio.timeout(self._call_s):
                await self._subscribed.wait()
        except TimeoutError:
            raise StoreUnavailable("The store of jobs does not answer", retry_after=1) from None

    async def close(self) -> None:
        """Close all connections."""
        self._closing = True
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        await self.redis.aclose()
        await self.redis.connection_pool.disconnect()

    async def _listen(self) -> None:
        """Pass on what Redis publishes, and reconnect for ever."""
        while not self._closing:
            try:
                async with self.redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    await self.bounded(subscription.subscribe(self.key("signals")))
                    self._subscribed.set()
                    self.signals.send_all()  # some may have been missed
                    while not self._closing:
                        message = await subscription.get_message(timeout=RECHECK_S)
                        if message is not None:
                            self.signals.send([message["data"]])
            except (StoreUnavailable, RedisError, OSError, TimeoutError):
                self._subscribed.clear()
                await asyncio.sleep(RECONNECT_S)


def _cancellations() -> int:
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()
