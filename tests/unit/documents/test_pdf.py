import mmap
from collections.abc import Callable
from typing import Any

import pytest
from reportlab.lib.pagesizes import letter

from serve_app.documents.limits import DocumentLimits
from serve_app.documents.page import DocumentPage, DrawingRole, SourceReason, Suspicion, TextSource
from serve_app.documents.pdf import PdfFile
from serve_app.domain import Box, Size
from tests.hostile_pdfs import page, stream
from tests.pdf_drawings import SENTENCE, draw_bars, draw_pdf, draw_scan, draw_scan_with_ocr, draw_sentences


def open_pdf(data: bytes, **limits: Any) -> PdfFile:
    held = mmap.mmap(-1, len(data))
    held.write(data)
    return PdfFile(held, None, DocumentLimits(**limits))


def read(data: bytes, **limits: Any) -> DocumentPage:
    """The first page at 72 dpi: a pixel is a point."""
    return open_pdf(data, **limits).read_page(0, 72, with_image=False)[0]


def draw(*steps: Callable[[Any], None], **options: Any) -> DocumentPage:
    def whole(canvas: Any) -> None:
        for step in steps:
            step(canvas)

    return read(draw_pdf(whole, **options))


def texts(found: DocumentPage) -> list[str]:
    return [line.text.text for line in found.lines]


def find_ink(data: bytes) -> tuple[int, int, int, int]:
    image = open_pdf(data).read_page(0, 72, with_image=True)[1]
    assert image is not None
    box = image.convert("L").point(lambda value: 255 * (value < 160)).getbbox()
    assert box is not None
    return box


def outline(found: DocumentPage) -> tuple[float, float, float, float]:
    points = [point for line in found.lines for point in line.text.polygon]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_places_are_where_the_ink_is_on_turned_pages(rotation: int) -> None:
    # ReportLab exchanges the sides of a turned page's own space.
    size = (612, 792) if rotation in (0, 180) else (792, 612)
    data = draw_pdf(lambda canvas: (draw_sentences(canvas), canvas.setPageRotation(rotation)), size=size)
    found = read(data)
    assert found.rotation == rotation
    assert outline(found) == pytest.approx(find_ink(data), abs=1.5)
    assert {line.angle for line in found.lines} == {float(rotation)}
    assert texts(found)[1] == SENTENCE


def test_a_turned_page_has_its_sides_exchanged() -> None:
    text = stream(b"BT /F 12 Tf 20 30 Td (Twenty right, thirty up) Tj ET")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    found = read(page(text, box=b"0 0 600 400]/Rotate 90/Fit[0", resources=b"/Font<</F 5 0 R>>", extra=(font,)))
    assert (found.size, found.rotation) == (Size(400, 600), 90)
    assert found.lines[0].angle == 90
    assert found.lines[0].text.polygon[3] == pytest.approx((28, 21), abs=3)


def test_places_count_from_the_crop_box() -> None:
    data = draw_pdf(draw_sentences, cropBox=(50, 600, 500, 750))
    found = read(data)
    assert found.size == Size(450, 150)
    assert outline(found) == pytest.approx(find_ink(data), abs=1.5)


def test_what_lies_outside_the_crop_box_is_not_read() -> None:
    assert texts(read(draw_pdf(draw_sentences, cropBox=(50, 690, 500, 750)))) == ["Annual report"]


def test_knows_size_and_style_of_a_heading() -> None:
    found = draw(draw_sentences)
    assert [(line.font_size, line.bold) for line in found.lines] == [(20, True), (12, False), (12, False), (12, False)]
    scaled = draw(
        lambda canvas: (canvas.scale(2, 2), canvas.setFont("Times-Italic", 6), canvas.drawString(9, 300, SENTENCE))
    )
    assert [(line.font_size, line.italic) for line in scaled.lines] == [(12, True)]


def test_reads_turned_text() -> None:
    def upwards(canvas: Any) -> None:
        canvas.translate(100, 300)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Tonnes of fruit a year")

    (line,) = draw(upwards).lines
    assert (line.text.text, line.angle) == ("Tonnes of fruit a year", 270)
    (x, y), (_, end), _, _ = line.text.polygon
    assert y > end
    assert x == pytest.approx(91, abs=2)


def test_parts_columns_that_are_drawn_row_by_row() -> None:
    def columns(canvas: Any) -> None:
        for row in range(4):
            canvas.drawString(72, 700 - 14 * row, f"left column, row {row}")
            canvas.drawString(320, 700 - 14 * row, f"right column, row {row}")

    assert sorted(texts(draw(columns))) == sorted(
        f"{side} column, row {row}" for side in ("left", "right") for row in range(4)
    )


def test_places_of_a_form_are_those_on_the_page() -> None:
    def form(canvas: Any) -> None:
        canvas.beginForm("chart")
        draw_bars(canvas)
        canvas.endForm()
        canvas.translate(50, 100)
        canvas.scale(0.5, 0.5)
        canvas.doForm("chart")

    (drawing,) = (d for d in draw(form).drawings if d.role is DrawingRole.FIGURE)
    # The bars and axes reach from (120, 200) to (420, 400).
    assert (drawing.box.left, drawing.box.right) == pytest.approx((110, 260), abs=1.5)
    assert (drawing.box.top, drawing.box.bottom) == pytest.approx((792 - 300, 792 - 200), abs=1.5)


