import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from serve_app.documents import process
from serve_app.documents.document import Document, open_document
from serve_app.documents.limits import DocumentLimits
from serve_app.documents.page import DocumentPage, SourceReason, TextSource, UnreadablePage
from serve_app.domain import Box, Size
from serve_app.errors import (
    EmptyUpload,
    ModelUnavailable,
    PasswordRequired,
    TooManyPages,
    UnreadableDocument,
    UnreadableImage,
    UnsupportedMedia,
    WrongPassword,
)
from tests.drawings import draw_page, encode
from tests.hostile_pdfs import book, many_lines, many_pages, page, spaces_stream, stream
from tests.pdf_drawings import SENTENCE, draw_bars, draw_pdf, draw_scan, draw_sentences, encrypt


async def read(document: Document, index: int = 0, **options: object) -> DocumentPage:
    found = await document.read_page(index, **options)
    assert isinstance(found, DocumentPage), found
    return found


def find_children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def count_children() -> int:
    return len(find_children())


async def test_reads_each_page_with_its_image() -> None:
    async with open_document(draw_pdf(draw_sentences, draw_scan, lambda canvas: None)) as document:
        assert document.page_count == 3
        first, second, third = [await read(document, index, image_format="png") for index in range(3)]
    assert [line.text.text for line in first.lines] == ["Annual report", SENTENCE, SENTENCE, SENTENCE]
    assert (first.source, first.reason) == (TextSource.PDF, SourceReason.TEXT_LAYER)
    assert (second.source, second.reason) == (TextSource.OCR, SourceReason.LITTLE_TEXT)
    assert (third.source, third.reason) == (TextSource.BLANK, SourceReason.NOTHING_DRAWN)
    assert first.image is not None
    assert first.image.media_type == "image/png"
    image = Image.open(io.BytesIO(first.image.data))
    assert Size(*image.size) == first.size == Size(1224, 1584)
    # The ink of the heading lies where its outline says.
    (left, top), _, (right, bottom), _ = first.lines[0].text.polygon
    ink = image.convert("L").point(lambda value: 255 * (value < 128))
    assert ink.crop((0, 0, 1224, round(bottom) + 2)).getbbox() == pytest.approx((left, top, right, bottom), abs=2)


async def test_renders_a_part_at_a_higher_resolution() -> None:
    async with open_document(draw_pdf(draw_bars)) as document:
        whole = await read(document)
        part = await document.render(whole, Box(240, 784, 840, 1184), dpi=288)
    assert part.size == Size(1200, 800)
    image = Image.open(io.BytesIO(part.data)).convert("RGB")
    red, _, blue = image.getpixel((160, 700))  # inside the first bar
    assert blue > red + 50


async def test_renders_large_pages_within_the_limits() -> None:
    limits = DocumentLimits(max_pixels=1_000_000, max_side=1200)
    async with open_document(draw_pdf(draw_sentences, size=(9000, 3000)), limits) as document:
        found = await read(document, dpi=300, image_format="jpeg")
    assert found.image is not None
    assert found.image.size == found.size == Size(1200, 400)


