import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from serve_app.chartgraph.training.renderer import render
from serve_app.charts.transformers_chart import TransformersChart
from serve_app.config import ChartConfig
from serve_app.domain import ChartKind, ChartTable, TextLine, Word
from serve_app.hosting.protocols import ChartInput
from serve_app.tables.scores import rms_f1
from tests.bench.charts.samples import FIRST_SEED, sample_scene

AMX = torch.cpu.get_capabilities().get("amx_bf16", False)


@pytest.fixture(scope="module")
def charts():
    """A wide, a tall, a pie and a square one."""
    sizes = ((640, 360), (360, 560), (480, 400), (400, 400))
    samples = [sample_scene(render(FIRST_SEED + 90_000_000 + seed, size)) for seed, size in enumerate(sizes)]
    return [ChartInput(sample.image, sample.lines) for sample in samples]


def build(dtype):
    return TransformersChart(ChartConfig(dtype=dtype), "cpu")


def texts(reading):
    return [[cell.text for cell in row] for row in (reading.table.columns, *reading.table.rows)]


def confidences(reading):
    return [cell.confidence for row in reading.table.rows for cell in row]


def test_a_batch_reads_like_single_charts_with_the_bundled_weights(charts):
    engine = build("float32")
    together = engine.read(charts)
    alone = [engine.read([chart])[0] for chart in charts]
    assert sum(len(reading.table.rows) for reading in alone) > 8
    assert [reading.resolution for reading in together] == [reading.resolution for reading in alone]
    assert list(map(texts, together)) == list(map(texts, alone))
    for one, other in zip(together, alone, strict=True):
        assert confidences(one) == pytest.approx(confidences(other), abs=1e-3)


@pytest.mark.skipif(not AMX, reason="computes in float32 on a CPU without AMX")
def test_bfloat16_reads_like_float32(charts):
    fast, exact = build("auto"), build("float32")
    assert fast._reader._model.trunk.stem.weight.dtype == torch.bfloat16
    assert exact._reader._model.trunk.stem.weight.dtype == torch.float32
    for one, other in zip(fast.read(charts), exact.read(charts), strict=True):
        assert rms_f1(one.table, other.table).f1 > 0.97


def test_the_queue_is_told_that_a_cpu_gains_nothing_by_batches():
    assert not build("auto").batches


def test_labels_that_ocr_read_as_one_line_are_separated_before_the_model_sees_them():
    """Four names under four bars, read as one line with its words: each bar gets its own name."""
    image = Image.new("RGB", (420, 300), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(15)
    names, ticks = ("Asia", "Africa", "Europe", "Oceania"), (0, 20, 40, 60)
    pen.line((50, 30, 50, 250), fill="black")
    lines, words = [], []
    for tick in ticks:
        y = 250 - 3 * tick
        pen.line((46, y, 50, y), fill="black")
        pen.text((40, y), str(tick), fill="black", font=font, anchor="rm")
        lines.append(TextLine(str(tick), 1.0, outline(*pen.textbbox((40, y), str(tick), font=font, anchor="rm"))))
    for i, (name, value) in enumerate(zip(names, (30, 55, 15, 42), strict=True)):
        x = 95 + 90 * i
        pen.rectangle((x - 25, 250 - 3 * value, x + 25, 250), fill="steelblue")
        pen.text((x, 265), name, fill="black", font=font, anchor="mm")
        words.append(Word(name, outline(*pen.textbbox((x, 265), name, font=font, anchor="mm"))))
    joined = outline(words[0].polygon[0][0], 255, words[-1].polygon[1][0], 275)
    lines.append(TextLine(" ".join(names), 1.0, joined, tuple(words)))
    [reading] = build("float32").read([ChartInput(image, tuple(lines))])
    assert [row[0].text for row in reading.table.rows] == list(names)


def test_an_image_without_a_chart_has_no_table_and_says_why():
    image = Image.effect_noise((300, 200), 60).convert("RGB")
    [reading] = build("float32").read([ChartInput(image, ())])
    assert reading.table == ChartTable(kind=ChartKind.NONE)
    assert [warning.code for warning in reading.warnings] == ["not_a_chart"]
    assert reading.confidence == 0.0


def outline(left: float, top: float, right: float, bottom: float):
    return ((left, top), (right, top), (right, bottom), (left, bottom))
