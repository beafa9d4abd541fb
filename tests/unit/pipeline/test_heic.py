"""HEIC on the routes for images."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from serve_app.config import AppConfig, DocumentsConfig, Limits
from serve_app.domain import Size
from serve_app.errors import DeadlineExceeded, TooManyBytes, TooManyPages, TooManyPixels, UnreadableImage
from serve_app.pipeline import heic
from serve_app.pipeline.admission import Admission
from serve_app.pipeline.service import UNPACKED_AT_ONCE, Service
from serve_app.pipeline.upload import Upload
from tests.drawings import draw_page
from tests.samples.draw_heic import LINES

SAMPLES = Path(__file__).parents[2] / "samples"
PLAIN, TURNED = ((SAMPLES / name).read_bytes() for name in ("page.heic", "turned.heic"))


def serve(config: AppConfig | None = None) -> Service:
    """A service of which only the settings are asked."""
    return Service(config or AppConfig(), None, None, None, Admission({}), chart_wants_words=True)  # type: ignore[arg-type]


@pytest.mark.parametrize(("data", "pages"), [(PLAIN, 1), (TURNED, 2)])
async def test_an_upload_is_upright_and_counts_the_pictures(data: bytes, pages: int) -> None:
    upload = await Upload.open(serve(), data)
    assert (upload.size, upload.pages) == (Size(640, 228), pages)
    sent = Image.open(io.BytesIO((await upload.prepare_for_ocr()).data)).convert("RGB")
    difference = ImageChops.difference(sent, draw_page(LINES, width=640))
    assert max(ImageStat.Stat(difference).mean) < 3


async def test_the_bound_on_bytes_is_on_what_was_uploaded() -> None:
    assert len(PLAIN) < 4096 < len((await heic.unpack_heic(serve(), PLAIN))[0])
    await Upload.open(serve(AppConfig(limits=Limits(max_bytes=4096))), PLAIN)
    with pytest.raises(TooManyBytes):
        await Upload.open(serve(AppConfig(limits=Limits(max_bytes=3000))), PLAIN)


@pytest.mark.parametrize(
    ("config", "error"),
    [
        (AppConfig(limits=Limits(max_pixels=100_000)), TooManyPixels),
        (AppConfig(limits=Limits(max_side=600)), TooManyPixels),
        (AppConfig(documents=DocumentsConfig(max_pages=1)), TooManyPages),
    ],
)
async def test_each_limit_of_the_config_is_held(config: AppConfig, error: type[Exception]) -> None:
    with pytest.raises(error):
        await Upload.open(serve(config), TURNED)


async def test_all_pixels_of_the_limit_are_kept() -> None:
    """A page of a document is scaled down to fewer pixels than an image may have."""
    config = AppConfig(limits=Limits(max_pixels=640 * 228))
    assert (await Upload.open(serve(config), PLAIN)).size == Size(640, 228)


@pytest.mark.parametrize("length", [20, 400, 1500])
async def test_a_file_that_was_cut_short_is_an_error(length: int) -> None:
    with pytest.raises(UnreadableImage):
        await Upload.open(serve(), PLAIN[:length] + bytes(12))


async def test_few_are_unpacked_at_once_and_within_the_requests_time() -> None:
    service = serve()
    for _ in range(UNPACKED_AT_ONCE):
        await service.unpacking.acquire()
    with pytest.raises(DeadlineExceeded):
        await Upload.open(service, PLAIN, Admission({}).admit([], 0.05))
    waiting = asyncio.ensure_future(Upload.open(service, PLAIN))
    await asyncio.sleep(0)
    assert not waiting.done()
    service.unpacking.release()
    assert (await waiting).size == Size(640, 228)