async def test_asks_for_the_password() -> None:
    data = draw_pdf(draw_sentences, encrypt=encrypt("Sesam"))
    with pytest.raises(PasswordRequired, match="password"):
        async with open_document(data):
            pass
    with pytest.raises(WrongPassword):
        async with open_document(data, password="Sesame"):
            pass
    async with open_document(data, password="Sesam") as document:
        assert (await read(document)).lines[1].text.text == SENTENCE


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyUpload),
        (b"PK\3\4word/document.xml", UnsupportedMedia),
        (b"%PDF-1.7\n", UnreadableDocument),
        (draw_pdf(draw_sentences)[:600], UnreadableDocument),
        (b"GIF89a", UnreadableImage),
    ],
)
async def test_refuses_what_is_no_document(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        async with open_document(data):
            pass


async def test_refuses_too_many_pages() -> None:
    with pytest.raises(TooManyPages, match="100,000 pages"):
        async with open_document(many_pages()):
            pass


async def test_skips_junk_before_the_header() -> None:
    async with open_document(b"HTTP/1.1 200 OK\r\n\r\n" + draw_pdf(draw_sentences)) as document:
        assert (await read(document)).lines


async def test_goes_on_after_a_page_that_ends_the_process() -> None:
    text = stream(b"BT /F 12 Tf 72 72 Td (A page of the book that nobody minds) Tj ET")
    limits = DocumentLimits(memory_bytes=200 * 1024 * 1024)
    async with open_document(book(text, spaces_stream(200 << 20), text), limits) as document:
        first, second, third = [await document.read_page(index) for index in range(3)]
    assert isinstance(first, DocumentPage)
    assert isinstance(third, DocumentPage)
    assert third.lines == first.lines != ()
    assert isinstance(second, UnreadablePage)
    assert "200 MiB of memory" in second.reason


async def test_ends_a_page_that_takes_too_much_cpu() -> None:
    async with open_document(many_lines(1_000_000), DocumentLimits(page_cpu_s=1)) as document:
        bad = await document.read_page(0, image_format="png")
    assert isinstance(bad, UnreadablePage)
    assert "1 s of CPU" in bad.reason


async def test_gives_up_after_some_restarts() -> None:
    limits = DocumentLimits(page_wall_s=0.001, max_restarts=1)
    async with open_document(draw_pdf(draw_sentences), limits) as document:
        reasons = [page.reason for _ in range(3) if isinstance(page := await document.read_page(0), UnreadablePage)]
    assert ["longer than" in reason for reason in reasons] == [True, True, False]
    assert "Not tried" in reasons[2]


@pytest.mark.parametrize(
    "boot",
    ["import serve_app_of_another_version", "import os; os.kill(os.getpid(), 9)", "import time; time.sleep(60)"],
    ids=["raises", "is killed", "hangs"],
)
@pytest.mark.parametrize("data", [draw_pdf(draw_sentences), b"%PDF-1.7 damaged"], ids=["sound", "damaged"])
async def test_a_process_that_does_not_start_is_no_fault_of_the_document(
    monkeypatch: pytest.MonkeyPatch, boot: str, data: bytes
) -> None:
    monkeypatch.setattr(process, "_BOOT", boot)
    before = count_children()
    with pytest.raises(ModelUnavailable, match="Try again") as raised:
        async with open_document(data, DocumentLimits(start_wall_s=1)):
            pass
    assert raised.value.retryable
    assert count_children() == before


async def test_a_process_that_does_not_start_again_costs_no_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = DocumentLimits(page_wall_s=10, max_restarts=1)
    async with open_document(draw_pdf(draw_sentences), limits) as document:
        for child in find_children():
            os.kill(child, signal.SIGKILL)
        assert isinstance(await document.read_page(0), UnreadablePage)
        with monkeypatch.context() as broken:
            broken.setattr(process, "_BOOT", "raise SystemExit(1)")
            for _ in range(3):
                with pytest.raises(ModelUnavailable):
                    await document.read_page(0)
        assert (await read(document)).lines


async def test_a_cancelled_page_leaves_no_process_and_no_wrong_answer() -> None:
    before = count_children()
    async with open_document(draw_pdf(draw_sentences, draw_bars)) as document:
        reading = asyncio.ensure_future(document.read_page(0, image_format="png"))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert (await read(document, 1)).number == 2
        assert count_children() == before + 1
    assert count_children() == before


async def test_pages_asked_for_at_once_come_each_to_its_caller() -> None:
    async with open_document(draw_pdf(*[draw_sentences] * 6)) as document:
        pages = await asyncio.gather(*(read(document, index) for index in range(6)))
    assert [page.number for page in pages] == [1, 2, 3, 4, 5, 6]


async def test_a_closed_document_is_not_read() -> None:
    async with open_document(draw_pdf(draw_sentences)) as document:
        pass
    assert isinstance(await document.read_page(0), UnreadablePage)


async def test_the_process_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "sk-1234")
    async with open_document(draw_pdf(draw_sentences)):
        environments = [Path(f"/proc/{child}/environ").read_bytes() for child in find_children()]
    assert environments
    assert not any(b"sk-1234" in environment for environment in environments)


