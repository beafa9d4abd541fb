"""Renders a chart: content, style, layout, drawing, annotation, and what spoils the picture."""

import math
import random

import numpy as np

from serve_app.chartgraph.training.renderer.axes import draw_axes, draw_panel
from serve_app.chartgraph.training.renderer.bar_names import name_bars
from serve_app.chartgraph.training.renderer.bar_values import print_values
from serve_app.chartgraph.training.renderer.bars import arrange, draw_bars
from serve_app.chartgraph.training.renderer.canvas import Canvas
from serve_app.chartgraph.training.renderer.charts import Form, draw_chart, draw_form
from serve_app.chartgraph.training.renderer.combos import draw_line_over
from serve_app.chartgraph.training.renderer.degrade import degrade
from serve_app.chartgraph.training.renderer.drawing import Crowded, Drawing
from serve_app.chartgraph.training.renderer.exact_table import build_table
from serve_app.chartgraph.training.renderer.fonts import find_faces_for
from serve_app.chartgraph.training.renderer.layout import lay_out
from serve_app.chartgraph.training.renderer.legend import draw_legend
from serve_app.chartgraph.training.renderer.lines import draw_lines
from serve_app.chartgraph.training.renderer.pie_charts import draw_pie
from serve_app.chartgraph.training.renderer.plot import Scale
from serve_app.chartgraph.training.renderer.style import draw_style, fit_style
from serve_app.chartgraph.training.scene import Scene
from serve_app.domain import ChartKind

ATTEMPTS = 60
MOST_WORDS = 96
"""The model reads no more."""
LARGE = 1000
"""Pictures with a longer side than this, in pixels, are drawn at their size; smaller ones at twice that."""


def render(seed: int, size: tuple[int, int] | None = None) -> Scene:
    """Draw a random chart with its annotations.

    The same seed and size give the same scene, as long as the same fonts are installed. `size` is the picture's width
    and height in pixels (at least 200 x 160 is advisable); None draws one.

    Raises:
        ValueError: the size is too small for a legible chart.
    """
    size = size or _draw_size(random.Random(f"size {seed}"))
    form = draw_form(random.Random(f"form {seed}"))
    for attempt in range(ATTEMPTS):
        try:
            return _draw_scene(random.Random(f"{seed} {attempt}"), form, size)
        except Crowded:
            continue
    raise ValueError(f"no chart fits a picture of {size[0]} x {size[1]} pixels")


def _draw_size(rng: random.Random) -> tuple[int, int]:
    long = rng.choices(
        [rng.uniform(300, 400), rng.uniform(400, 640), rng.uniform(640, 900), rng.uniform(900, 1600)], [18, 52, 22, 8]
    )[0]
    aspect = rng.choice(
        [
            rng.uniform(1.2, 1.8),
            rng.uniform(1.2, 1.8),
            4 / 3,
            1.5,
            rng.uniform(0.8, 1.25),
            rng.uniform(1.6, 2.2),
            rng.uniform(0.55, 1.0) if rng.random() < 0.6 else 1.4,
        ]
    )
    return (round(long), round(long / aspect)) if aspect >= 1 else (round(long * aspect), round(long))


def _draw_scene(rng: random.Random, form: Form, size: tuple[int, int]) -> Scene:
    script = rng.choices(["latin", "cjk", "cyrillic"], [90, 7, 3])[0]
    if not find_faces_for(script):
        script = "latin"
    style = fit_style(rng, draw_style(rng, script), form)
    em = min(max(8.0, style.text * math.sqrt(size[0] * size[1] / (450 * 340))), size[1] / 15)
    room = size[0] / em / 36
    chart = draw_chart(rng, form, script, room=room, article=style.article)
    if style.offset and form.kind not in {ChartKind.PIE, ChartKind.HORIZONTAL_BAR} and not chart.ticks.has_unit:
        chart.offset = f"1e{rng.choice([-3, 4, 5, 6, 6, 9])}"
    canvas = Canvas(size, style.theme.background, 1 if max(size) > LARGE else 2, snap=rng.random() < 0.6)
    drawing = Drawing(canvas, chart, style, rng, em)
    scale: Scale | None = None
    second: Scale | None = None
    if chart.kind is ChartKind.PIE:
        draw_pie(drawing)
    else:
        scale, second = _draw_plot(drawing)
    _check_words(canvas)
    table = build_table(drawing, scale, second, clockwise=style.clockwise)
    return Scene(degrade(canvas.finish(), rng), tuple(canvas.words), drawing.marks(), table, chart.kind, chart.stacked)


def _draw_plot(drawing: Drawing) -> tuple[Scale, Scale | None]:
    layout = lay_out(drawing)
    plot, chart = layout.plot, drawing.chart
    draw_panel(drawing, plot)
    if layout.inner_legend:
        # The legend lies over the marks, but its place must be known to the values printed at them.
        drawing.canvas.obstacles.append(layout.inner_legend[1])
    if chart.kind in {ChartKind.BAR, ChartKind.HORIZONTAL_BAR}:
        bars = arrange(drawing, plot)
        colours = draw_bars(drawing, plot, bars)
        name_bars(drawing, plot, bars, colours)
        print_values(drawing, plot, bars, colours)
        if chart.line:
            draw_line_over(drawing, plot, layout.second, layout.gap)
        draw_axes(drawing, layout)
    else:
        draw_axes(drawing, layout)
        draw_lines(drawing, plot)
    if layout.inner_legend:
        draw_legend(drawing, layout.inner_legend[0], *layout.inner_legend[1][:2])
    if drawing.style.axis_side == "none" and len(chart.printed) < len(chart.categories) * len(chart.values):
        raise Crowded
    return plot.scale, layout.second


def _check_words(canvas: Canvas) -> None:
    """Make sure that the words are few enough, inside the picture, and off each other if they lie flat or upright.

    Raises:
        Crowded: it is not so.
    """
    boxes = np.array(canvas.boxes or [(1.0, 1.0, 2.0, 2.0)])
    if len(boxes) > MOST_WORDS or boxes.min() < 0 or (boxes[:, 2:] > (canvas.width, canvas.height)).any():
        raise Crowded
    # The upright boxes of slanted words overlap without harm.
    slanted = np.array([word.angle not in {0.0, 90.0, -90.0} for word in canvas.words] or [True])
    apart = (boxes[:, None, :2] >= boxes[None, :, 2:]).any(-1)
    if not (apart | apart.T | slanted | slanted[:, None] | np.eye(len(boxes), dtype=bool)).all():
        raise Crowded