def test_finds_the_chart_and_its_axes() -> None:
    found = draw(draw_bars)
    (drawing,) = found.drawings
    assert drawing.role is DrawingRole.FIGURE
    assert (drawing.boxes, drawing.lines, drawing.curves) == (3, 2, 1)


def test_leaves_out_what_is_white_or_transparent() -> None:
    def paint(canvas: Any) -> None:
        draw_sentences(canvas)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(100, 100, 300, 300, stroke=0, fill=1)
        canvas.setFillColorRGB(1, 0, 0, alpha=0)
        canvas.rect(100, 100, 200, 200, stroke=0, fill=1)

    assert draw(paint).drawings == ()


def test_cuts_drawings_by_their_clip() -> None:
    def clipped(canvas: Any) -> None:
        draw_sentences(canvas)
        path = canvas.beginPath()
        path.rect(100, 100, 150, 150)
        canvas.clipPath(path, stroke=0)
        canvas.bezier(0, 0, 200, 800, 400, 0, 600, 700)

    (drawing,) = draw(clipped).drawings
    assert drawing.box == Box(pytest.approx(100), pytest.approx(792 - 250), pytest.approx(250), pytest.approx(692))


def test_frames_of_text_are_no_figures() -> None:
    def table(canvas: Any) -> None:
        canvas.setFont("Helvetica", 16)
        canvas.grid([100, 250, 400], [500, 520, 540, 560, 580])
        for row in range(4):
            for column in (102, 252):
                canvas.drawString(column, 504 + 20 * row, "cell with much text")

    assert [drawing.role for drawing in draw(table).drawings] == [DrawingRole.FRAME]


def test_chooses_the_source_of_the_text() -> None:
    assert draw(draw_sentences).reason is SourceReason.TEXT_LAYER
    assert draw(draw_scan).reason is SourceReason.LITTLE_TEXT
    assert draw().reason is SourceReason.NOTHING_DRAWN
    assert draw(draw_scan, draw_sentences).reason is SourceReason.TEXT_LAYER  # a photograph behind live text


def test_old_ocr_is_read_anew_but_kept() -> None:
    found = draw(draw_scan_with_ocr)
    assert (found.source, found.reason) == (TextSource.OCR, SourceReason.INVISIBLE_TEXT)
    assert texts(found) == ["Rcvenuc r0se by I2.5%"] * 5


def test_invisible_text_beside_visible_text_is_left_out() -> None:
    def hidden(canvas: Any) -> None:
        text = canvas.beginText(72, 500)
        text.setTextRenderMode(3)
        text.textLine("Buy now")
        canvas.drawText(text)

    found = draw(draw_sentences, hidden)
    assert found.source is TextSource.PDF
    assert "Buy now" not in texts(found)


def symbol_pdf(text: bytes, meanings: bytes) -> bytes:
    """A page whose second font, /S, gives the characters of `meanings` (a ToUnicode table) for its codes."""
    table = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
        b"1 begincodespacerange <00> <ff> endcodespacerange %s endcmap end end" % meanings
    )
    return page(
        stream(text),
        resources=b"/Font<</F 5 0 R/S 6 0 R>>",
        extra=(
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+AdvPS44A44B/ToUnicode 7 0 R/FirstChar 65/LastChar 70"
            b"/Widths[600 600 600 600 600 600]>>",
            stream(table),
        ),
    )


def test_suspects_a_number_whose_sign_is_a_letter_of_another_font() -> None:
    text = b"BT /F 12 Tf 72 700 Td (was ) Tj /S 12 Tf (C) Tj /F 12 Tf (80 as against 80 in the year before) Tj ET"
    found = read(symbol_pdf(text, b"1 beginbfchar <43> <0043> endbfchar"))
    (line,) = found.lines
    assert line.text.text.startswith("was C80 as")
    assert line.suspect_words == (1,)
    assert found.source is TextSource.PDF


def test_reads_a_page_by_ocr_whose_characters_have_no_meaning() -> None:
    text = b"BT /F 12 Tf 72 700 Td (Some words) Tj /S 12 Tf (CCCCCCCCCC) Tj /F 12 Tf (and a few more) Tj ET"
    found = read(symbol_pdf(text, b"1 beginbfchar <43> <E043> endbfchar"))
    assert (found.source, found.reason) == (TextSource.OCR, SourceReason.UNMAPPED_TEXT)
    assert found.lines[0].suspicion is Suspicion.UNMAPPED


def test_says_what_it_left_out() -> None:
    data = draw_pdf(draw_sentences, draw_bars)
    found = read(data, max_characters=40)
    assert found.truncated == ("characters",)
    assert texts(found)[0] == "Annual report"
    many = draw_pdf(lambda canvas: [canvas.line(9, 9 * row, 500, 9 * row) for row in range(30)])
    assert read(many, max_objects=10).truncated == ("objects",)


def test_letter_pages_have_their_size_in_points() -> None:
    assert draw(draw_sentences, size=letter).points == (612, 792)
