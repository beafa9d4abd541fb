import pytest
import torch
from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor

from serve_app.chartgraph.assembly import assemble
from serve_app.chartgraph.modeling import find_marks
from serve_app.chartgraph.registry import ChartGraphConfig, ChartGraphForTableExtraction, ChartGraphProcessor
from serve_app.chartgraph.training.export import export_model
from serve_app.chartgraph.training.renderer import render
from serve_app.chartgraph.trunk import TrunkOutput
from serve_app.domain import ChartKind, Size
from tests.bench.charts.samples import sample_scene

TINY = ChartGraphConfig(
    widths=(8, 16, 24),
    pyramid=8,
    trunk_layers=3,
    trunk_heads=2,
    linker_width=24,
    linker_layers=1,
    heads=2,
    pair_width=8,
)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    model = ChartGraphForTableExtraction(TINY).eval()
    with torch.no_grad():
        for parameter in model.parameters():  # away from zero, so that every layer has a say
            parameter.add_(torch.randn_like(parameter) * 0.1)
        model.trunk.marks.bias[:8] = 0.0
    return model


@pytest.fixture(scope="module")
def samples():
    return [sample_scene(render(seed, size)) for seed, size in ((1, (400, 300)), (2, (300, 420)), (3, (640, 360)))]


def test_a_batch_reads_like_single_charts(model, samples):
    processor = ChartGraphProcessor(long_side=192)
    together = model.generate(**processor([s.image for s in samples], [s.lines for s in samples]))
    for i, sample in enumerate(samples):
        alone = model.generate(**processor([sample.image], [sample.lines]))
        marks, words = alone.marks.shape[1], len(sample.lines)
        assert torch.equal(together.mark_mask[i, :marks], alone.mark_mask[0])
        assert torch.allclose(together.marks[i, :marks], alone.marks[0], atol=1e-3)
        assert torch.allclose(together.roles[i, :words], alone.roles[0, :words], atol=1e-4)
        assert torch.allclose(together.links[i, :, :marks, : words + 1], alone.links[0, ..., : words + 1], atol=1e-4)
        assert torch.allclose(together.kinds[i], alone.kinds[0], atol=1e-4)


def test_is_saved_and_found_by_the_auto_classes(model, samples, tmp_path):
    export_model(model, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"config.json", "model.safetensors", "preprocessor_config.json"}
    loaded = AutoModelForImageTextToText.from_pretrained(tmp_path)
    assert isinstance(loaded, ChartGraphForTableExtraction)
    assert loaded.dtype == torch.float32
    assert isinstance(AutoConfig.from_pretrained(tmp_path), ChartGraphConfig)
    assert isinstance(AutoProcessor.from_pretrained(tmp_path), ChartGraphProcessor)
    original = model.trunk.stem.weight.to(torch.bfloat16).float()
    assert torch.equal(loaded.trunk.stem.weight, original)


def test_tables_of_images_without_words(model, samples):
    processor, image = ChartGraphProcessor(long_side=128), samples[0].image
    outputs = model.generate(**processor([image], [()]))
    [graph] = processor.post_process_graphs(outputs, [()], [Size(*image.size)])
    table = assemble(graph).table
    assert table.kind in ChartKind
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_finds_peaks_with_their_offsets():
    heat = torch.full((1, 8, 8, 12), -10.0)
    heat[0, 2, 3, 5], heat[0, 2, 3, 6], heat[0, 4, 7, 11] = 3.0, 2.0, 1.0
    offset = torch.zeros(1, 2, 8, 12)
    offset[0, :, 3, 5] = torch.tensor([0.25, -0.5])
    empty = torch.zeros(0)
    cells = torch.ones(1, 2, 3, dtype=torch.bool)
    marks, kinds, mask = find_marks(TrunkOutput(empty, empty, heat, offset), cells, 0.5, 10)
    assert mask.tolist() == [[True, True]]
    assert kinds.tolist() == [[2, 4]]  # the neighbour of the first peak is none
    assert marks[0, 0, :2].tolist() == [4 * 5.75, 4 * 3.0]
    cells[0, :, 2] = False
    assert find_marks(TrunkOutput(empty, empty, heat, offset), cells, 0.5, 10)[2].tolist() == [[True]]
