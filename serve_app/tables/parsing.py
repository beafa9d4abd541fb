"""A table in whichever form a model chose to write it."""

import re
from collections.abc import Sequence

from serve_app.domain import ChartTable
from serve_app.tables import html, otsl, pipes
from serve_app.tables.grid import bounded

_HTML_TAG = re.compile(r"<(table|tr|td|th)\b", re.IGNORECASE)


@bounded
def parse(text: str, confidence: Sequence[float] | None = None) -> ChartTable:
    """Read OTSL, HTML or pipe rows, told apart by their tags. Never raises.

    `confidence[i]` is the probability of the token that wrote character i.
    """
    if otsl.TAG.search(text):
        return otsl.parse(text, confidence)
    if _HTML_TAG.search(text):
        return html.parse(text, confidence)
    return pipes.parse(text, confidence)
