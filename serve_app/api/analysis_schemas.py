"""The JSON of a chart whose cells are checked against the words."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, Field

from serve_app.api.schemas import AnswerBody, CellBody, PageBody, ResolutionBody, WarningBody, reading_facts
from serve_app.domain import Cell, ChartReading, Evidence, Polygon, TextLine, Turn
from serve_app.pipeline.analysis import Analysis
from serve_app.tables.evidence import TableEvidence


class EvidenceBody(BaseModel):
    """The OCR line that confirms a cell: its index in `ocr.lines`, its text and outline, and how alike they are.

    `similarity` is 1 minus the edit distance divided by the longer text's length.
    """

    line: int
    text: str
    polygon: Polygon
    similarity: float


class CheckedCellBody(CellBody):
    """A cell with its evidence in the OCR, or null where no text confirms it.

    `corrected` is the OCR's spelling, where a label differs from it by a letter or two; `text` stays the model's own.
    """

    evidence: EvidenceBody | None = None
    corrected: str | None = None

    @classmethod
    def of_checked(cls, cell: Cell, evidence: Evidence, lines: Sequence[TextLine], turn: Turn | None) -> Self:
        """The cell and its evidence as they are sent."""
        body = cls.of(cell, turn)
        body.corrected = evidence.corrected
        if evidence.line is not None:
            line = lines[evidence.line]
            body.evidence = EvidenceBody(
                line=evidence.line,
                text=line.text,
                polygon=line.polygon,
                similarity=round(evidence.similarity, 4),
            )
        return body


class CheckedChartBody(BaseModel):
    """A chart's table, each cell with its evidence."""

    model: str
    kind: str
    confidence: float = Field(ge=0, le=1)
    warnings: list[WarningBody]
    title: CheckedCellBody | None
    columns: list[CheckedCellBody]
    rows: list[list[CheckedCellBody]]
    truncated: bool
    resolution: ResolutionBody
    turned: int

    @classmethod
    def of_reading(cls, reading: ChartReading, found: TableEvidence, lines: Sequence[TextLine]) -> Self:
        """The reading as it is sent; `lines` are those that the evidence points to."""
        table = reading.table

        def check(cell: Cell, evidence: Evidence) -> CheckedCellBody:
            return CheckedCellBody.of_checked(cell, evidence, lines, reading.turn)

        return cls(
            title=table.title and check(table.title, found.title),
            columns=[check(*pair) for pair in zip(table.columns, found.columns, strict=True)],
            rows=[
                [check(*pair) for pair in zip(row, row_found, strict=True)]
                for row, row_found in zip(table.rows, found.rows, strict=True)
            ],
            **reading_facts(reading),
        )


class AnalysisBody(AnswerBody):
    """The answer of `/v1/analyze`."""

    ocr: PageBody
    chart: CheckedChartBody

    @classmethod
    def of(cls, analysis: Analysis) -> Self:
        """The analysis as it is sent."""
        return cls(
            ocr=PageBody.of(analysis.page),
            chart=CheckedChartBody.of_reading(analysis.reading, analysis.evidence, analysis.page.lines),
        )
