"""The load generator: closed (N clients, each posts again once it is answered) or open (arrivals at a rate)."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from tests.bench.arrivals import drive_closed, drive_open

TIMEOUT_S = 180


@dataclass(frozen=True)
class Message:
    """The body of a request and its content type."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class Load:
    """What to post where: by `clients` at once, or, with `rate`, at that many requests a second whatever is answered.

    `read_texts` takes the lines of text out of an answer.
    """

    url: str
    messages: tuple[Message, ...]
    read_texts: Callable[[Any], list[str]]
    seconds: float
    clients: int = 1
    rate: float = 0.0


@dataclass
class Outcome:
    """What came of a load. Times in seconds; `texts` holds the lines that were read in each image, by its number."""

    started: float = field(default_factory=time.monotonic)
    ends: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    texts: dict[int, list[str]] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Answers a second, from the first request to the last answer."""
        return len(self.ends) / (max(self.ends) - self.started) if self.ends else 0.0

    def find_latency(self, quantile: float) -> float:
        """A quantile of the latencies; from the scheduled arrival on, so that waiting for a slow service counts."""
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(len(ranked) * quantile))] if ranked else float("nan")

    def record(self, image: int, texts: list[str], scheduled: float) -> None:
        """Count an answer; an image that is read differently a second time is a failure."""
        now = time.monotonic()
        self.ends.append(now)
        self.latencies.append(now - scheduled)
        if self.texts.setdefault(image, texts) != texts:
            self.failures["read differently"] += 1


def generate(load: Load) -> Outcome:
    """Run a load to its end, and wait for the last answer. Meant for a process of its own."""
    return asyncio.run(_generate(load))


async def _generate(load: Load) -> Outcome:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(timeout=TIMEOUT_S, limits=limits) as http:
        outcome = Outcome()
        send = partial(_post, http, load, outcome)
        if load.rate:
            await drive_open(send, load.seconds, load.rate)
        else:
            await drive_closed(send, load.seconds, load.clients)
    return outcome


async def _post(http: httpx.AsyncClient, load: Load, outcome: Outcome, number: int, scheduled: float) -> None:
    image = number % len(load.messages)
    message = load.messages[image]
    try:
        answer = await http.post(load.url, content=message.content, headers={"content-type": message.content_type})
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        outcome.failures[f"status {error.response.status_code}"] += 1
    except httpx.HTTPError as error:
        outcome.failures[type(error).__name__] += 1
    else:
        outcome.record(image, load.read_texts(answer.json()), scheduled)
