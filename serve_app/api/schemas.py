"""The JSON of text, charts and errors. Coordinates are pixels of the uploaded image, after its EXIF orientation."""

from typing import Self

from pydantic import BaseModel, Field

from serve_app.domain import (
    Cell,
    ChartReading,
    Number,
    Page,
    Point,
    Polygon,
    ReadingWarning,
    TextLine,
    Turn,
)
from serve_app.errors import AppError


class ErrorDetail(BaseModel):
    """What went wrong, and whether the same request may succeed later."""

    code: str
    message: str
    retryable: bool
    request_id: str

    @classmethod
    def of(cls, error: AppError, request_id: str) -> Self:
        """The error as it is sent."""
        return cls(code=error.code, message=error.message, retryable=error.retryable, request_id=request_id)


class ErrorBody(BaseModel):
    """Every error's body."""

    error: ErrorDetail


class UprightBody(BaseModel):
    """A part of an image that may have been turned upright before it was read.

    `upright`: where it lies in the turned image, in pixels; left out where the image was read as it was sent.
    """

    upright: list[Point] | None = Field(None, exclude_if=lambda value: value is None)


class WordBody(UprightBody):
    """A word of a text line."""

    text: str
    polygon: Polygon


class LineBody(UprightBody):
    """A text line: its recognition score in [0, 1], and four corners clockwise from the text's top left."""

    text: str
    score: float
    polygon: Polygon
    words: list[WordBody] | None = None

    @classmethod
    def of(cls, line: TextLine, turn: Turn | None = None) -> Self:
        """The line as it is sent."""
        words = [
            WordBody(text=word.text, polygon=word.polygon, upright=_points(word.polygon, turn) if turn else None)
            for word in line.words
        ]
        upright = _points(line.polygon, turn) if turn else None
        score = round(line.score, 4)
        return cls(text=line.text, score=score, polygon=line.polygon, upright=upright, words=words or None)


class WarningBody(BaseModel):
    """What the answer lacks, or is less sure of than it looks: a code for programs, and a sentence for people."""

    code: str
    message: str

    @classmethod
    def of(cls, warning: ReadingWarning) -> Self:
        """The warning as it is sent."""
        return cls(code=warning.code, message=warning.message)


class PageBody(BaseModel):
    """The text of an image: its lines in reading order, and all of them joined by line breaks.

    `turned` are the degrees counter-clockwise by which the image was turned upright before it was read. Places are in
    pixels of the image as it was sent; where it was turned, `upright` gives them in the turned image, too.
    """

    model: str
    width: int
    height: int
    turned: int
    text: str
    lines: list[LineBody]
    warnings: list[WarningBody]

    @classmethod
    def of(cls, page: Page) -> Self:
        """The page as it is sent."""
        return cls(
            model=page.model,
            width=page.size.width,
            height=page.size.height,
            text="\n".join(line.text for line in page.lines),
            turned=page.turned,
            lines=[LineBody.of(line, page.turn) for line in page.lines],
            warnings=[WarningBody.of(warning) for warning in page.warnings],
        )


class AnswerBody(BaseModel):
    """What every answer says: which request it is for, and how much of a file with several pages was read."""

    request_id: str = ""
    pagesTotal: int = 1  # noqa: N815
    """Pages of a TIFF, or frames of an animation."""
    pagesRead: int = 1  # noqa: N815
    """The first one only."""


class OcrBody(PageBody, AnswerBody):
    """The answer of `/v1/ocr`."""


class NumberBody(BaseModel):
    """A cell's number as it is printed: 12 with `percent` for "12%", 1.5 with unit "M" for "1.5M"."""

    value: float
    unit: str | None = None
    percent: bool = False

    @classmethod
    def of(cls, number: Number) -> Self:
        """The number as it is sent."""
        return cls(value=number.value, unit=number.unit, percent=number.percent)


class CellBody(UprightBody):
    """A cell or header: its text, how sure the model is of it, its number if it is one, and where it was read.

    `place` is one point (the end of a bar, say), or the four corners of a text; null where the model does not say.
    `suspect`: OCR found no text that holds this number, though the image prints most other values of the table.
    """

    text: str
    confidence: float = Field(ge=0, le=1)
    number: NumberBody | None = None
    place: list[Point] | None = None
    suspect: bool = False

    @classmethod
    def of(cls, cell: Cell, turn: Turn | None = None) -> Self:
        """The cell as it is sent."""
        return cls(
            text=cell.text,
            confidence=round(cell.confidence, 4),
            number=cell.number and NumberBody.of(cell.number),
            place=_points(cell.place),
            upright=_points(cell.place, turn) if turn else None,
            suspect=cell.suspect,
        )


class ResolutionBody(BaseModel):
    """Pixels."""

    width: int
    height: int


class ChartBody(AnswerBody):
    """The answer of `/v1/chart`: each row is as long as `columns`; its first cell is the row's label.

    `kind` is `none`, and the table empty, where the image is no chart that can be read: `warnings` say why; it is
    `table` where the image shows a table instead, which was read as one.
    `confidence`: the estimated share of the table's values that are right.
    `truncated`: the model's answer was too long to be written or read whole: rows or parts of texts may be missing.
    `resolution`: the size at which the model saw the image.
    `turned`: degrees counter-clockwise by which the image was turned upright before it was read. Each `place` is in
    pixels of the image as it was sent; where it was turned, `upright` gives it in the turned image, too.
    """

    model: str
    kind: str
    confidence: float = Field(ge=0, le=1)
    warnings: list[WarningBody]
    title: CellBody | None
    columns: list[CellBody]
    rows: list[list[CellBody]]
    truncated: bool
    resolution: ResolutionBody
    turned: int

    @classmethod
    def of(cls, reading: ChartReading) -> Self:
        """The reading as it is sent."""
        table, turn = reading.table, reading.turn
        return cls(
            title=table.title and CellBody.of(table.title, turn),
            columns=[CellBody.of(cell, turn) for cell in table.columns],
            rows=[[CellBody.of(cell, turn) for cell in row] for row in table.rows],
            **reading_facts(reading),
        )


def reading_facts(reading: ChartReading) -> dict[str, object]:
    """What is sent of a reading beside its cells."""
    return {
        "model": reading.model,
        "kind": reading.table.kind.value,
        "confidence": round(reading.confidence, 4),
        "warnings": [WarningBody.of(warning) for warning in reading.warnings],
        "truncated": reading.truncated,
        "resolution": ResolutionBody(width=reading.resolution.width, height=reading.resolution.height),
        "turned": reading.turn.degrees if reading.turn else 0,
    }


def _points(place: Point | Polygon | None, turn: Turn | None = None) -> list[Point] | None:
    """Rounded to a tenth of a pixel, and in the turned image if it was turned."""
    if place is None:
        return None
    points = place if isinstance(place[0], tuple) else (place,)
    return [(round(x, 1), round(y, 1)) for x, y in (map(turn.apply, points) if turn else points)]
