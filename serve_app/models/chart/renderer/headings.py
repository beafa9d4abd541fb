"""Title, subtitle and source."""

from dataclasses import dataclass

from serve_app.models.chart.renderer.canvas import Box, Colour
from serve_app.models.chart.renderer.drawing import Crowded, Drawing
from serve_app.models.chart.renderer.fonts import Font
from serve_app.models.chart.scene import Role


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """One line of the heading; `drop` is its baseline below the heading's top, in pixels."""

    text: str
    font: Font
    role: Role
    fill: Colour
    drop: float


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


def set_headings(drawing: Drawing) -> tuple[list[HeadingLine], float]:
    """Break title and subtitle into lines; also gives their height in pixels."""
    chart, style, em = drawing.chart, drawing.style, drawing.em
    lines: list[HeadingLine] = []
    height = 0.0
    width = drawing.canvas.width - 2 * em
    if chart.title:
        font = drawing.font(style.title_size, style.title_bold)
        size = style.title_size
        while font.width(chart.title) > width * 1.8 and size > 0.9:
            size *= 0.9
            font = drawing.font(size, style.title_bold)
        for i, text in enumerate(wrap(chart.title, font, width, 3)):
            height += font.size * (1.0 if i == 0 else 1.2)
            lines.append(HeadingLine(text, font, Role.CONTINUED if i else Role.TITLE, style.theme.ink, height))
    if chart.subtitle:
        font = drawing.font(1.0)
        for i, text in enumerate(wrap(chart.subtitle, font, width, 2)):
            height += em * (1.3 if i else 1.5)
            lines.append(HeadingLine(text, font, Role.OTHER, style.theme.muted, height))
    return lines, height + (0.5 * em if lines else 0.0)


def draw_headings(drawing: Drawing, lines: list[HeadingLine], top: float, area: Box) -> None:
    """Set the heading from `top` on, over the picture or over the plot area, as the style says."""
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
        drawing.canvas.text((x, top + line.drop), line.text, line.font, line.fill, line.role, anchor)


def draw_source(drawing: Drawing, bottom: float) -> float:
    """Set the source note at the bottom of the picture; gives the height that it takes."""
    if not drawing.chart.source:
        return 0.0
    font = drawing.font(0.85)
    text = wrap(drawing.chart.source, font, drawing.canvas.width - 2 * drawing.em, 1)[0]
    left = drawing.rng.random() < 0.7
    x = 0.9 * drawing.em if left else drawing.canvas.width - 0.9 * drawing.em
    place = (x, bottom - 0.2 * drawing.em)
    drawing.canvas.text(place, text, font, drawing.style.theme.muted, Role.OTHER, "ls" if left else "rs")
    return 1.5 * drawing.em
