"""Documents each of whose pages has a size and a text of its own, so that a wrong, swapped or doubled page shows."""

import io
from functools import partial
from typing import Any

from PIL import Image

from tests.pdf_drawings import draw_bars, draw_pdf

PDF_SIZE = (600, 740)
"""Points of a PDF's page; the number of the document is added to its width, that of the page to its height."""
SCAN_SIZE = (300, 400)
"""Pixels of a scan's page, to which the same is added."""


def draw_document(number: int, pages: int) -> tuple[bytes, str]:
    """A document and its media type: with even numbers PDFs, with a text and a chart; with odd ones scans (TIFF)."""
    if number % 2:
        width, height = SCAN_SIZE
        first, *others = [Image.new("RGB", (width + number, height + page), "grey") for page in range(1, pages + 1)]
        buffer = io.BytesIO()
        first.save(buffer, "TIFF", save_all=True, append_images=others, compression="tiff_lzw")
        return buffer.getvalue(), "image/tiff"
    return draw_pdf(*[partial(_draw_page, number, page) for page in range(1, pages + 1)]), "application/pdf"


def _draw_page(number: int, page: int, canvas: Any) -> None:
    width, height = PDF_SIZE
    canvas.setPageSize((width + number, height + page))
    draw_bars(canvas)
    canvas.drawString(72, 100, f"This is document {number} page {page}.")


def is_right(number: int, page: int, body: dict[str, Any]) -> bool:
    """Whether the body is what the fake engines read of this page of this document."""
    texts = [block["text"] for block in body.get("blocks") or []]
    if body["number"] != page or body.get("error"):
        return False
    if number % 2:
        width, height = SCAN_SIZE
        return texts == [f"fake {width + number}x{height + page}"]
    width, height = PDF_SIZE
    if not any(block["kind"] in ("figure", "chart") for block in body["blocks"]):
        return False  # and nothing of it was asked of Chart
    return body["points"] == [width + number, height + page] and f"This is document {number} page {page}." in texts
