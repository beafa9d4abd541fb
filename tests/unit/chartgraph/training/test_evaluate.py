import pytest
from PIL import Image

from serve_app.chartgraph.training.evaluate import Result, Sample, draw_worst, sample_scene, score_samples, summarise
from serve_app.chartgraph.training.renderer import render
from serve_app.domain import Cell, ChartTable


class Echo:
    """Reads the table that it was given."""

    def __init__(self, table):
        self.table = table

    def read(self, image, lines):
        assert lines
        return self.table


def test_scores_a_perfect_and_an_empty_reading():
    sample = sample_scene(render(5))
    [right] = score_samples(Echo(sample.table), [sample])
    [wrong] = score_samples(Echo(ChartTable()), [sample])
    assert right.f1 == pytest.approx(1)
    assert wrong.f1 == 0


def test_takes_words_from_ocr():
    sample = Sample("x", Image.new("RGB", (50, 40)), ChartTable())
    assert score_samples(Echo(ChartTable()), [sample]) == []
    assert len(score_samples(Echo(ChartTable()), [sample], lambda image: ("line",))) == 1


def test_summary_and_sheet(tmp_path):
    sample = Sample("bar", Image.new("RGB", (50, 40)), ChartTable((Cell("é"),), ((Cell("中"),),)))
    results = [Result(sample, sample.table, f1, 0.5, 0.1) for f1 in (0.2, 0.4)]
    assert summarise(results) == [("bar", 2, pytest.approx(0.3), 0.5), ("all", 2, pytest.approx(0.3), 0.5)]
    draw_worst(results, tmp_path / "worst.png")
    with Image.open(tmp_path / "worst.png") as sheet:
        assert sheet.size == (1000, 660)
