"""Pages a second and CPU seconds a page, with some clients at once that post one document each."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass

from tests.bench.documents.target import Target
from tests.bench.throughput.meter import Usage, metered


@dataclass(frozen=True, slots=True)
class Speed:
    """What was read: `cpu_s` of the whole service is None where its process is unknown.

    `others` are the cores that foreign processes took, on average: much above 0, and the measurement says little.
    """

    who: str
    what: str
    clients: int
    pages: int
    seconds: float
    cpu_s: float | None
    others: float | None = None

    @property
    def per_second(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds

    @property
    def cpu_per_page(self) -> float | None:
        """CPU seconds a page."""
        return None if self.cpu_s is None else self.cpu_s / self.pages


def measure_speed(target: Target, what: str, data: bytes, clients: int) -> Speed:
    """Have each client post a document once, all at the same time.

    Raises:
        RuntimeError: a page was not read.
    """
    with metered(target.pid) if target.pid else nullcontext(Usage()) as usage:
        started = time.monotonic()
        with ThreadPoolExecutor(clients) as pool:
            answers = list(pool.map(lambda _: target.read(data), range(clients)))
        seconds = time.monotonic() - started
    for answer in answers:
        if answer["pagesRead"] != answer["pagesTotal"]:
            raise RuntimeError(f"{answer['pagesRead']} of {answer['pagesTotal']} pages were read")
    pages = sum(answer["pagesRead"] for answer in answers)
    known = target.pid is not None
    return Speed(
        "service", what, clients, pages, seconds, usage.cpu_s if known else None, usage.others if known else None
    )
