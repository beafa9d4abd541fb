"""Images, each of a size of its own, sent to one host and, if that fails, to the next; and what came of them."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

import httpx
from PIL import Image

from tests.drawings import encode

ATTEMPT_S = 10.0
"""Seconds after which the next host is tried: a load balancer's patience."""
ATTEMPTS = 3


@dataclass
class Phase:
    """What came of the requests that were begun while a fault lasted."""

    name: str
    first: int = 0
    """Answered at the first attempt."""
    later: int = 0
    """Answered by another attempt."""
    lost: int = 0
    wrong: int = 0
    """Answered, with another image's size."""
    seconds: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    """What failed attempts met."""

    def describe(self) -> str:
        """A row of a Markdown table."""
        p99 = quantiles(self.seconds, n=100)[-1] if len(self.seconds) > 1 else float("nan")
        middle = median(self.seconds) if self.seconds else float("nan")
        sent = self.first + self.later + self.lost + self.wrong
        faults = ", ".join(f"{count} {fault}" for fault, count in self.faults.most_common()) or "none"
        return (
            f"| {self.name} | {sent} | {self.first} | {self.later} | {self.lost} | {self.wrong} "
            f"| {middle:.2f} | {p99:.2f} | {faults} |"
        )


class Load:
    """Requests at a steady rate, whatever becomes of them."""

    def __init__(self, urls: Sequence[str], rate: float) -> None:
        """`urls` of the hosts, asked in turn; `rate` in requests a second."""
        self.phase = Phase("before")
        self._urls = urls
        self._pause = 1 / rate
        self._numbers = itertools.count()

    async def run(self, stopped: asyncio.Event) -> None:
        """Send until told to stop, and wait for the answers."""
        async with httpx.AsyncClient(timeout=ATTEMPT_S) as http, asyncio.TaskGroup() as tasks:
            while not stopped.is_set():
                tasks.create_task(self._send(http, next(self._numbers), self.phase))
                await asyncio.sleep(self._pause)

    async def _send(self, http: httpx.AsyncClient, number: int, phase: Phase) -> None:
        width, height = 64 + number % 900, 64 + number // 900
        image = encode(Image.new("RGB", (width, height), "white"))
        started = time.monotonic()
        for attempt in range(ATTEMPTS):
            url = self._urls[(number + attempt) % len(self._urls)]
            try:
                answer = await http.post(f"{url}/v1/ocr", content=image, headers={"Content-Type": "image/png"})
            except httpx.HTTPError as error:
                phase.faults[type(error).__name__] += 1
                continue
            if answer.status_code != 200:
                phase.faults[str(answer.status_code)] += 1
                continue
            phase.seconds.append(time.monotonic() - started)
            if answer.json()["text"] != f"fake {width}x{height}":
                phase.wrong += 1
            elif attempt:
                phase.later += 1
            else:
                phase.first += 1
            return
        phase.lost += 1
