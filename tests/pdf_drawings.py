"""PDFs drawn for the tests with ReportLab, so that their text and places are known."""

import io
from collections.abc import Callable
from typing import Any

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.drawings import draw_page

WIDTH, HEIGHT = 612.0, 792.0
SENTENCE = "Revenue rose by 12.5% to $4,310,000 in the third quarter"


def draw_pdf(*pages: Callable[[Any], None], size: tuple[float, float] = (WIDTH, HEIGHT), **options: Any) -> bytes:
    """A PDF with a page for each function, which draws on ReportLab's canvas (points, y upwards)."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=1, **options)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def draw_sentences(canvas: Any) -> None:
    """A heading and three lines of text."""
    canvas.setFont("Helvetica-Bold", 20)
    canvas.drawString(72, 700, "Annual report")
    canvas.setFont("Times-Roman", 12)
    for row in range(3):
        canvas.drawString(72, 660 - 20 * row, SENTENCE)


def draw_scan(canvas: Any) -> None:
    """A page-wide image of text."""
    canvas.drawImage(ImageReader(draw_page(width=850)), 0, 0, WIDTH, HEIGHT)


def draw_scan_with_ocr(canvas: Any) -> None:
    """A page-wide image, and over it the invisible text of an OCR."""
    draw_scan(canvas)
    text = canvas.beginText(72, 700)
    text.setFont("Helvetica", 12)
    text.setTextRenderMode(3)
    for _ in range(5):
        text.textLine("Rcvenuc r0se by I2.5%")
    canvas.drawText(text)


def draw_bars(canvas: Any) -> None:
    """A bar chart with axes in a box of 120 to 420 by 200 to 400 points."""
    canvas.setFont("Helvetica", 9)
    canvas.line(120, 200, 420, 200)
    canvas.line(120, 200, 120, 400)
    for index, height in enumerate((60, 150, 200)):
        canvas.setFillColorRGB(0.1, 0.3, 0.7)
        canvas.rect(150 + 90 * index, 200, 40, height, stroke=0, fill=1)
    canvas.bezier(130, 210, 200, 400, 300, 200, 410, 390)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawString(72, 700, "The chart below shows what was sold in each of the years")


def encrypt(password: str) -> StandardEncryption:
    """For `draw_pdf(encrypt=...)`."""
    return StandardEncryption(password, canPrint=1)
