"""The bundled chart model: it is given the OCR's words and answers with a graph, not with text."""

from collections.abc import Sequence
from typing import Any

import torch

import serve_app.chartgraph.registry  # noqa: F401 - makes transformers know the model
from serve_app.chartgraph.label_separation import separate_labels
from serve_app.chartgraph.processing import ChartGraphProcessor
from serve_app.domain import ChartReading, Size
from serve_app.hosting.protocols import ChartInput


class GraphReader:
    """Runs ChartGraph on images and the OCR's words."""

    oom_steps = 0  # so small that it needs no ladder

    def __init__(self, name: str, source: str, model: Any, *, exact: bool = False) -> None:
        """`exact`: compute all in float32, also where bfloat16 is faster and reads as well."""
        self._name = name
        self._processor: ChartGraphProcessor = ChartGraphProcessor.from_pretrained(source)
        self._model = model.to(memory_format=torch.channels_last)
        on_cpu = model.device.type == "cpu"
        # One chart fills a core, and its features the core's cache: a batch of eight takes a third longer for each.
        self.batches = not on_cpu
        if on_cpu and not exact and torch.cpu.get_capabilities().get("amx_bf16", False):
            # The trunk was trained under bfloat16 autocast. Without AMX, bfloat16 is slow on a CPU.
            model.trunk.to(torch.bfloat16)

    def read(self, charts: Sequence[ChartInput]) -> list[ChartReading]:
        """Read a batch of charts."""
        lines = [separate_labels(chart.image, chart.lines) for chart in charts]
        sizes = [Size(*chart.image.size) for chart in charts]
        inputs = self._processor([chart.image for chart in charts], lines)
        with torch.inference_mode():
            output = self._model.generate(**inputs.to(self._model.device))
        tables = self._processor.post_process_tables(output, lines, sizes)
        return [ChartReading(table, self._name, self._seen(size)) for table, size in zip(tables, sizes, strict=True)]

    def _seen(self, size: Size) -> Size:
        """The size to which the processor scales an image, in pixels."""
        scale = self._processor.long_side / max(size.width, size.height)
        return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))
