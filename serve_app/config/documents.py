"""Settings of documents."""

from typing import Annotated

from pydantic import Field

from serve_app.config.section import MIB, Section


class DocumentsConfig(Section):
    """Documents: `POST /v1/document`, and PDFs in the dialects."""

    max_bytes: Annotated[int, Field(ge=1024)] = 50 * MIB
    """Size of an uploaded document, in bytes."""
    max_pages: Annotated[int, Field(ge=1)] = 2000
    """Pages of a document; a longer one is refused before any page is read."""
    max_in_flight: Annotated[int, Field(ge=1)] = 4
    """Documents that one ingress replica reads at once; more are refused with 429."""
    deadline_s: Annotated[float, Field(gt=0, le=36_000)] = 600.0
    """Seconds for a document. Pages that are not read by then are named in the answer as not read."""
    dpi: Annotated[float, Field(ge=72, le=300)] = 144.0
    """Resolution at which pages are rendered for the models, in dots per inch."""
    memory_mib: Annotated[int, Field(ge=512)] = 1024
    """Address space of the process that opens a document, in MiB; a page that needs more is reported as unreadable."""
    page_cpu_s: Annotated[int, Field(ge=1)] = 4
    """Seconds of CPU for opening and rendering one page."""
    page_wall_s: Annotated[float, Field(gt=0)] = 60.0
    """Seconds for opening and rendering one page."""
