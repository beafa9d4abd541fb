"""Title, subtitle, and what stands under the chart."""

from dataclasses import dataclass

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer.canvas import Box, Colour
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.fonts import Font
from serve_app.chartgraph.training.renderer.free_area import Room


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """One line of the heading; `baseline` is a pixel row."""

    text: str
    font: Font
    role: Role
    fill: Colour
    baseline: float


def wrap(text: str, font: Font, width: float, lines: int) -> list[str]:
    """Break a text at spaces (Chinese or Japanese: anywhere) into at most `lines` lines of a width in pixels.

    Raises:
        Crowded: the text does not fit.
    """
    if font.width(text) <= width:
        return [text]
    joint = "" if any(char >= "\u2e80" for char in text) else " "
    words = text.split(" ") if joint else list(text)
    broken = [words.pop(0)]
    for word in words:
        longer = broken[-1] + joint + word
        if font.width(longer) <= width:
            broken[-1] = longer
        else:
            broken.append(word)
    if len(broken) > lines or max(font.width(line) for line in broken) > width:
        raise Crowded
    return broken


def reserve_headings(drawing: Drawing, room: Room) -> list[HeadingLine]:
    """Break title and subtitle into lines, and cut their height off the room.

    Raises:
        Crowded: they do not fit.
    """
    chart, style, em = drawing.chart, drawing.style, drawing.em
    width = drawing.canvas.width - 2 * em
    texts: list[tuple[str, Font, Role, Colour, float]] = []
    if chart.title:
        size = style.title_size
        while drawing.font(size, style.title_bold).width(chart.title) > 1.8 * width and size > 0.9:
            size *= 0.9
        font = drawing.font(size, style.title_bold)
        for i, text in enumerate(wrap(chart.title, font, width, 3)):
            role, step = (Role.CONTINUED, 1.2) if i else (Role.TITLE, 1.0)
            texts.append((text, font, role, style.theme.ink, step * font.size))
    if chart.subtitle:
        font = drawing.font()
        for text in wrap(chart.subtitle, font, width, 2):
            texts.append((text, font, Role.OTHER, style.theme.muted, 1.4 * em))
    if not texts:
        return []
    strip = room.cut("bottom" if style.title_below else "top", sum(step for *_, step in texts) + 0.5 * em)
    lines, baseline = [], strip[1]
    for text, font, role, fill, step in texts:
        baseline += step
        lines.append(HeadingLine(text, font, role, fill, baseline))
    return lines


def draw_headings(drawing: Drawing, lines: list[HeadingLine], area: Box) -> None:
    """Set the heading, lined up with the picture or with the plot area, as the style says."""
    em, width = drawing.em, drawing.canvas.width
    x, anchor = {
        "centre": (width / 2, "ms"),
        "left": (0.9 * em, "ls"),
        "right": (width - 0.9 * em, "rs"),
        "plot": ((area[0] + area[2]) / 2, "ms"),
        "plot_left": (area[0], "ls"),
    }[drawing.style.title_align]
    widest = max((line.font.width(line.text) for line in lines), default=0.0)
    if anchor == "ms":
        x = min(max(x, widest / 2 + 0.5 * em), width - widest / 2 - 0.5 * em)
    elif anchor == "ls":
        x = max(min(x, width - widest - 0.5 * em), 0.5 * em)
    for line in lines:
        drawing.canvas.text((x, line.baseline), line.text, line.font, line.fill, line.role, anchor=anchor)


def draw_notes(drawing: Drawing, room: Room) -> None:
    """Set notes, source and publisher at the bottom of the picture, and cut their height off the room.

    Raises:
        Crowded: they do not fit.
    """
    em, width, ink = drawing.em, drawing.canvas.width, drawing.style.theme
    font, bold = drawing.font(0.85), drawing.font(0.85, bold=True)
    lines = [(line, font) for note in drawing.chart.notes for line in wrap(note, font, width - 2 * em, 3)]
    lines += [(line, bold) for line in ([drawing.chart.brand] if drawing.chart.brand else [])]
    if not lines:
        return
    strip = room.cut("bottom", (0.5 + 1.1 * len(lines)) * em)
    left = drawing.style.article or drawing.rng.random() < 0.7
    x, anchor = (0.9 * em, "ls") if left else (width - 0.9 * em, "rs")
    for i, (line, face) in enumerate(reversed(lines)):
        fill = ink.ink if face is bold else ink.muted
        drawing.canvas.text((x, strip[3] - (0.2 + 1.1 * i) * em), line, face, fill, Role.OTHER, anchor=anchor)
