"""Documents as a scanner gives them: the same pages as images, a little skewed, soft and noisy, upright or turned."""

import io
import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.bench.documents.truth import TrueDocument

DPI = 150
SKEW = 0.4
"""Degrees by which a sheet lies askew at most."""


def scan(document: TrueDocument, turn: int = 0) -> TrueDocument:
    """The same document without its text layer, each page turned clockwise by so many degrees."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for image in render_pages(document.data):
        sheet = _soil(image, random.Random(document.name)).rotate(-turn, expand=True)
        points = sheet.width * 72 / DPI, sheet.height * 72 / DPI
        canvas.setPageSize(points)
        packed = io.BytesIO()
        sheet.save(packed, "JPEG", quality=80)
        canvas.drawImage(ImageReader(packed), 0, 0, *points)
        canvas.showPage()
    canvas.save()
    return replace(document, name=f"{document.name}, scanned{f' at {turn}°' if turn else ''}", data=buffer.getvalue())


def render_pages(data: bytes, dpi: float = DPI) -> Iterator[Image.Image]:
    """The pages as images."""
    document = pypdfium2.PdfDocument(data)
    try:
        for page in document:
            yield page.render(scale=dpi / 72).to_pil().convert("L")
    finally:
        document.close()


def _soil(image: Image.Image, rng: random.Random) -> Image.Image:
    turned = image.rotate(rng.uniform(-SKEW, SKEW), Image.Resampling.BICUBIC, fillcolor=255)
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.6)), np.float32)
    noise = np.random.default_rng(rng.randrange(1 << 30)).normal(0, 6, soft.shape)
    return Image.fromarray(np.clip(soft * 0.9 + 18 + noise, 0, 255).astype(np.uint8))
