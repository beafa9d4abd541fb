"""Charts that the model does not read, drawn so that it knows them as such: of kind UNKNOWN."""

import math
from collections.abc import Callable

from serve_app.chartgraph.roles import Role
from serve_app.chartgraph.training.renderer import naming
from serve_app.chartgraph.training.renderer.canvas import Box, blend
from serve_app.chartgraph.training.renderer.sketch import Sketch


def _frame(sketch: Sketch, names: int = 0) -> Box:
    """Axes with numbers (or names below), and a title; gives the plot area."""
    canvas, rng, em, theme = sketch.canvas, sketch.rng, sketch.em, sketch.theme
    left, top, right, bottom = 4 * em, 2.5 * em, canvas.width - em, canvas.height - 3 * em
    canvas.rectangle((left, top, right, bottom), theme.panel, theme.axis if rng.random() < 0.5 else None, 1.0)
    if rng.random() < 0.7:
        font = sketch.font(1.2, rng.random() < 0.5)
        title = naming.draw_title(rng, "latin", [""])[:40]
        canvas.text((canvas.width / 2, 1.2 * em), title, font, theme.ink, Role.OTHER)
    count, step = rng.randint(3, 7), rng.choice([0.1, 0.5, 1, 2, 5, 10, 20, 50])
    for i in range(count):
        y = bottom - (bottom - top) * i / count
        if rng.random() < 0.9:
            canvas.rule((left, y), (right, y), theme.grid, 1.0)
        canvas.text((left - 0.4 * em, y), f"{i * step:g}", sketch.font(0.9), theme.muted, Role.OTHER, anchor="rm")
    labels = [naming.draw_word(rng, "latin") for _ in range(names)] or [f"{i * step:g}" for i in range(count)]
    for i, label in enumerate(labels):
        x = left + (right - left) * (i + 0.5) / len(labels)
        if sketch.font(0.9).width(label) < (right - left) / len(labels):
            canvas.text((x, bottom + 1.2 * em), label, sketch.font(0.9), theme.muted, Role.OTHER)
    return left, top, right, bottom


def _draw_scatter(sketch: Sketch) -> None:
    """Points at any place, or bubbles."""
    canvas, rng = sketch.canvas, sketch.rng
    left, top, right, bottom = _frame(sketch)
    bubbles, groups = rng.random() < 0.3, rng.randint(1, 3)
    for group in range(groups):
        slope, start = rng.uniform(-1, 1), rng.random()
        for _ in range(rng.randint(15, 120)):
            u = rng.random()
            v = start + slope * u + rng.gauss(0, 0.15)
            if 0 < v < 1:
                radius = sketch.em * (rng.uniform(0.2, 2.2) if bubbles else 0.22)
                canvas.disc((left + u * (right - left), bottom - v * (bottom - top)), radius, sketch.palette[group])


def _draw_boxes(sketch: Sketch) -> None:
    """Box plots, or candlesticks where the boxes are narrow."""
    canvas, rng, em, ink = sketch.canvas, sketch.rng, sketch.em, sketch.theme.ink
    candles = rng.random() < 0.35
    count = rng.randint(12, 40) if candles else rng.randint(2, 8)
    left, top, right, bottom = _frame(sketch, 0 if candles else count)
    colours = rng.choice([[sketch.theme.panel], sketch.palette[:1], sketch.palette])
    level = 0.5
    for i in range(count):
        level = min(0.8, max(0.2, level + rng.gauss(0, 0.08)))
        x, half = left + (right - left) * (i + 0.5) / count, 0.3 * (right - left) / count
        ys = sorted(bottom - (bottom - top) * min(0.98, max(0.02, level + rng.gauss(0, 0.13))) for _ in range(5))
        canvas.rule((x, ys[0]), (x, ys[4]), ink, 0.08 * em)
        colour = rng.choice([(38, 166, 91), (214, 48, 49)]) if candles else colours[i % len(colours)]
        canvas.rectangle((x - half, ys[1], x + half, ys[3]), colour, None if candles else ink, 0.08 * em)
        if candles:
            continue
        canvas.rule((x - half, ys[2]), (x + half, ys[2]), ink, 0.12 * em)
        for y in (ys[0], ys[4]):
            canvas.rule((x - half / 2, y), (x + half / 2, y), ink, 0.08 * em)
        for _ in range(rng.choice([0, 0, 1, 3])):
            canvas.disc((x, rng.uniform(top, bottom)), 0.2 * em, None, ink, 1.0)


