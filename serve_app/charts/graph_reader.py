"""The bundled chart model: it is given the OCR's words and answers with a graph, not with text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image

import serve_app.chartgraph.registry  # noqa: F401 - makes transformers know the model
from serve_app.chartgraph.assembly import Assembly, assemble
from serve_app.chartgraph.calibration import calibrate, load_curves
from serve_app.chartgraph.colours import Palette
from serve_app.chartgraph.cuts import cut_at_marks
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.label_separation import separate_labels
from serve_app.chartgraph.processing import ChartGraphProcessor
from serve_app.charts.verdict import refuse
from serve_app.domain import ChartReading, Size, TextLine
from serve_app.hosting.protocols import ChartInput
from serve_app.tables.confidence import judge_table


class GraphReader:
    """Runs ChartGraph on images and the OCR's words."""

    oom_steps = 0  # so small that it needs no ladder

    def __init__(self, name: str, source: str, model: Any, *, exact: bool = False) -> None:
        """`exact`: compute all in float32, also where bfloat16 is faster and reads as well."""
        self._name = name
        self._processor: ChartGraphProcessor = ChartGraphProcessor.from_pretrained(source)
        self._curves = load_curves(Path(source))
        self._model = model.to(memory_format=torch.channels_last)
        on_cpu = model.device.type == "cpu"
        # One chart fills a core, and its features the core's cache: a batch of eight takes a third longer for each.
        self.batches = not on_cpu
        if on_cpu and not exact and torch.cpu.get_capabilities().get("amx_bf16", False):
            # The trunk was trained under bfloat16 autocast. Without AMX, bfloat16 is slow on a CPU.
            model.trunk.to(torch.bfloat16)

    def read(self, charts: Sequence[ChartInput]) -> list[ChartReading]:
        """Read a batch of charts."""
        return [
            self._conclude(chart.image, assembly) for chart, assembly in zip(charts, self.assemble(charts), strict=True)
        ]

    def assemble(self, charts: Sequence[ChartInput]) -> list[Assembly]:
        """What the charts' tables are before it is decided whether they are charts, with the model's confidences."""
        images = [chart.image for chart in charts]
        lines = [separate_labels(chart.image, chart.lines) for chart in charts]
        graphs = self._find_graphs(images, lines)
        for i, (image, graph) in enumerate(zip(images, graphs, strict=True)):
            if (cut := cut_at_marks(graph, lines[i])) is not None:
                [graphs[i]] = self._find_graphs([image], [cut])
        return [assemble(graph, Palette(image)) for image, graph in zip(images, graphs, strict=True)]

    def _find_graphs(self, images: Sequence[Image.Image], lines: Sequence[Sequence[TextLine]]) -> list[Graph]:
        with torch.inference_mode():
            output = self._model.generate(**self._processor(images, lines).to(self._model.device))
        return self._processor.post_process_graphs(output, lines, [Size(*image.size) for image in images])

    def _conclude(self, image: Image.Image, assembly: Assembly) -> ChartReading:
        seen = self._seen(Size(*image.size))
        if assembly.refusal:
            return refuse(ChartReading(assembly.table, self._name, seen), assembly.refusal)
        table = calibrate(assembly.table, assembly.grounds, self._curves)
        confidence = judge_table(table, assembly.unread)
        return ChartReading(table, self._name, seen, warnings=assembly.warnings, confidence=confidence)

    def _seen(self, size: Size) -> Size:
        """The size to which the processor scales an image, in pixels."""
        scale = self._processor.long_side / max(size.width, size.height)
        return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
