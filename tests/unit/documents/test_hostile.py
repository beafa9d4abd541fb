"""Hostile and damaged documents: whatever they hold, an error of ours or a page's reason comes of it, in bounds."""

import asyncio
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from serve_app.documents.document import Document, open_document
from serve_app.documents.limits import DocumentLimits
from serve_app.documents.page import DocumentPage, UnreadablePage
from serve_app.errors import AppError
from tests.drawings import draw_page, encode
from tests.hostile_pdfs import HOSTILE_PDFS, pdf
from tests.pdf_drawings import draw_bars, draw_pdf, draw_scan, draw_scan_with_ocr, draw_sentences, encrypt

LIMITS = DocumentLimits(memory_bytes=400 * 1024 * 1024, page_cpu_s=1, open_cpu_s=1)
MOST_S = 5.0
"""CPU seconds of the parent for a page, most of them to watch the child while a busy machine lets that wait."""

MUTATIONS = 30
"""Damaged files in a run of the tests, each opened in a process of its own."""


@contextmanager
def peak_memory(document: Document) -> Iterator[list[int]]:
    """The largest resident set, in bytes, of the document's process."""
    peak = [0]

    async def watch() -> None:
        while True:
            process = document._process
            if process is not None:
                status = Path(f"/proc/{process._process.pid}/status")
                for line in status.read_text().splitlines() if status.exists() else ():
                    if line.startswith("VmHWM"):
                        peak[0] = max(peak[0], 1024 * int(line.split()[1]))
            await asyncio.sleep(0.05)

    watcher = asyncio.ensure_future(watch())
    try:
        yield peak
    finally:
        watcher.cancel()


@pytest.mark.parametrize("make", HOSTILE_PDFS.values(), ids=HOSTILE_PDFS)
async def test_a_hostile_page_stays_in_its_bounds(make: Callable[[], bytes]) -> None:
    data = make()
    before = sum(os.times()[:2])
    async with open_document(data, LIMITS) as document:
        with peak_memory(document) as peak:
            found = await document.read_page(0, image_format="jpeg")
        assert isinstance(found, DocumentPage | UnreadablePage)
        if isinstance(found, UnreadablePage):
            assert "MiB of memory" in found.reason or "of CPU" in found.reason or "damaged" in found.reason
    assert peak[0] <= LIMITS.memory_bytes
    cpu = sum(os.times()[:2])  # of this process, without those that it started
    assert cpu - before < MOST_S


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n" + bytes(i * i * 7 % 251 for i in range(5000)),
        draw_pdf(draw_sentences, draw_bars)[: -len(draw_pdf(draw_sentences, draw_bars)) // 20],
        pdf(b"<</Type/Catalog>>"),
        b"%PDF-1.7\n%%EOF",
    ],
    ids=["noise", "cut", "no_pages", "nothing"],
)
async def test_a_damaged_document_is_an_error(data: bytes) -> None:
    with pytest.raises(AppError):
        async with open_document(data, LIMITS):
            pass


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Change, cut, double or drop some bytes."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 10, 40))):
        at = chance.randrange(len(changed))
        length = chance.choice((1, 1, 4, 64, 512))
        match chance.randrange(5):
            case 0:
                changed[at : at + length] = chance.randbytes(length)
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at : at + length]
            case 3:
                changed[at : at + 1] = chance.choice((b"9999999999", b"-1", b"0", b"<<", b"]", b"/", b"\0"))
            case _:
                changed[at] ^= 1 << chance.randrange(8)
        if not changed:
            return b"%PDF-"
    return bytes(changed)


def draw_sources() -> list[bytes]:
    frames = [draw_page(width=400), draw_page(width=300)]
    return [
        draw_pdf(draw_sentences, draw_bars, pageCompression=0),
        draw_pdf(draw_scan_with_ocr, draw_scan),
        draw_pdf(draw_sentences, encrypt=encrypt("")),
        encode(frames[0], "TIFF", save_all=True, append_images=frames[1:]),
        encode(frames[0], "GIF"),
        encode(frames[0], "AVIF"),
    ]


async def read_all(data: bytes) -> str:
    """How reading ended: the name of an error, or of what came of the first pages."""
    try:
        async with open_document(data, LIMITS) as document:
            pages = [await document.read_page(i, image_format="jpeg") for i in range(min(3, document.page_count))]
            return ", ".join(type(page).__name__ for page in pages)
    except AppError as error:
        return type(error).__name__


async def test_damaged_files_give_pages_or_errors() -> None:
    chance = random.Random(20)
    sources = draw_sources()
    files = [mutate(sources[index % len(sources)], chance) for index in range(MUTATIONS)]
    slots = asyncio.Semaphore(2)

    async def read_one(data: bytes) -> str:
        async with slots:
            return await read_all(data)

    ends = await asyncio.gather(*(read_one(data) for data in files))
    assert len(ends) == MUTATIONS
    assert any("DocumentPage" in end for end in ends)
    assert not any(end in ("", "ModelUnavailable") for end in ends)
