"""`POST /v1/export`: a table that was read, and perhaps corrected, in another format. No model is asked."""

import asyncio
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from serve_app.api.deadline import Deadline
from serve_app.api.errors import documented_errors
from serve_app.api.formats import FORMATS, Format
from serve_app.api.receiving import receiving
from serve_app.api.schemas import NumberBody
from serve_app.api.tickets import find_service
from serve_app.domain import Cell, ChartTable
from serve_app.tables.numbers import parse_number
from serve_app.tables.workbook import LONGEST_CELL

MAX_BYTES = 1024 * 1024
"""Of the JSON; the table of a chart takes some tens of kilobytes."""

router = APIRouter(prefix="/v1", tags=["reading"])


class TextBody(BaseModel):
    """A cell. Only its text counts: its number is read from the text again, and all else is ignored."""

    text: Annotated[str, Field(max_length=LONGEST_CELL)]

    def to_cell(self) -> Cell:
        """The cell with its number."""
        return Cell(self.text, number=parse_number(self.text))


class TableBody(BaseModel):
    """A table as `/v1/chart` answers it, with texts corrected: each row is as long as `columns`."""

    title: TextBody | None = None
    columns: Annotated[list[TextBody], Field(max_length=1000)]
    rows: Annotated[list[list[TextBody]], Field(max_length=10_000)]

    @model_validator(mode="after")
    def _is_rectangular(self) -> Self:
        for index, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"row {index} has {len(row)} cells, and there are {len(self.columns)} columns")
        return self

    def to_table(self) -> ChartTable:
        """The table, its numbers read from the texts."""
        return ChartTable(
            tuple(cell.to_cell() for cell in self.columns),
            tuple(tuple(cell.to_cell() for cell in row) for row in self.rows),
            self.title.to_cell() if self.title else None,
        )


class TypedCellBody(BaseModel):
    """A cell and the number that its text holds, if it is one."""

    text: str
    number: NumberBody | None

    @classmethod
    def of(cls, cell: Cell) -> Self:
        """The cell as it is sent."""
        return cls(text=cell.text, number=cell.number and NumberBody.of(cell.number))


class TypedTableBody(BaseModel):
    """The answer of `/v1/export` in JSON."""

    title: TypedCellBody | None
    columns: list[TypedCellBody]
    rows: list[list[TypedCellBody]]

    @classmethod
    def of(cls, table: ChartTable) -> Self:
        """The table as it is sent."""
        return cls(
            title=table.title and TypedCellBody.of(table.title),
            columns=[TypedCellBody.of(cell) for cell in table.columns],
            rows=[[TypedCellBody.of(cell) for cell in row] for row in table.rows],
        )


class ExportQuery(BaseModel):
    """Parameters of `/v1/export`."""

    model_config = ConfigDict(extra="forbid")

    format: Format = "json"


_TEXT = TextBody.model_json_schema()
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": TableBody.__doc__,
    "required": ["columns", "rows"],
    "properties": {
        "title": {"anyOf": [_TEXT, {"type": "null"}]},
        "columns": {"type": "array", "items": _TEXT},
        "rows": {"type": "array", "items": {"type": "array", "items": _TEXT}},
    },
    "example": {
        "title": {"text": "Fruit sold"},
        "columns": [{"text": ""}, {"text": "Tonnes"}],
        "rows": [[{"text": "Apples"}, {"text": "42"}], [{"text": "Pears"}, {"text": "17.5"}]],
    },
}
"""Of the body, written out: FastAPI knows only the bodies that it reads itself."""


@router.post(
    "/export",
    response_model=TypedTableBody,
    responses={
        200: {"content": {file_format.media_type: {} for file_format in FORMATS.values()}},
        **{status: response for status, response in documented_errors().items() if status in (413, 422)},
    },
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _SCHEMA}}}},
)
async def export_table(
    request: Request, query: Annotated[ExportQuery, Query()], deadline_s: Deadline
) -> TypedTableBody | Response:
    """Write a table in another format, such as one of `/v1/chart` that a person has corrected.

    JSON answers the same table with its numbers read anew.
    """
    # Read by hand, since FastAPI would take in a body of any length.
    with find_service(request).admission.admit([], deadline_s) as ticket:
        async with receiving(request, ticket, MAX_BYTES) as arriving:
            body = await arriving.body()
    table = await asyncio.to_thread(_parse, body)
    if query.format in FORMATS:
        return await FORMATS[query.format].respond(table)
    return TypedTableBody.of(table)


def _parse(body: bytes) -> ChartTable:
    try:
        return TableBody.model_validate_json(body).to_table()
    except ValidationError as error:
        raise RequestValidationError(
            [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors(include_context=False)]
        ) from error
