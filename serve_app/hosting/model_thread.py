"""The one thread in which a replica's model runs, and when the replica should be replaced."""

import asyncio
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Generic, TypeVar

from serve_app.config import RecycleConfig
from serve_app.errors import AppError, ModelBroken, ModelFailed
from serve_app.hosting.protocols import PASSING_S, ChartEngine, LayoutEngine, OcrEngine, Stop
from serve_app.hosting.resident import Heap, resident_bytes
from serve_app.tracing import Turn, record_call

logger = logging.getLogger(__name__)

T = TypeVar("T")
E = TypeVar("E", OcrEngine, ChartEngine, LayoutEngine)

Observer = Callable[[Sequence[float], float], None]
"""Told of each call: the seconds that each of its inputs waited for their turn, and the seconds it ran."""


class Abandoned(Exception):
    """The caller had gone before the model came to its call, or to the end of it; nobody sees this."""


class ModelThread(Generic[E]):
    """An engine and the only thread that ever calls it.

    Serve frees a replica's slot when the client disconnects, though the call's thread goes on; a model that is not
    thread safe therefore needs a queue of its own. A call whose caller has gone is dropped from it unstarted, and a
    running one is told to stop. Between two steps of a call in the background, those that wait are run: an engine that
    allows that calls `between_steps`.
    """

    def __init__(
        self,
        load: Callable[[], E],
        *,
        call_limit_s: float,
        recycle: RecycleConfig,
        observe: Observer = lambda _waits, _ran: None,
        niceness: int = 0,
    ) -> None:
        """Load the engine in the thread, and wait for it.

        Args:
            load: builds the engine.
            call_limit_s: seconds after which a call counts as stuck.
            recycle: bounds after which the replica is retired.
            observe: told of each call.
            niceness: how much less the scheduler favours the thread, and those that it starts, than the other threads
                of this process (Linux has a niceness for each thread).
        """
        self._executor = ThreadPoolExecutor(1, "model", initializer=os.nice, initargs=(niceness,))
        self._call_limit_s = call_limit_s
        self._recycle = recycle
        self._observe = observe
        self._waiting: deque[Callable[[], None]] = deque()
        self._passing_s = 0.0
        self._started: float | None = None
        self._calls = 0
        self._broken: str | None = None
        self._retired: str | None = None
        self.engine: E = self._executor.submit(load).result()
        self._heap = Heap()

    async def call(self, function: Callable[[E, Stop], T], *, background: bool = False) -> T:
        """Run `function` on the engine when its turn comes; its `Stop` is set when the caller goes.

        Args:
            function: what to do.
            background: whether calls that are not may pass it while it runs, if its engine allows.

        Raises:
            AppError: as the engine raised it.
            ModelBroken: this replica takes no more calls; another one may answer.
            ModelFailed: the engine raised anything else; its traceback goes to the log, not to the client.
        """
        stop, asked = Stop(), Turn(time.monotonic())

        def take_turn() -> T:
            if stop.is_set():
                raise Abandoned
            return self.run(lambda engine: function(engine, stop), [asked])

        # In the caller's context, by which log lines name the request.
        turn = partial(copy_context().run, take_turn)
        try:
            if background:
                return await asyncio.get_running_loop().run_in_executor(self._executor, turn)
            return await asyncio.wrap_future(self._queue(turn))
        except asyncio.CancelledError:
            stop.set()
            raise

    def _queue(self, turn: Callable[[], T]) -> "Future[T]":
        """Have it run when its turn comes, or before, between two steps of a call in the background."""
        answer: Future[T] = Future()

        def run() -> None:
            if answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(turn())
                except BaseException as error:
                    answer.set_exception(error)

        self._waiting.append(run)
        self._executor.submit(self._run_next)
        return answer

    def _run_next(self) -> None:
        if self._waiting:  # otherwise the one for which this was submitted has passed another
            self._waiting.popleft()()

    def between_steps(self, stop: Stop, *, background: bool) -> None:
        """Called by an engine in the midst of a call, in the model's thread, where it may be called for another one.

        Args:
            stop: of the call.
            background: as `call` was told.

        Raises:
            Abandoned: nobody waits for this call any more.
        """
        if stop.is_set():
            raise Abandoned
        while background and self._waiting and self._passing_s < PASSING_S:
            began = time.monotonic()
            self._run_next()
            self._passing_s += time.monotonic() - began

    def submit(self, function: Callable[[], None]) -> None:
        """Have `function` called in the model's thread when its turn comes; it calls `run`, and may not raise."""
        self._executor.submit(function)

    def run(self, function: Callable[[E], T], turns: Sequence[Turn]) -> T:
        """Run `function` on the engine, in the model's thread only; it counts as one call for each input.

        Args:
            function: what to do.
            turns: its inputs.

        Raises:
            AppError: as `call` raises them.
        """
        refusal = self._broken or self._retired
        if refusal:
            raise ModelBroken(f"{self.engine.name}: {refusal}")
        passed, began = self._started, time.monotonic()  # the call that lets this one pass, if there is one
        if passed is None:
            self._passing_s = 0.0
        self._started = began
        try:
            return function(self.engine)
        except ModelBroken as error:
            logger.error("The model %s is broken: %s", self.engine.name, error)
            self._broken = error.message
            raise
        except (AppError, Abandoned):
            raise
        except Exception as error:
            logger.exception("The model %s failed", self.engine.name)
            raise ModelFailed(
                f"The model failed on this image ({type(error).__name__}). Sending it again will not help"
            ) from None
        finally:
            ended = time.monotonic()
            self._calls += len(turns)
            self._observe([began - turn.since for turn in turns], ended - self._started)
            # What it took does not count as time of the call that it has passed.
            self._started = None if passed is None else passed + ended - began
            record_call(self.engine.name, turns, began)
            self._heap.settle()

    def check(self) -> None:
        """Raise if Serve should replace the replica. A retired one first finishes the call that it is at.

        Raises:
            ModelBroken: after a fatal error, while a call is stuck, or past a bound on memory or calls.
        """
        started = self._started
        if started is not None and time.monotonic() - started > self._call_limit_s:
            self._broken = f"a call has been running for more than {self._call_limit_s:g} seconds"
        self._retired = self._retired or self._find_wear()
        reason = self._broken or (self._retired if started is None else None)
        if reason:
            raise ModelBroken(f"{self.engine.name}: {reason}")

    def _find_wear(self) -> str | None:
        resident, limit = resident_bytes() >> 20, self._recycle.resident_mib
        if resident > limit:
            return f"{resident} MiB of resident memory exceed the limit of {limit} MiB"
        if 0 < self._recycle.calls <= self._calls:
            return f"{self._calls} calls reach the limit of {self._recycle.calls}"
        return None