def test_the_process_ends_with_the_one_that_started_it() -> None:
    script = """
import asyncio, os, sys
from pathlib import Path
from serve_app.documents.document import open_document

async def main():
    async with open_document(sys.stdin.buffer.read()):
        print(Path(f"/proc/self/task/{os.getpid()}/children").read_text(), flush=True)
        os.kill(os.getpid(), 9)

asyncio.run(main())
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], input=draw_pdf(draw_sentences), capture_output=True, timeout=60, check=False
    )
    child = Path("/proc") / ended.stdout.decode().strip()
    assert ended.returncode == -9
    assert child != Path("/proc")
    deadline = time.monotonic() + 60
    while child.exists() and "Z" not in (child / "stat").read_text().split()[2]:
        assert time.monotonic() < deadline


async def test_a_document_opens_in_the_loop_of_another_thread() -> None:
    async def read_first() -> DocumentPage:
        async with open_document(draw_pdf(draw_sentences)) as document:
            return await read(document)

    assert (await asyncio.to_thread(asyncio.run, read_first())).lines


async def test_a_tiff_has_a_page_for_each_frame() -> None:
    frames = [draw_page(width=900), Image.new("1", (300, 200), 1), Image.new("CMYK", (64, 64))]
    data = encode(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    async with open_document(data) as document:
        assert document.page_count == 3
        pages = [await read(document, index, image_format="png") for index in range(3)]
    assert [page.size for page in pages] == [Size(*frame.size) for frame in frames]
    assert all(page.source is TextSource.OCR and page.reason is SourceReason.IMAGE for page in pages)
    assert pages[0].image is not None
    assert Image.open(io.BytesIO(pages[0].image.data)).convert("RGB").tobytes() == frames[0].tobytes()


@pytest.mark.parametrize("image_format", ["GIF", "AVIF", "PNG", "WEBP", "BMP", "JPEG"])
async def test_an_image_is_a_document_of_one_page(image_format: str) -> None:
    async with open_document(encode(draw_page(), image_format)) as document:
        assert (document.kind, document.page_count) == (image_format, 1)
        found = await read(document, image_format="jpeg")
    assert found.size == Size(*draw_page().size)


async def test_a_large_jpeg_is_decoded_at_a_reduced_size() -> None:
    data = encode(Image.new("RGB", (12_000, 6_000), "white"), "JPEG")
    limits = DocumentLimits(max_pixels=2_000_000, max_frame_pixels=1_000_000, memory_bytes=250 * 1024 * 1024)
    async with open_document(data, limits) as document:
        found = await read(document, image_format="jpeg")
    assert found.size == Size(2000, 1000)
    assert found.images[0].stored == Size(12_000, 6_000)


async def test_a_damaged_frame_loses_no_other() -> None:
    frames = [Image.effect_noise((300, 200), 50) for _ in range(3)]
    data = bytearray(encode(frames[0], "TIFF", save_all=True, append_images=frames[1:], compression="tiff_deflate"))
    with Image.open(io.BytesIO(data)) as image:
        image.seek(1)
        strip = image.tag_v2[273][0]  # type: ignore[attr-defined]
    data[strip : strip + 1000] = bytes(1000)
    async with open_document(bytes(data)) as document:
        pages = [await document.read_page(index, image_format="png") for index in range(3)]
    assert sum(isinstance(page, UnreadablePage) for page in pages) == 1
    assert isinstance(pages[1], UnreadablePage)


async def test_reads_what_is_filled_into_a_form() -> None:
    def draw(canvas: object) -> None:
        draw_sentences(canvas)
        canvas.acroForm.textfield(name="total", x=100, y=300, width=200, height=20, value="4711 EUR")  # type: ignore[attr-defined]

    async with open_document(draw_pdf(draw)) as document:
        assert "4711 EUR" in [line.text.text for line in (await read(document)).lines]


async def test_a_page_of_a_million_points_is_rendered_small() -> None:
    content = stream(b"1000 1000 500000 500000 re f")
    async with open_document(page(content, box=b"0 0 1000000 1000000")) as document:
        found = await read(document, image_format="jpeg")
    assert found.size.width * found.size.height <= DocumentLimits().max_pixels
