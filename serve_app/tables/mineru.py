"""The answer of MinerU2.5-Pro to "Image Analysis:": four fields between tags of the tokenizer.

    <|class_start|>chart<|class_end|><|sub_class_start|>bar chart<|sub_class_end|>
    <|caption_start|>…<|caption_end|><|content_start|>| Year | A |…<|content_end|>

The fields, and that an answer may lack its last tag, are those of mineru-vl-utils 2.0.7
(`post_process/image_analysis_postprocess.py`). The text must be decoded with `skip_special_tokens=False`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from serve_app.domain import ChartKind, ChartTable
from serve_app.tables import parsing
from serve_app.tables.grid import bounded, build_table, cut_piece

TABLE_CLASSES = ("chart", "pure_table")
"""The classes whose content is a table. A flowchart's is Mermaid, a formula's LaTeX."""

_TAG = re.compile(r"<\|\w+\|>")
_KINDS = {
    ChartKind.PIE: ("pie", "donut", "doughnut"),
    ChartKind.BAR: ("bar", "column", "histogram"),
    ChartKind.AREA: ("area",),
    ChartKind.LINE: ("line",),
}


@bounded
def parse(text: str, confidence: Sequence[float] | None = None) -> ChartTable:
    """Read the table; the caption is its title. Never raises.

    An image of another class (a photo, a flowchart) gives a table without columns, with the caption as its title.
    `confidence[i]` is the probability of the token that wrote character i.
    """
    if "<|class_start|>" not in text and "<|content_start|>" not in text:
        return parsing.parse(text, confidence)
    caption, body = _find_field(text, "caption"), _find_field(text, "content")
    title = build_table([], confidence, cut_piece(text, *caption) if caption else None).title
    image_class = _read_field(text, "class")
    if body is None or (image_class and image_class not in TABLE_CLASSES):
        return ChartTable(title=title)
    start, end = body
    table = parsing.parse(text[start:end], confidence[start:end] if confidence is not None else None)
    return replace(table, title=title or table.title, kind=_read_kind(_read_field(text, "sub_class")))


def _find_field(text: str, name: str) -> tuple[int, int] | None:
    """Where a field's text stands; one that is not closed ends at the next tag or at the end of the text."""
    opening, closing = f"<|{name}_start|>", f"<|{name}_end|>"
    start = text.find(opening)
    if start < 0:
        return None
    start += len(opening)
    end = text.find(closing, start)
    if end < 0:
        tag = _TAG.search(text, start)
        end = tag.start() if tag else len(text)
    return start, end


def _read_field(text: str, name: str) -> str:
    span = _find_field(text, name)
    return text[slice(*span)].strip().lower() if span else ""


def _read_kind(sub_class: str) -> ChartKind:
    """The kind that a sub-class names; UNKNOWN where it names none, or several (a bar and line chart)."""
    kinds = [kind for kind, words in _KINDS.items() if any(word in sub_class for word in words)]
    if kinds == [ChartKind.BAR] and "horizontal" in sub_class:
        return ChartKind.HORIZONTAL_BAR
    return kinds[0] if len(kinds) == 1 else ChartKind.UNKNOWN
