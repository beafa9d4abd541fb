"""The file formats in which a table is answered: `format=` of `/v1/chart` and `/v1/export`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fastapi import Response

from serve_app.domain import ChartTable
from serve_app.tables import export
from serve_app.tables.workbook import to_xlsx

Format = Literal["json", "markdown", "csv", "tsv", "html", "xlsx"]


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a table is written, and what the bytes are called on the wire.

    `file_name`: what a browser calls the file when it saves it; None shows the text in place.
    """

    write: Callable[[ChartTable], str | bytes]
    media_type: str
    file_name: str | None = None

    async def respond(self, table: ChartTable) -> Response:
        """The answer with the table as a file; written in a thread, since a workbook takes tens of milliseconds."""
        headers = {"Content-Disposition": f'attachment; filename="{self.file_name}"'} if self.file_name else None
        content = await asyncio.to_thread(self.write, table)
        return Response(content, media_type=self.media_type, headers=headers)


FORMATS: dict[str, FileFormat] = {
    "markdown": FileFormat(export.to_markdown, "text/markdown"),
    "csv": FileFormat(export.to_csv, "text/csv"),
    "tsv": FileFormat(export.to_tsv, "text/tab-separated-values"),
    "html": FileFormat(export.to_html, "text/html"),
    "xlsx": FileFormat(to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "table.xlsx"),
}
"""All but JSON, which each route writes in its own schema."""
