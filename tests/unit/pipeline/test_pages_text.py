"""Each page of a document as an image for OCR: in order, few at a time, all or an error."""

import asyncio
import io

import pytest
from PIL import Image

from serve_app.config import AppConfig, DocumentsConfig, Limits
from serve_app.domain import OcrOptions, Page, Size
from serve_app.errors import DeadlineExceeded, OutOfMemory, TooManyPages, UnreadableDocument
from serve_app.hosting.fake import FakeChart, FakeOcr
from serve_app.pipeline.pages_text import read_pages_text
from serve_app.pipeline.text import admit_text
from tests.clients import LocalChart, LocalOcr, build_service
from tests.drawings import encode
from tests.pdf_drawings import draw_pdf, draw_sentences

FRAMES = [Image.new("L", (200 + 10 * index, 100), 255) for index in range(5)]
SIZES = [frame.size for frame in FRAMES]
PAGES = encode(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[1:], compression="tiff_deflate")


class SlowOcr(LocalOcr):
    """Answers when it is let, and counts how many wait."""

    def __init__(self) -> None:
        super().__init__(FakeOcr())
        self.waiting = self.most = 0
        self.go = asyncio.Event()
        self.full = asyncio.Event()

    async def read(self, image: bytes, options: OcrOptions) -> Page:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        if self.waiting == 2:
            self.full.set()
        await self.go.wait()
        self.waiting -= 1
        return await super().read(image, options)


def build(ocr: LocalOcr | None = None, **limits: int):
    config = AppConfig(limits=Limits(**limits), documents=DocumentsConfig(dpi=72, max_pages=5))
    return build_service(config, ocr or LocalOcr(FakeOcr()), LocalChart(FakeChart()))


async def read(service, data=PAGES, deadline_s=60.0, **options):
    with admit_text(service, deadline_s) as ticket:
        return await read_pages_text(service, ticket, data, OcrOptions(**options))


async def test_every_page_is_read_in_order_with_the_image_that_ocr_saw() -> None:
    service = build()
    pages = await read(service, text_det_thresh=0.25)
    assert [page.page.size for page in pages] == [Size(*frame.size) for frame in FRAMES]
    assert [Image.open(io.BytesIO(page.image.data)).size for page in pages] == [frame.size for frame in FRAMES]
    assert [page.page.lines[0].text for page in pages] == [f"fake {width}x{height}" for width, height in SIZES]
    assert service.ocr.options.text_det_thresh == 0.25


@pytest.mark.parametrize(("frames", "background"), [(2, True), (1, False)])
async def test_several_pages_let_other_requests_pass(frames: int, background: bool) -> None:
    service = build()
    await read(service, encode(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[1:frames]))
    assert service.ocr.options.background is background


async def test_a_pdf_is_rendered_in_the_resolution_of_the_config() -> None:
    [page] = await read(build(), draw_pdf(draw_sentences))
    assert page.page.size == Size(612, 792)


async def test_so_many_pages_are_in_flight_as_one_request_may_have() -> None:
    ocr = SlowOcr()
    reading = asyncio.ensure_future(read(build(ocr, calls_per_request=2)))
    await ocr.full.wait()
    await asyncio.sleep(0)
    ocr.go.set()
    assert len(await reading) == 5
    assert ocr.most == 2


async def test_a_page_that_cannot_be_read_is_an_error_that_names_it() -> None:
    noisy = [Image.effect_noise((300, 200), 50) for _ in range(3)]
    data = bytearray(encode(noisy[0], "TIFF", save_all=True, append_images=noisy[1:], compression="tiff_deflate"))
    with Image.open(io.BytesIO(data)) as image:
        image.seek(1)
        strip = image.tag_v2[273][0]
    data[strip : strip + 1000] = bytes(1000)
    with pytest.raises(UnreadableDocument, match=r"Page 2 cannot be read: .*damaged"):
        await read(build(), bytes(data))


async def test_an_error_of_the_model_is_told_as_it_is() -> None:
    ocr = LocalOcr(FakeOcr())
    ocr.error = OutOfMemory("full")
    with pytest.raises(OutOfMemory, match="full"):
        await read(build(ocr))


async def test_the_requests_time_ends_it() -> None:
    ocr = SlowOcr()
    with pytest.raises(DeadlineExceeded):
        await read(build(ocr), deadline_s=0.5)


async def test_a_document_with_more_pages_than_allowed_is_refused_before_ocr() -> None:
    ocr = LocalOcr(FakeOcr())
    with pytest.raises(TooManyPages):
        await read(build(ocr), draw_pdf(*[draw_sentences] * 6))
    assert ocr.calls == 0
