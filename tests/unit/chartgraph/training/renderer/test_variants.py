"""The rarer sorts of charts: their marks, links and tables say what the pictures show."""

import random
from collections import Counter
from itertools import count, islice, pairwise

import numpy as np
import pytest

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.renderer import render, render_figure
from serve_app.chartgraph.training.renderer.charts import VARIANTS, draw_form
from serve_app.chartgraph.training.scene import Mark, Scene
from serve_app.domain import ChartKind


def render_some(variant: str, number: int, *, series: int | None = None) -> list[Scene]:
    """The first charts of a variant, or of a variant and a number of series."""
    seeds = (
        seed
        for seed in count()
        if (form := draw_form(random.Random(f"form {seed}"))).variant == variant and series in {None, form.series}
    )
    return [render(seed) for seed in islice(seeds, number)]


def read_cell(scene: Scene, mark: Mark) -> float:
    """The table's value for a mark with a category and a series."""
    assert mark.category is not None
    assert mark.series is not None
    label = scene.words[mark.category].text
    row = next(row for row in scene.table.rows if row[0].text.startswith(label))
    name = scene.words[mark.series].text
    number = row[[cell.text.startswith(name) for cell in scene.table.columns].index(True)].number
    assert number
    return number.value


def bars(scene: Scene, kind: MarkKind = MarkKind.BAR) -> list[Mark]:
    return [mark for mark in scene.marks if mark.kind is kind]


def test_every_variant_is_drawn() -> None:
    drawn = Counter(draw_form(random.Random(f"form {seed}")).variant for seed in range(1000))
    assert {name for weights in VARIANTS.values() for name in weights} == set(drawn)
    assert all(number >= 10 for number in drawn.values())


def test_bars_grow_to_both_sides_of_a_common_zero() -> None:
    for scene in render_some("diverging", 12, series=2):
        assert scene.stacked
        left, right = ([m for m in bars(scene) if m.series == s] for s in sorted({m.series for m in bars(scene)}))
        if max(m.x for m in left) > min(m.x for m in right):
            left, right = right, left
        zero = max(m.x for m in left), min(m.x for m in right)
        assert zero[0] <= zero[1]
        # Lengths are proportional to the values, on one scale for both sides.
        places = np.array([m.x for m in (*left, *right)])
        values = [-read_cell(scene, m) for m in left] + [read_cell(scene, m) for m in right]
        slope, start = np.polyfit(values, places, 1)
        assert np.abs(slope * np.array(values) + start - places).max() < 2.5


def test_columns_of_bars_side_by_side_have_headings_over_them() -> None:
    for scene in render_some("panels", 12):
        assert len(scene.table.columns) >= 3
        assert all(mark.label is not None for mark in bars(scene))
        for series in {m.series for m in bars(scene)}:
            assert series is not None
            assert scene.words[series].role is Role.SERIES
            assert all(scene.words[series].y < m.y for m in bars(scene) if m.series == series)
        edges = [
            (min(m.x for m in bars(scene) if m.series == s), max(m.x for m in bars(scene) if m.series == s))
            for s in {m.series for m in bars(scene)}
        ]
        edges.sort()
        assert all(before[1] < after[1] for before, after in pairwise(edges))


def test_a_line_over_bars_is_a_series_of_points() -> None:
    for scene in render_some("combo", 12):
        points = bars(scene, MarkKind.POINT)
        assert scene.kind is ChartKind.BAR
        assert len(points) == len(bars(scene, MarkKind.COLUMN)) / (len(scene.table.columns) - 2)
        assert len({mark.series for mark in points}) == 1
        labelled = [mark for mark in points if mark.category is not None]
        values = [read_cell(scene, mark) for mark in labelled]
        if len(set(values)) > 2:
            slope, start = np.polyfit(values, [mark.y for mark in labelled], 1)
            assert slope < 0
            assert np.abs(slope * np.array(values) + start - [m.y for m in labelled]).max() < 3


@pytest.mark.parametrize("variant", ["numbered", "histogram"])
def test_categories_lie_at_their_numbers(variant: str) -> None:
    between = 0
    for scene in render_some(variant, 25):
        words = [word for word in scene.words if word.role is Role.CATEGORY and word.angle == 0]
        if len(words) < 3 or not all(word.text.replace(".", "").isdigit() for word in words):
            continue  # too few categories, or slanted labels
        slope, start = np.polyfit([word.x for word in words], [float(word.text) for word in words], 1)
        rows = [float(row[0].text) for row in scene.table.rows]
        places = sorted({round(mark.x, 3) for mark in scene.marks if mark.kind is not MarkKind.SWATCH})
        if scene.kind is ChartKind.BAR and len(scene.table.columns) == 2:
            assert len(places) == len(rows)
        if len(places) == len(rows):
            span = abs(slope) * scene.image.width
            assert np.abs(slope * np.array(places) + start - rows).max() < 0.015 * span
        between += any(mark.category is None for mark in scene.marks if mark.kind is not MarkKind.SWATCH)
    assert between > 2


def test_groups_of_categories_stand_apart() -> None:
    apart = 0
    for scene in render_some("groups", 10):
        across = [m.y if m.kind is MarkKind.BAR else m.x for m in scene.marks if m.kind is not MarkKind.SWATCH]
        steps = np.diff(sorted({round(place) for place in across}))
        apart += len(steps) > 1 and steps.max() > 1.2 * steps.min()
    assert apart >= 5


def test_names_without_keys_are_series() -> None:
    without = 0
    for seed in range(150):
        scene = render(seed)
        keyed = {mark.series for mark in scene.marks if mark.kind is MarkKind.SWATCH}
        names = {mark.series for mark in scene.marks} - {None}
        if names and scene.kind is not ChartKind.PIE and not keyed:
            without += 1
            assert all(name is not None and scene.words[name].role is Role.SERIES for name in names)
    assert without >= 10


def test_some_ticks_run_upwards() -> None:
    angles = Counter(word.angle for seed in range(150) for word in render(seed).words if word.role is Role.TICK)
    assert angles[90.0] >= 10
    assert angles[0.0] > angles[90.0]


def test_pictures_that_are_no_charts_have_no_marks() -> None:
    for seed in range(30):
        scene = render_figure(seed)
        assert scene.kind is ChartKind.UNKNOWN
        assert scene.marks == ()
        assert not scene.table.rows
        assert scene.image.tobytes() == render_figure(seed).image.tobytes()
        width, height = scene.image.size
        assert all(0 <= word.x <= width and 0 <= word.y <= height for word in scene.words)
