"""The bundled chart model: it is given the OCR's words and answers with a graph, not with text."""

from collections.abc import Sequence
from typing import Any

import serve_app.models.chart.modeling  # noqa: F401 - registers the model's class with transformers
from serve_app.domain import ChartReading, Size
from serve_app.engines.base import ChartInput
from serve_app.models.chart.processing import ChartGraphProcessor


def load_processor(source: str) -> ChartGraphProcessor:
    """The model's processor."""
    return ChartGraphProcessor.from_pretrained(source)


class GraphReader:
    """Runs ChartGraph on images and the OCR's words."""

    def __init__(self, name: str, processor: ChartGraphProcessor, model: Any) -> None:
        self._name = name
        self._processor = processor
        self._model = model

    def read(self, charts: Sequence[ChartInput]) -> list[ChartReading]:
        """Read a batch of charts."""
        inputs = self._processor([chart.image for chart in charts], [chart.lines for chart in charts])
        output = self._model.generate(**inputs.to(self._model.device))
        tables = self._processor.post_process_tables(output, inputs)
        return [
            ChartReading(table, self._name, Size(*chart.image.size))
            for table, chart in zip(tables, charts, strict=True)
        ]
