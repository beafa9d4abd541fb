"""How busy a model is: what is in flight for it, how long that will take, and whether one more can be served in time.

Knows neither HTTP nor Ray: it is told how many replicas there are, and each call's begin and end.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from serve_app.config import Limits
from serve_app.errors import Busy

DECAY = 0.95
"""Weight of the past against each new call in the mean service time: about the last twenty calls count."""

UNMEASURED_LIMIT = 32
"""Requests let in for a model before a first call has told how long one takes."""

WAIT_MARGIN = 1.15
"""On the expected wait before it is compared with a bound. Under overload the service also refuses, on the same cores,
and calls take longer than those of the past: on two cores, at ten times the load, by up to 14 %."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class ReplicaCounts:
    """Replicas of a model that run, and that Serve wants to run; and the ingress replicas that share them."""

    running: int = 0
    target: int = 0
    ingresses: int = 1


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one ingress knows of a model's load: calls, and seconds. None: nothing was measured yet."""

    replicas: ReplicaCounts
    in_flight: int
    expected_wait_s: float | None
    mean_service_s: float | None
    admits: bool


class Load:
    """One model's load, as one ingress replica sees it.

    It sees only its own requests, and assumes that the other ingress replicas are equally busy: of each model's running
    replicas it counts its own share. With one ingress replica that is exact.

    The mean service time is the time for which replicas had calls of this ingress, divided by the calls that they
    completed. It needs no report from the replicas, and is right for those that read several images at once. It is an
    average over small and large images, and so is every estimate made from it.
    """

    def __init__(
        self,
        model: str,
        limits: Limits,
        count_replicas: Callable[[], ReplicaCounts],
        observe: Callable[["Load"], None] = lambda _: None,
        clock: Clock = time.monotonic,
    ) -> None:
        """Start with nothing in flight.

        Args:
            model: its name, for messages.
            limits: the bounds on the wait and on the number of requests.
            count_replicas: returns the current number of replicas; called often.
            observe: told of each change of what is in flight.
            clock: seconds.
        """
        self.refusals = 0
        self._model = model
        self._limits = limits
        self._count_replicas = count_replicas
        self._observe = observe
        self._clock = clock
        self._reserved = 0
        self._calling = 0
        self._mean_s: float | None = None
        self._busy_s = 0.0
        self._done = 0.0
        self._counted_until = clock()

    @property
    def in_flight(self) -> int:
        """Calls that run or wait, and requests that were let in and have not called yet."""
        return self._reserved + self._calling

    @property
    def mean_service_s(self) -> float | None:
        """Seconds that a call takes of a replica; None before the first one is done."""
        return self._mean_s

    @property
    def expected_wait_s(self) -> float | None:
        """Seconds until a replica would begin with one more call; None before anything was measured."""
        if self._mean_s is None:
            return None
        share = self._share
        return max(0.0, self.in_flight + 1 - max(1.0, share)) * self._mean_s / share

    def report(self) -> Capacity:
        """The state, for `GET /v1/capacity`."""
        admits = self._find_refusal(self._limits.max_wait_s) is None
        return Capacity(self._count_replicas(), self.in_flight, self.expected_wait_s, self._mean_s, admits)

    def check(self, deadline_s: float) -> None:
        """Let a request pass that can be served within `limits.max_wait_s` and its own deadline.

        Raises:
            Busy: the replicas will not come to it in time, or too many are in flight.
        """
        bound = min(self._limits.max_wait_s, deadline_s)
        refusal = self._find_refusal(bound)
        if refusal:
            self.refusals += 1  # reported with the next change: what is refused must cost next to nothing
            raise Busy(refusal, self.find_retry_after(bound))

    def find_retry_after(self, bound: float) -> int:
        """Whole seconds until the wait will have fallen to half of `bound`, if nothing is let in until then.

        Half, and not just under it: with one place free, all but one of those that come back would be refused again.
        """
        return max(1, math.ceil((self.expected_wait_s or 0.0) - bound / 2))

    def reserve(self, change: int) -> None:
        """Count a request that will call the model (1), or one that has begun to or will not (-1)."""
        self._reserved += change
        self._observe(self)

    def begin(self) -> None:
        """Count a call that begins."""
        self._count_busy()
        self._calling += 1
        self._observe(self)

    def end(self, *, completed: bool) -> None:
        """Count a call that ends; `completed` if a replica worked on it to the end."""
        self._count_busy()
        self._calling -= 1
        if completed:
            self._done += 1
            self._mean_s = self._busy_s / self._done
            self._busy_s *= DECAY
            self._done *= DECAY
        self._observe(self)

    @property
    def _share(self) -> float:
        """The replicas that work for this ingress; one at least, since one that starts will work soon."""
        counts = self._count_replicas()
        return max(1, counts.running) / max(1, counts.ingresses)

    def _count_busy(self) -> None:
        now = self._clock()
        self._busy_s += (now - self._counted_until) * min(self._calling, self._share)
        self._counted_until = now

    def _find_refusal(self, bound: float) -> str | None:
        wait, most = self.expected_wait_s, self._limits.max_in_flight
        if wait is None:
            most = min(most, UNMEASURED_LIMIT)
        elif wait * WAIT_MARGIN > bound:
            waits = f"{wait * WAIT_MARGIN:.1f} s"
            return f"Estimated wait of {waits} for the {self._model} model exceeds the limit of {bound:g} s"
        if self.in_flight >= most:
            return f"The {self._model} model has {self.in_flight} requests in flight, and the limit is {most}"
        return None
