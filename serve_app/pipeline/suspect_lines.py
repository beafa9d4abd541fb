"""Lines of a text layer that may be wrong, and what OCR read in their places."""

from collections.abc import Sequence

from serve_app.documents.page import PageLine
from serve_app.documents.placed_text import find_box
from serve_app.domain import ReadingWarning, TextLine


def replace_suspects(
    lines: Sequence[PageLine], suspects: Sequence[int], read: Sequence[TextLine]
) -> tuple[list[PageLine], list[ReadingWarning]]:
    """Take the text of suspect lines from the OCR where it read the same place.

    Args:
        lines: the text layer.
        suspects: the indices of those lines that may be wrong.
        read: what OCR read on the page, in the same pixels.

    Returns:
        All lines, and warnings that count those that were replaced and those that were not.
    """
    settled, left = list(lines), 0
    for i in suspects:
        seen = _find_same_place(lines[i].text, read)
        if seen is None:
            left += 1
        else:
            settled[i] = _replace_text(lines[i], seen)
    message = f"OCR replaced {count_lines(len(suspects) - left)} of the text layer that may be wrong"
    warnings = [ReadingWarning("text_checked", message)] if left < len(suspects) else []
    if left:
        warnings.append(ReadingWarning("suspect_text", f"The text layer may be wrong in {count_lines(left)}"))
    return settled, warnings


def count_lines(count: int) -> str:
    """The number with its noun."""
    return "1 line" if count == 1 else f"{count} lines"


def _find_same_place(line: TextLine, others: Sequence[TextLine]) -> TextLine | None:
    """The line that covers most of this one, if it covers half of it and is not much longer."""
    box = find_box(line.polygon)
    best = max(others, key=lambda other: find_box(other.polygon).intersect(box).area, default=None)
    if best is None:
        return None
    found = find_box(best.polygon)
    shared = found.intersect(box).area
    return best if shared >= 0.5 * min(box.area, found.area) and found.width <= 1.2 * box.width else None


def _replace_text(line: PageLine, seen: TextLine) -> PageLine:
    return PageLine(TextLine(seen.text, seen.score, line.text.polygon, seen.words), line.font_size, line.bold)
