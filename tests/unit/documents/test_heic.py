"""HEIC in the process of a document: the pictures in their order, upright; damaged files stay in bounds."""

import asyncio
import io
import random
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from serve_app.documents.document import open_document
from serve_app.documents.limits import DocumentLimits
from serve_app.documents.page import DocumentPage, UnreadablePage
from serve_app.domain import Size
from serve_app.errors import AppError, TooManyPages, TooManyPixels, UnreadableImage
from serve_app.imaging.parsers import PARSERS
from tests.drawings import draw_page
from tests.fuzzing import mutate
from tests.samples.draw_heic import LINES

SAMPLES = Path(__file__).parents[2] / "samples"
PLAIN = (SAMPLES / "page.heic").read_bytes()
TURNED = (SAMPLES / "turned.heic").read_bytes()
LIMITS = DocumentLimits(memory_bytes=400 * 1024 * 1024, page_cpu_s=1, open_cpu_s=1)
MUTATIONS = 30
"""Damaged files in a run of the tests, each opened in a process of its own."""


async def read(data: bytes, index: int = 0) -> tuple[DocumentPage | UnreadablePage, int]:
    async with open_document(data, LIMITS) as document:
        assert document.kind == "HEIC"
        return await document.read_page(index, image_format="png"), document.page_count


def differ(page: DocumentPage | UnreadablePage, drawn: Image.Image) -> float:
    """The mean difference, of 255, between what was read and what was drawn."""
    assert isinstance(page, DocumentPage)
    assert page.image is not None
    image = Image.open(io.BytesIO(page.image.data)).convert("L")
    histogram = ImageChops.difference(image, drawn.convert("L")).histogram()
    return sum(value * count for value, count in enumerate(histogram)) / (image.width * image.height)


@pytest.mark.parametrize(("data", "pages"), [(PLAIN, 1), (TURNED, 2)])
async def test_a_picture_is_a_page_turned_once(data: bytes, pages: int) -> None:
    page, count = await read(data)
    assert count == pages
    assert differ(page, draw_page(LINES, width=640)) < 3


async def test_the_other_pictures_follow() -> None:
    page, _ = await read(TURNED, 1)
    assert differ(page, draw_page(("A second picture",), width=320)) < 3


async def test_more_pixels_or_pictures_than_allowed_are_refused() -> None:
    with pytest.raises(TooManyPixels, match="640 x 228"):
        async with open_document(PLAIN, DocumentLimits(max_frame_pixels=640 * 228 - 1)):
            pass
    with pytest.raises(TooManyPages):
        async with open_document(TURNED, DocumentLimits(max_pages=1)):
            pass


async def test_a_picture_over_the_bound_of_a_page_is_scaled_down() -> None:
    async with open_document(PLAIN, DocumentLimits(max_pixels=320 * 114)) as document:
        page = await document.read_page(0, image_format="png")
    assert isinstance(page, DocumentPage)
    assert (page.size, page.images[0].stored) == (Size(320, 114), Size(640, 228))


async def test_no_other_process_decodes_it() -> None:
    await read(PLAIN)
    assert "HEIC" not in PARSERS


@pytest.mark.parametrize("data", [PLAIN[:300], PLAIN[:28]], ids=["cut", "brands_only"])
async def test_a_file_that_was_cut_short_is_told(data: bytes) -> None:
    with pytest.raises(UnreadableImage, match="damaged"):
        await read(data)


async def test_a_picture_that_was_cut_short_is_a_page_that_says_so() -> None:
    page, _ = await read(PLAIN[:1000])
    assert isinstance(page, UnreadablePage)
    assert "damaged" in page.reason


async def test_damaged_files_give_pages_or_errors() -> None:
    chance = random.Random(14)
    slots = asyncio.Semaphore(2)

    async def end(data: bytes) -> str:
        async with slots:
            try:
                page, _ = await read(data)
            except AppError as error:
                return type(error).__name__
            return type(page).__name__

    files = [bytearray(chance.choice((PLAIN, TURNED))) for _ in range(MUTATIONS)]
    damaged = [PLAIN[:24] + mutate(chance, bytes(file))[24:] for file in files]
    ends = await asyncio.gather(*(end(data) for data in damaged))
    assert len(ends) == MUTATIONS
    assert any(each in ("DocumentPage", "UnreadablePage") for each in ends)
    assert not set(ends) - {"DocumentPage", "UnreadablePage", "UnreadableImage", "UnreadableDocument", "TooManyPixels"}
