"""Who is let in: the requests that each model they will call can serve in time."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Self

from serve_app.errors import BadRequest, Busy, DeadlineExceeded, ModelUnavailable
from serve_app.pipeline.load import Capacity, Clock, Load
from serve_app.pipeline.result_cache import FOUND
from serve_app.tracing import span


class Admission:
    """The loads of all models."""

    def __init__(self, loads: Mapping[str, Load], clock: Clock = time.monotonic) -> None:
        self._loads = loads
        self._clock = clock

    def admit(self, models: Iterable[str], deadline_s: float, *, also: Iterable[str] = ()) -> "Ticket":
        """Admit a request that will call each of these models. It takes no place in their queues yet.

        Args:
            models: those that it is certain to call, once at least.
            deadline_s: seconds until it must be answered.
            also: those that it may call; their load does not decide whether it is admitted.

        Raises:
            Busy: one of `models` cannot serve it in time.
        """
        loads = {model: self._loads[model] for model in models}
        for load in loads.values():
            load.check(deadline_s)
        return Ticket(loads, deadline_s, self._clock, {model: self._loads[model] for model in also})

    def report(self) -> dict[str, Capacity]:
        """Each model's state."""
        return {model: load.report() for model, load in self._loads.items()}


class Ticket:
    """A request that was let in: a context manager, which at its end gives back what the request did not use.

    It takes its places in the models' queues by `reserve`, when its upload has come: one that never comes would
    otherwise keep others out.
    """

    def __init__(
        self, loads: Mapping[str, Load], deadline_s: float, clock: Clock, also: Mapping[str, Load] | None = None
    ) -> None:
        self.deadline_s = deadline_s
        self._loads = loads
        self._callable = {**(also or {}), **loads}
        self._reserved: set[str] = set()
        self._clock = clock
        self._expires = clock() + deadline_s

    @property
    def remaining_s(self) -> float:
        """Seconds until the deadline."""
        return self._expires - self._clock()

    def reserve(self) -> None:
        """Take a place in each model's queue, for all of them at once.

        Raises:
            Busy: others have taken the places meanwhile.
        """
        for load in self._loads.values():
            load.check(self.remaining_s)
        for model, load in self._loads.items():
            self._reserved.add(model)
            load.reserve(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for model in list(self._reserved):
            self._release(model)

    @contextmanager
    def call(self, model: str) -> Iterator[None]:
        """Count a call of the model while it runs; a request may make several, also at the same time.

        Raises:
            Busy: as the call raised it, with the time after which to try again.
        """
        load = self._callable[model]
        self._release(model)
        load.begin()
        completed = False
        FOUND.set(False)
        try:
            with span(f"call {model}"):
                yield
            completed = not FOUND.get()  # what was kept says nothing about the time that a replica takes
        except Busy as error:
            error.retry_after = error.retry_after or load.find_retry_after(0.0)
            raise
        except (BadRequest, DeadlineExceeded, ModelUnavailable):
            raise
        except Exception:
            completed = True  # the model failed on this image, which took its time
            raise
        finally:
            load.end(completed=completed)

    def _release(self, model: str) -> None:
        if model in self._reserved:
            self._reserved.remove(model)
            self._loads[model].reserve(-1)
