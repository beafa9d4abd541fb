"""The annotations of rendered scenes agree with the pictures' geometry and with the tables."""

import math
import random
import re
from contextlib import suppress
from itertools import chain, islice, pairwise

import numpy as np
import pytest

from serve_app.chartgraph.roles import MarkKind, Role
from serve_app.chartgraph.training.renderer import render
from serve_app.chartgraph.training.renderer.charts import draw_form
from serve_app.chartgraph.training.scene import Mark, Scene
from serve_app.domain import ChartKind

SEEDS = range(250)
MINUS = "-\N{MINUS SIGN}"
VALUE_MARKS = {
    ChartKind.BAR: MarkKind.COLUMN,
    ChartKind.HORIZONTAL_BAR: MarkKind.BAR,
    ChartKind.LINE: MarkKind.POINT,
    ChartKind.AREA: MarkKind.AREA,
    ChartKind.PIE: MarkKind.SLICE,
}


@pytest.fixture(scope="module")
def scenes() -> dict[int, Scene]:
    """Charts whose marks each belong to a label; the other sorts have tests of their own, in `test_variants`."""
    return {seed: render(seed) for seed in SEEDS if find_variant(seed) in {"", "groups"}}


def find_variant(seed: int) -> str:
    """What the form of a seed's chart is called."""
    return draw_form(random.Random(f"form {seed}")).variant


def read_number(text: str, point: str) -> float:
    """Read a number without its sign and unit, with "." or "," as the decimal mark."""
    digits = re.search(r"\d[\d., ]*", text)
    assert digits, text
    plain = re.sub(rf"[^\d{point}]", "", digits.group().rstrip(".,")).replace(point, ".")
    return float(plain)


def decimal_marks(scene: Scene) -> list[str]:
    """What may separate the decimals: a text such as "1.200" does not tell, but the table's numbers mostly do."""
    cells = [cell for row in scene.table.rows for cell in row[1:]]
    marks = []
    for point in ".,":
        with suppress(ValueError):  # two decimal marks in one number
            if all(cell.number and read_number(cell.text, point) == abs(cell.number.value) for cell in cells):
                marks.append(point)
    return marks


def fit_axes(scene: Scene) -> list[tuple[float, float]]:
    """Slope and intercept that turn a pixel of the value axis into a value, for each way to read the ticks."""
    ticks = [word for word in scene.words if word.role is Role.TICK]
    at = np.array([word.x if scene.kind is ChartKind.HORIZONTAL_BAR else word.y for word in ticks])
    fits = []
    for point in decimal_marks(scene):
        with suppress(ValueError):
            values = np.array([read_number(word.text, point) * (-1 if word.text[0] in MINUS else 1) for word in ticks])
            slope, intercept = np.polyfit(at, values, 1)
            if np.abs(slope * at + intercept - values).max() < 0.02 * np.ptp(values):
                fits.append((slope, intercept))
    return fits


def pick_colour(pixels: np.ndarray, x: float, y: float) -> np.ndarray:
    """The median colour of the 3 x 3 pixels at a place."""
    return np.median(pixels[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2], axis=(0, 1))


def counts_on(scene: Scene) -> bool:
    """Whether the table has rows that no label names, but the numbers before and behind them."""
    labels = sum(word.role is Role.CATEGORY for word in scene.words)
    return scene.kind is not ChartKind.PIE and len(scene.table.rows) > labels


def value_marks(scene: Scene) -> list[list[Mark]]:
    """The marks of the rows that are in the table, by row (in the rows' order), then by column."""
    marks = [mark for mark in scene.marks if mark.kind is VALUE_MARKS[scene.kind]]
    if not counts_on(scene):
        marks = [mark for mark in marks if mark.category is not None]
    names = [cell.text for cell in scene.table.columns[1:]]
    rows: dict[float, list[Mark]] = {}
    counted = sorted(marks, key=lambda mark: mark.x) if counts_on(scene) else []
    for i, mark in enumerate(counted):
        rows.setdefault(i // len(names), []).append(mark)
    for mark in marks if not counted else ():
        assert mark.category is not None
        rows.setdefault(mark.category, []).append(mark)
    for row in rows.values():
        if len(names) > 1:
            row.sort(key=lambda mark: names.index(scene.words[mark.series or 0].text))
    if scene.kind is ChartKind.PIE:
        return list(rows.values())
    along = (lambda row: row[0].y) if scene.kind is ChartKind.HORIZONTAL_BAR else (lambda row: row[0].x)
    return sorted(rows.values(), key=along)


def test_same_seed_gives_same_scene() -> None:
    for seed in range(5):
        first, second = render(seed, (420, 320)), render(seed, (420, 320))
        assert first.image.tobytes() == second.image.tobytes()
        assert (first.words, first.marks, first.table) == (second.words, second.marks, second.table)


def test_size_is_kept_and_drawn() -> None:
    assert render(3, (500, 300)).image.size == (500, 300)
    assert len({render(seed).image.size for seed in range(20)}) > 15


def test_too_small_a_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="40 x 30"):
        render(1, (40, 30))


