"""Pages, charts, documents and hostile files of ever new sizes, and what is answered."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from tests.bench.ocr_memory import draw
from tests.drawings import encode, sketch_chart
from tests.fuzzing import Request, make_request, post
from tests.hostile import HOSTILE
from tests.hostile_pdfs import HOSTILE_PDFS
from tests.pdf_drawings import draw_bars, draw_pdf, draw_sentences

TIMEOUT_S = 700.0
"""Longer than the shipped `documents.deadline_s`."""
DOCUMENTED = {503, 504}
"""Statuses over 499 that are no fault if they come as the API's own JSON; 500 is documented, but is a fault."""
KEPT = 20


@dataclass
class Answers:
    """What came of the requests: by kind and status, and the first unexpected ones in words."""

    statuses: dict[str, Counter[str]] = field(default_factory=dict)
    unexpected: int = 0
    examples: list[str] = field(default_factory=list)

    def count(self, kind: str, status: str) -> None:
        """Count an answer."""
        self.statuses.setdefault(kind, Counter())[status] += 1

    def note(self, what: str) -> None:
        """Note something that should not have been."""
        self.unexpected += 1
        if len(self.examples) < KEPT:
            self.examples.append(what)


@dataclass(frozen=True)
class Upload:
    """A request, its kind, and the statuses that are right for it; None where any but a fault is right."""

    kind: str
    request: Request
    statuses: frozenset[int] | None


def is_fault(answer: httpx.Response) -> bool:
    """Whether this is an answer over 499 that the API does not document."""
    if answer.status_code < 500:
        return False
    ours = answer.headers.get("content-type", "").startswith("application/json") and b'"error"' in answer.content
    return answer.status_code not in DOCUMENTED or not ours


def _page(rng: random.Random) -> Upload:
    image = encode(draw(rng, rng.randint(300, 1400), rng.randint(200, 1400), rng.randint(16, 32)), "JPEG", quality=90)
    return Upload("page", Request("/v1/ocr", image, "image/jpeg"), frozenset({200, 429}))


def _chart(rng: random.Random) -> Upload:
    image = encode(sketch_chart(rng.randint(400, 1200), rng.randint(300, 900)))
    return Upload("chart", Request("/v1/chart", image, "image/png"), frozenset({200, 429}))


def _document(rng: random.Random) -> Upload:
    if rng.random() < 0.5:
        pages = [rng.choice((draw_sentences, draw_bars)) for _ in range(rng.randint(1, 6))]
        content = draw_pdf(*pages, size=(rng.randint(500, 900), rng.randint(750, 1100)))
    else:  # a scan
        content = encode(draw(rng, rng.randint(600, 1300), rng.randint(600, 1700)), "PDF", resolution=150)
    return Upload("document", Request("/v1/document", content, "application/pdf"), frozenset({200, 429}))


def _job(rng: random.Random) -> Upload:
    content = _document(rng).request.content
    return Upload("job", Request("/v1/jobs", content, "application/pdf"), frozenset({202, 429}))


def _hostile_image(rng: random.Random) -> Upload:
    make, status = HOSTILE[rng.choice(list(HOSTILE))]
    return Upload("hostile image", Request("/v1/ocr", make(), "application/octet-stream"), frozenset({status, 429}))


def _hostile_pdf(rng: random.Random) -> Upload:
    make = HOSTILE_PDFS[rng.choice(list(HOSTILE_PDFS))]
    return Upload("hostile PDF", Request("/v1/document", make(), "application/pdf"), None)


def _mutated(rng: random.Random) -> Upload:
    return Upload("mutated", make_request(rng.getrandbits(32)), None)


KINDS: dict[Callable[[random.Random], Upload], float] = {
    _page: 40,
    _chart: 15,
    _document: 10,
    _job: 3,
    _hostile_image: 15,
    _hostile_pdf: 2,
    _mutated: 15,
}
"""What is sent, and how often, in hundredths."""


def make_upload(rng: random.Random) -> Upload:
    """An upload of a random kind and size."""
    [make] = rng.choices(list(KINDS), list(KINDS.values()))
    return make(rng)


async def send_until(http: httpx.AsyncClient, answers: Answers, rng: random.Random, end: float) -> None:
    """Send one upload after the other until `end`, by `time.monotonic`."""
    while time.monotonic() < end:
        upload = await asyncio.to_thread(make_upload, rng)
        try:
            answer = await post(http, upload.request)
        except httpx.HTTPError as error:
            answers.count(upload.kind, type(error).__name__)
            answers.note(f"{upload.kind} to {upload.request.path}: {error!r}")
            await asyncio.sleep(1)  # a service that is gone is not asked thousands of times
            continue
        answers.count(upload.kind, str(answer.status_code))
        expected = upload.statuses is None or answer.status_code in upload.statuses or answer.status_code in DOCUMENTED
        if is_fault(answer) or not expected:
            answers.note(f"{upload.kind} to {upload.request.path}: {answer.status_code} {answer.text[:200]}")
        if answer.status_code == 429:
            await asyncio.sleep(min(5.0, float(answer.headers.get("retry-after", 1))))
