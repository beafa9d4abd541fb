"""The floor: what a page costs without a service. PDFium alone for digital pages, the bare OCR engine for scans."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pypdfium2

from serve_app.config import OcrConfig
from serve_app.documents.document import DEFAULT_DPI
from serve_app.domain import OcrOptions
from tests.bench.documents.scans import render_pages
from tests.bench.documents.speed import Speed


def measure_pdfium(data: bytes) -> Speed:
    """One thread that renders each page and takes its text."""
    return _measure("PDFium alone", "digital", _read_with_pdfium, data)


def measure_ocr(data: bytes, threads: int) -> Speed:
    """The bare engine on all cores, on pages that PDFium renders for it."""
    return _measure("bare OCR", "scanned", _read_with_ocr, data, threads)


def _measure(who: str, what: str, read: Callable[..., tuple[int, float, float]], *arguments: object) -> Speed:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pages, seconds, cpu_s = pool.submit(read, *arguments).result()
    return Speed(who, what, 1, pages, seconds, cpu_s)


def _read_with_pdfium(data: bytes) -> tuple[int, float, float]:
    started, cpu = time.monotonic(), time.process_time()
    document = pypdfium2.PdfDocument(data)
    for page in document:
        page.render(scale=DEFAULT_DPI / 72)
        page.get_textpage().get_text_bounded()
    return len(document), time.monotonic() - started, time.process_time() - cpu


def _read_with_ocr(data: bytes, threads: int) -> tuple[int, float, float]:
    from serve_app.serving.engines import load_ocr

    engine = load_ocr(OcrConfig(threads=threads), "cpu")
    engine.read(next(render_pages(data, DEFAULT_DPI)).convert("RGB"), OcrOptions())  # warm
    started, cpu, pages = time.monotonic(), time.process_time(), 0
    for page in render_pages(data, DEFAULT_DPI):
        engine.read(page.convert("RGB"), OcrOptions(return_word_box=True))
        pages += 1
    return pages, time.monotonic() - started, time.process_time() - cpu
