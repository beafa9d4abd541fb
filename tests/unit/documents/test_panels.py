import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from serve_app.documents.panels import find_panels
from serve_app.documents.placed_text import PlacedText
from serve_app.domain import Box


def draw_panels(rows, columns, *, legend=False):
    """Line plots side by side, with their tick labels as texts."""
    figure = Figure(figsize=(4 * columns, 3 * rows), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    plots = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for plot in plots:
        plot.plot([0, 10, 20, 30, 40], [3, 9, 4, 12, 7], label="Sales")
    if legend:
        figure.legend(loc="outside lower center")
    canvas.draw()
    height = canvas.get_width_height()[1]
    texts = [
        PlacedText(label.get_text(), Box(box.x0, height - box.y1, box.x1, height - box.y0))
        for plot in plots
        for label in (*plot.get_xticklabels(), *plot.get_yticklabels())
        for box in [label.get_window_extent()]
    ]
    return np.asarray(canvas.buffer_rgba())[:, :, :3].mean(axis=2).astype(np.uint8), texts


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 2), (3, 1), (2, 2), (2, 3)])
def test_each_plot_is_a_panel(rows, columns):
    pixels, texts = draw_panels(rows, columns)
    panels = find_panels(pixels, texts)
    assert len(panels) == rows * columns
    height, width = pixels.shape
    for index, panel in enumerate(panels):
        row, column = divmod(index, columns)
        assert row * height / rows < (panel.top + panel.bottom) / 2 < (row + 1) * height / rows
        assert column * width / columns < (panel.left + panel.right) / 2 < (column + 1) * width / columns


def test_a_legend_stays_with_its_plot():
    pixels, texts = draw_panels(1, 1, legend=True)
    assert len(find_panels(pixels, texts)) == 1


def test_a_picture_without_text_stays_whole():
    pixels = np.full((300, 400), 255, np.uint8)
    pixels[20:120, 20:380] = pixels[180:280, 20:380] = 0
    assert find_panels(pixels, []) == [Box(0, 0, 400, 300)]
