"""A page read by PaddleX's contract, and its picture: every page is an image for the OCR, whatever text it carries."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from serve_app.config import AppConfig, DocumentsConfig
from serve_app.documents.blocks import BlockKind
from serve_app.documents.page import TextSource
from serve_app.domain import OcrOptions, Orientation, Size
from serve_app.errors import PasswordRequired
from serve_app.hosting.fake import FakeChart, FakeLayout, FakeOcr
from serve_app.pipeline.document import read_document
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.page_picture import draw_picture
from serve_app.pipeline.text import admit_text
from tests.clients import LocalChart, LocalLayout, LocalOcr, build_service
from tests.drawings import encode
from tests.pdf_drawings import draw_pdf, draw_sentences, encrypt

PDF = draw_pdf(draw_sentences)
SIZE, TURNED = Size(1275, 1650), Size(1650, 1275)
"""Of the page at 150 dpi."""


class OnItsSide(FakeLayout):
    def tell_orientation(self, image):
        return Orientation(90, 1.0)


def build(layout=None):
    config = AppConfig(documents=DocumentsConfig(dpi=150))
    return build_service(config, LocalOcr(FakeOcr()), LocalChart(FakeChart()), LocalLayout(layout or FakeLayout()))


async def read(service, **options):
    with admit_text(service, 60) as ticket:
        [page] = (await read_document(service, ticket, PDF, DocumentOptions(**options))).pages
    return page


async def test_a_page_with_a_text_layer_is_read_by_ocr_as_the_options_say():
    service = build()
    page = await read(service, lines=OcrOptions(text_det_thresh=0.25))
    assert (page.number, page.size, page.source, page.turned) == (1, SIZE, TextSource.OCR, 0)
    [block] = page.blocks
    assert (block.kind, block.text, block.confidence) == (BlockKind.PARAGRAPH, "fake 1275x1650", 1.0)
    assert (block.box.left, block.box.right, block.box.bottom) == (0, 1275, 1650)
    assert page.paddlex == {"rec_texts": ["fake 1275x1650"], "rec_scores": [1.0]}
    assert service.ocr.options.text_det_thresh == 0.25
    assert Image.open(io.BytesIO(service.ocr.images[0])).format == "PNG"
    assert service.layout.calls == 0


@pytest.mark.parametrize(("layout", "size", "angle"), [(FakeLayout, SIZE, 0), (OnItsSide, TURNED, 90)])
async def test_a_page_is_turned_as_the_model_says_and_the_angle_is_told(layout, size, angle):
    page = await read(build(layout()), lines=OcrOptions(), classified=True)
    assert (page.size, page.turned, page.paddlex["doc_preprocessor_res"]["angle"]) == (size, angle, angle)


@pytest.mark.parametrize(("layout", "size"), [(FakeLayout, SIZE), (OnItsSide, TURNED)])
async def test_its_picture_lies_as_it_was_read(layout, size):
    service, options = build(layout()), DocumentOptions(lines=OcrOptions(), classified=True)
    page = await read(service, lines=OcrOptions(), classified=True)
    picture = await draw_picture(service, PDF, options, page)
    assert picture.size == size
    image = Image.open(io.BytesIO(picture.data))
    assert (Size(*image.size), Image.MIME[image.format]) == (size, picture.media_type)


async def test_the_picture_is_that_of_the_page():
    frames = [Image.new("L", (200 + 10 * index, 100), 255) for index in range(3)]
    tiff = encode(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    service = build()
    page = await read(service, lines=OcrOptions())
    picture = await draw_picture(service, tiff, DocumentOptions(), replace(page, number=3))
    assert picture.size.width / picture.size.height == pytest.approx(2.2, abs=0.01)


async def test_the_picture_of_an_encrypted_page_takes_its_password():
    service = build()
    page, locked = await read(service, lines=OcrOptions()), draw_pdf(draw_sentences, encrypt=encrypt("secret"))
    assert (await draw_picture(service, locked, DocumentOptions(password="secret"), page)).size == SIZE
    with pytest.raises(PasswordRequired):
        await draw_picture(service, locked, DocumentOptions(), page)