def test_all_kinds_appear(scenes: dict[int, Scene]) -> None:
    kinds = [(scene.kind, scene.stacked) for scene in scenes.values()]
    for kind in VALUE_MARKS:
        assert kinds.count((kind, False)) >= len(scenes) * 0.01
    for kind in (ChartKind.BAR, ChartKind.HORIZONTAL_BAR, ChartKind.AREA):
        assert kinds.count((kind, True)) >= len(scenes) * 0.005


def test_words_and_marks_lie_in_the_picture(scenes: dict[int, Scene]) -> None:
    for seed, scene in scenes.items():
        width, height = scene.image.size
        for word in scene.words:
            cos, sin = abs(math.cos(math.radians(word.angle))), abs(math.sin(math.radians(word.angle)))
            half_x = (word.width * cos + word.height * sin) / 2
            half_y = (word.width * sin + word.height * cos) / 2
            assert half_x - 1 <= word.x <= width + 1 - half_x, (seed, word)
            assert half_y - 1 <= word.y <= height + 1 - half_y, (seed, word)
        for mark in scene.marks:
            assert 0 <= mark.x <= width, (seed, mark)
            assert 0 <= mark.y <= height, (seed, mark)
        assert len(scene.words) <= 96
        assert len(scene.marks) <= 160


def test_links_point_to_words_of_the_right_role(scenes: dict[int, Scene]) -> None:
    for seed, scene in scenes.items():
        roles = [word.role for word in scene.words]
        for mark in scene.marks:
            assert mark.category is None or roles[mark.category] is Role.CATEGORY, seed
            assert mark.series is None or roles[mark.series] is Role.SERIES, seed
            joined = mark.label is not None and mark.label == mark.category
            assert mark.label is None or joined or roles[mark.label] is Role.VALUE, seed
        linked = {mark.category for mark in scene.marks} | {mark.series for mark in scene.marks}
        linked |= {mark.label for mark in scene.marks}
        for index, role in enumerate(roles):
            assert role not in {Role.CATEGORY, Role.SERIES, Role.VALUE} or index in linked, (seed, scene.words[index])


def test_swatches_have_their_word_beside_them(scenes: dict[int, Scene]) -> None:
    for seed, scene in scenes.items():
        for mark in scene.marks:
            if mark.kind is MarkKind.SWATCH:
                index = mark.category if scene.kind is ChartKind.PIE else mark.series
                assert index is not None
                word = scene.words[index]
                assert abs(word.y - mark.y) < 1.2 * word.height, seed
                assert 0 < abs(word.x - mark.x) - word.width / 2 < 5 * word.height, seed


def test_bars_have_the_colour_of_their_series_swatch(scenes: dict[int, Scene]) -> None:
    alike = []
    for scene in scenes.values():
        pixels = np.asarray(scene.image).astype(int)
        swatches = {mark.series: mark for mark in scene.marks if mark.kind is MarkKind.SWATCH}
        for mark in scene.marks:
            if mark.kind in {MarkKind.COLUMN, MarkKind.BAR} and mark.series in swatches and scene.stacked:
                # A stack grows away from zero, so a segment lies just before its far edge.
                dx, dy = (-4, 0) if mark.kind is MarkKind.BAR else (0, 4)
                swatch = swatches[mark.series]
                inside = pick_colour(pixels, mark.x + dx, mark.y + dy)
                alike.append(np.abs(inside - pick_colour(pixels, swatch.x, swatch.y)).max() < 48)
    assert np.mean(alike) > 0.85  # the rest is hatched, or has its value printed there


def test_table_has_a_row_for_each_category_and_a_column_for_each_series(scenes: dict[int, Scene]) -> None:
    for seed, scene in scenes.items():
        rows = value_marks(scene)
        assert len(scene.table.rows) == len(rows), seed
        assert all(len(row) == len(scene.table.columns) for row in scene.table.rows), seed
        assert all(len(row) == len(scene.table.columns) - 1 for row in rows), seed
        if scene.kind is not ChartKind.PIE:
            for marks, cells in zip(rows, scene.table.rows, strict=True):
                assert len({mark.category for mark in marks}) == 1, seed
                if marks[0].category is None:
                    assert counts_on(scene), seed
                    continue
                assert cells[0].text.startswith(scene.words[marks[0].category].text), seed


