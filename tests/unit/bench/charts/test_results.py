import pytest
from PIL import Image

from serve_app.chartgraph.training.renderer import render
from serve_app.domain import Cell, ChartTable
from tests.bench.charts.readers import Answer
from tests.bench.charts.results import Result, draw_worst, score_samples, summarise
from tests.bench.charts.samples import Sample, sample_scene


class Echo:
    """Answers with the table that it was given."""

    def __init__(self, table):
        self.table = table

    def read(self, sample):
        return Answer(self.table, 0.1)


def test_scores_a_perfect_and_an_empty_answer():
    sample = sample_scene(render(5))
    [right] = score_samples(Echo(sample.table), [sample])
    [wrong] = score_samples(Echo(ChartTable()), [sample])
    assert right.f1 == pytest.approx(1)
    assert wrong.f1 == 0


def test_means_by_source_and_kind_and_a_sheet(tmp_path):
    table = ChartTable((Cell("é"),), ((Cell("中"),),))
    samples = [Sample("r", kind, Image.new("RGB", (50, 40)), table) for kind in ("bar", "bar", "pie")]
    results = [Result(sample, Answer(table, 0.1), f1, 0.5) for sample, f1 in zip(samples, (0.2, 0.4, 0.9), strict=True)]
    assert summarise(results) == [
        ("r, all", 3, pytest.approx(0.5), 0.5),
        ("r, bar", 2, pytest.approx(0.3), 0.5),
        ("r, pie", 1, pytest.approx(0.9), 0.5),
        ("all", 3, pytest.approx(0.5), 0.5),
    ]
    draw_worst(results, tmp_path / "worst.png", 2)
    with Image.open(tmp_path / "worst.png") as sheet:
        assert sheet.size == (1000, 660)
