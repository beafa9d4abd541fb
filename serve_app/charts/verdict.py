"""What an answer that a model wrote in words says about itself: whether it is a chart's, whole, and how sure."""

from dataclasses import replace

from serve_app.domain import ChartKind, ChartReading, ChartTable, ReadingWarning
from serve_app.tables.confidence import judge_table


def conclude(reading: ChartReading) -> ChartReading:
    """The reading with the warnings and the confidence of its table, or without a table where it is no chart's.

    Such models write something for any image: nothing, a sentence, a table of words. A chart has numbers. The
    confidence of a table is the mean over its values of the probabilities that the model gave them.
    """
    if reading.truncated:
        cut = ReadingWarning("truncated", "The model's answer was cut off: rows or parts of texts may be missing")
        reading = replace(reading, warnings=(*reading.warnings, cut))
    if refusal := _find_refusal(reading):
        return refuse(reading, refusal)
    return replace(reading, confidence=judge_table(reading.table))


def refuse(reading: ChartReading, reason: str) -> ChartReading:
    """The reading of an image that is no chart that can be read: no table, and the reason among the warnings."""
    warnings = (*reading.warnings, ReadingWarning("not_a_chart", reason))
    return replace(reading, table=ChartTable(kind=ChartKind.NONE), warnings=warnings, confidence=0.0)


def _find_refusal(reading: ChartReading) -> str | None:
    table = reading.table
    if any(cell.number for row in table.rows for cell in row[1:]):
        return None
    if not reading.raw.strip():
        return "The model wrote nothing for the image"
    if not table.columns:
        return "The model wrote no table for the image"
    return "The table that the model wrote for the image has no values"