def test_rows_between_numbered_labels_count_on(scenes: dict[int, Scene]) -> None:
    # Another set of fonts draws other charts: where none of the scenes counts on, further ones do.
    further = (render(seed) for seed in range(len(SEEDS), 20 * len(SEEDS)) if find_variant(seed) == "")
    tables = (s.table.rows for s in chain(scenes.values(), further) if counts_on(s))
    counting = list(islice((rows for rows in tables if rows[0][0].text.isdecimal()), 2))
    assert counting
    for rows in counting:
        steps = {int(after[0].text) - int(before[0].text) for before, after in pairwise(rows)}
        assert len(steps) == 1


def test_some_legends_have_their_keys_behind_the_names(scenes: dict[int, Scene]) -> None:
    pairs = [
        (scene.words[mark.series], mark)
        for scene in scenes.values()
        for mark in scene.marks
        if mark.kind is MarkKind.SWATCH and mark.series is not None
    ]
    behind = sum(mark.x > word.x for word, mark in pairs)
    assert 0.03 * len(pairs) < behind < 0.3 * len(pairs)


def test_printed_values_are_in_the_table(scenes: dict[int, Scene]) -> None:
    for seed, scene in scenes.items():
        if scene.kind is ChartKind.PIE:
            continue
        for marks, cells in zip(value_marks(scene), scene.table.rows, strict=True):
            for mark, cell in zip(marks, cells[1:], strict=True):
                assert mark.label is None or scene.words[mark.label].text == cell.text, seed


def count_misplaced(scene: Scene, slope: float, intercept: float) -> int:
    """How many marks are off their values by more than 2% of the picture's side, measured on the axis."""
    horizontal = scene.kind is ChartKind.HORIZONTAL_BAR
    span = abs(slope) * (scene.image.width if horizontal else scene.image.height)
    misplaced = 0
    for marks, cells in zip(value_marks(scene), scene.table.rows, strict=True):
        ends = sorted((slope * (mark.x if horizontal else mark.y) + intercept, c) for c, mark in enumerate(marks, 1))
        below = 0.0
        for end, c in ends:
            number = cells[c].number
            misplaced += number is None or abs(end - below - number.value) > 0.02 * span
            below = end if scene.stacked else 0.0
    return misplaced


def test_marks_lie_at_their_values_on_the_axis(scenes: dict[int, Scene]) -> None:
    checked = 0
    for seed, scene in scenes.items():
        if scene.kind is not ChartKind.PIE and len({w.text for w in scene.words if w.role is Role.TICK}) > 1:
            assert 0 in [count_misplaced(scene, *axis) for axis in fit_axes(scene)], seed
            checked += 1
    assert checked > 0.5 * len(scenes)


def test_pie_borders_match_the_values(scenes: dict[int, Scene]) -> None:
    for seed, scene in scenes.items():
        if scene.kind is not ChartKind.PIE:
            continue
        hub = next(mark for mark in scene.marks if mark.kind is MarkKind.HUB)

        def angle(mark: Mark, hub: Mark = hub) -> float:
            return math.degrees(math.atan2(mark.y - hub.y, mark.x - hub.x)) % 360

        rims = sorted(angle(mark) for mark in scene.marks if mark.kind is MarkKind.RIM)
        slices = {angle(mark): mark for mark in scene.marks if mark.kind is MarkKind.SLICE}
        assert len(rims) == len(slices) == len(scene.table.rows), seed
        values = {row[0].text: row[1].number.value for row in scene.table.rows if row[1].number}
        middles: dict[str, float] = {}
        for at, mark in slices.items():
            start = max((rim for rim in rims if rim <= at), default=rims[-1] - 360)
            end = min((rim for rim in rims if rim > at), default=rims[0] + 360)
            assert mark.category is not None
            text = scene.words[mark.category].text
            name = max((name for name in values if text.startswith(name)), key=len)
            assert (end - start) / 360 == pytest.approx(values[name] / sum(values.values()), abs=0.01), seed
            middles[name] = at
        turns = [(middles[b] - middles[a]) % 360 for a, b in pairwise([*values, next(iter(values))])]
        assert sum(turns) == pytest.approx(360), f"the rows of {seed} do not run clockwise"
