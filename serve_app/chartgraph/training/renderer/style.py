"""How a chart looks: presets after the defaults of well-known tools, and mixtures of them."""

import random
from dataclasses import dataclass, replace
from typing import Any

from serve_app.chartgraph.training.renderer.canvas import Colour
from serve_app.chartgraph.training.renderer.charts import Form
from serve_app.chartgraph.training.renderer.fonts import Face, find_faces, find_faces_for
from serve_app.chartgraph.training.renderer.palettes import THEMES, Theme, draw_palette
from serve_app.chartgraph.training.renderer.style_options import OPTIONS
from serve_app.chartgraph.training.renderer.style_presets import PRESETS


@dataclass(frozen=True, slots=True)
class Style:
    """A chart's looks. Lengths are in em, the size of the labels' font; the choices are listed in `options.OPTIONS`."""

    theme: Theme
    palette: tuple[Colour, ...]
    face: Face
    text: float
    """Size of the labels' font for a picture of 450 x 340 pixels, in pixels."""
    title_size: float
    title_bold: bool
    title_align: str
    margin: str
    border: bool
    title_below: bool
    frame: str
    axis_width: float
    tick_length: float
    tick_size: float
    offset: bool
    """Factor a power of ten out of the ticks and print it above the axis, as matplotlib does."""
    minor_ticks: bool
    category_ticks: bool
    grid: str
    grid_dash: str
    grid_halves: bool
    bands: bool
    tick_count: int
    limits: str
    axis_side: str
    value_title: str
    rotation: str
    side_labels: str
    at_zero: bool
    legend: str
    legend_frame: bool
    legend_keys: str
    bar_fill: float
    bar_gap: float
    bar_edge: str
    bar_shape: str
    vary: str
    labels: str
    label_size: float
    label_bold: bool
    totals: bool
    """Print the sums of stacks above them."""
    line_width: float
    line_shape: str
    line_dash: bool
    marker: str
    marker_size: float
    edge_to_edge: bool
    naming: str
    """How series are named: by a "key", at their "end", by a "heading" over them, or in "coloured" words in a row."""
    article: bool
    """Whether the chart stands in an article's figure: headline, notes and source around it."""
    tick_angle: float
    group_gap: float
    """Room between groups of categories, in widths of a category."""
    thin: int
    """Label every first, second or third category of a row of many."""
    area_marker: bool
    area_alpha: float
    start_angle: float
    clockwise: bool
    hole: float
    slice_edge: str
    pie_names: str
    pie_values: str
    reverse: bool
    """Draw the series of a group or stack against the order of the legend."""


def draw_style(rng: random.Random, script: str) -> Style:
    """Draw a preset's look (half of the time), or each property from a preset of its own."""
    names = list(PRESETS)
    weights = [PRESETS[name]["weight"] for name in names]
    base = rng.choices(names, weights)[0]
    mixed = rng.random() < 0.5

    choice: dict[str, Any] = {}
    for key, options in OPTIONS.items():
        preset = PRESETS[rng.choices(names, weights)[0] if mixed and rng.random() < 0.7 else base]
        if rng.random() < 0.06:
            preset = {}
        choice[key] = rng.choice(preset.get(key, options))
    choice["theme"] = THEMES[choice["theme"]]
    choice["palette"] = draw_palette(rng, choice["palette"], choice["theme"])
    choice["face"] = _draw_face(rng, script, choice.pop("family"))
    for key in ("text", "title_size", "bar_fill", "line_width", "marker_size", "axis_width", "tick_length"):
        choice[key] *= rng.uniform(0.88, 1.14)
    return Style(**choice)


def _draw_face(rng: random.Random, script: str, family: str) -> Face:
    faces = find_faces_for(script) or find_faces()
    named = [face for face in faces if face.family == family]
    return named[0] if named else rng.choices(faces, [face.weight for face in faces])[0]


def fit_style(rng: random.Random, style: Style, form: Form) -> Style:
    """The style as a form allows it: what is not measured on an axis has its values printed."""
    if form.variant == "panels":
        labels = rng.choice(["outside", "outside", "inside"])
        return replace(style, axis_side="none", grid="", labels=labels, bands=False)
    if form.variant == "diverging":
        bare = rng.random() < 0.85
        labels = rng.choice(["outside", "outside", "centre", "inside"]) if bare else style.labels
        return replace(style, axis_side="none" if bare else "near", labels=labels, grid="" if bare else style.grid)
    if form.variant == "combo":
        return replace(style, axis_side="near", naming="key", tick_angle=0.0)
    if form.variant == "histogram":
        return replace(style, bar_fill=rng.choice([1.0, 1.0, 0.96]), vary="no", bar_shape="plain", axis_side="near")
    return style
