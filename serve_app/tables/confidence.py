"""How sure a whole table is."""

from serve_app.domain import ChartTable


def judge_table(table: ChartTable, unread: int = 0) -> float:
    """The expected share of right values: of those in the table, of cells that are empty, and of marks in no cell."""
    values = [cell for row in table.rows for cell in row[1:]]
    count = len(values) + unread
    return sum(cell.confidence for cell in values if cell.text) / count if count else 0.0