def _draw_heat_map(sketch: Sketch) -> None:
    """A grid of coloured cells, with or without numbers in them."""
    canvas, rng, em = sketch.canvas, sketch.rng, sketch.em
    columns, rows = rng.randint(3, 14), rng.randint(3, 10)
    left, top, right, bottom = _frame(sketch, columns)
    low, high, printed = sketch.palette[0], sketch.palette[1], rng.random() < 0.5
    wide, tall = (right - left) / columns, (bottom - top) / rows
    for c in range(columns):
        for r in range(rows):
            share = rng.random()
            box = (left + c * wide, top + r * tall, left + (c + 1) * wide, top + (r + 1) * tall)
            colour = blend(low, high, share)
            canvas.rectangle(box, colour)
            if printed and wide > 2.5 * em and tall > 1.2 * em:
                sketch.label(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), f"{share:.2f}", colour)


def _draw_radar(sketch: Sketch) -> None:
    """A polygon on spokes."""
    canvas, rng, em, theme = sketch.canvas, sketch.rng, sketch.em, sketch.theme
    x, y, radius = canvas.width / 2, canvas.height / 2, 0.36 * min(canvas.width, canvas.height)
    count = rng.randint(3, 9)
    angles = [2 * math.pi * i / count - math.pi / 2 for i in range(count)]
    for ring in (0.25, 0.5, 0.75, 1.0):
        points = [(x + ring * radius * math.cos(a), y + ring * radius * math.sin(a)) for a in (*angles, angles[0])]
        canvas.line(points, theme.grid, 0.07 * em)
    for a in angles:
        canvas.line(((x, y), (x + radius * math.cos(a), y + radius * math.sin(a))), theme.grid, 0.07 * em)
        place = (x + 1.15 * radius * math.cos(a), y + 1.12 * radius * math.sin(a))
        canvas.text(place, naming.draw_word(rng, "latin"), sketch.font(0.9), theme.ink, Role.OTHER)
    for series in range(rng.randint(1, 3)):
        ends = [radius * rng.uniform(0.2, 1) for _ in angles]
        points = [(x + r * math.cos(a), y + r * math.sin(a)) for r, a in zip(ends, angles, strict=True)]
        canvas.polygon(points, sketch.palette[series], 0.35)
        canvas.line([*points, points[0]], sketch.palette[series], 0.15 * em)


def _draw_treemap(sketch: Sketch) -> None:
    """Rectangles in rectangles with names."""
    boxes: list[Box] = [(0.0, 0.0, float(sketch.canvas.width), float(sketch.canvas.height))]
    for _ in range(sketch.rng.randint(4, 14)):
        x0, y0, x1, y1 = boxes.pop(max(range(len(boxes)), key=lambda i: _area(boxes[i])))
        share = sketch.rng.uniform(0.25, 0.75)
        if x1 - x0 > y1 - y0:
            x = x0 + share * (x1 - x0)
            boxes += [(x0, y0, x, y1), (x, y0, x1, y1)]
        else:
            y = y0 + share * (y1 - y0)
            boxes += [(x0, y0, x1, y), (x0, y, x1, y1)]
    for i, box in enumerate(boxes):
        colour = sketch.palette[i % len(sketch.palette)]
        sketch.canvas.rectangle(box, colour, sketch.theme.background, 2.0)
        name = naming.draw_word(sketch.rng, "latin")
        if sketch.font().width(name) < box[2] - box[0] - sketch.em and box[3] - box[1] > 2 * sketch.em:
            sketch.label((box[0] + 0.5 * sketch.em, box[1] + sketch.em), name, colour, anchor="lm")


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _draw_gauge(sketch: Sketch) -> None:
    """Half a ring with a hand and a number."""
    canvas, rng, em, theme = sketch.canvas, sketch.rng, sketch.em, sketch.theme
    x, y = canvas.width / 2, 0.7 * canvas.height
    radius, share = 0.5 * min(canvas.width / 1.4, canvas.height), rng.random()
    for part in range(3):
        arc = [math.pi + math.pi * (part + k / 20) / 3 for k in range(21)]
        outer = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in arc]
        canvas.polygon([(x, y), *outer], sketch.palette[part])
    canvas.disc((x, y), rng.uniform(0.5, 0.8) * radius, theme.background)
    angle = math.pi + math.pi * share
    canvas.line(((x, y), (x + 0.9 * radius * math.cos(angle), y + 0.9 * radius * math.sin(angle))), theme.ink, 0.2 * em)
    canvas.text((x, y + 1.5 * em), f"{round(100 * share)}%", sketch.font(1.6, True), theme.ink, Role.OTHER)


UNREAD: list[Callable[[Sketch], None]] = [
    _draw_scatter,
    _draw_scatter,
    _draw_boxes,
    _draw_boxes,
    _draw_heat_map,
    _draw_radar,
    _draw_treemap,
    _draw_gauge,
]
