"""Model clients without Ray: an engine in the same process, and the number of calls that reached it."""

from collections.abc import Callable, Sequence

from serve_app.config import AppConfig
from serve_app.domain import ChartReading, LayoutAnswer, LayoutTask, ModelInfo, OcrOptions, Page, Readiness, TextLine
from serve_app.hosting.fake import FakeLayout
from serve_app.hosting.protocols import ChartEngine, ChartInput, LayoutEngine, OcrEngine, answer_task
from serve_app.imaging.decode import decode_prepared
from serve_app.pipeline.admission import Admission
from serve_app.pipeline.load import Load, ReplicaCounts
from serve_app.pipeline.service import CHART, LAYOUT, OCR, Service


class LocalClient:
    """What an ingress sees of a deployment; set `error` to make the next calls fail."""

    def __init__(self, engine: OcrEngine | ChartEngine | LayoutEngine, task: str) -> None:
        self.engine = engine
        self.task = task
        self.calls = 0
        self.error: Exception | None = None
        self.state = Readiness(ready=True)

    async def describe(self) -> ModelInfo:
        return ModelInfo(self.engine.name, self.task, "local", "cpu")

    async def readiness(self) -> Readiness:
        return self.state

    def count(self) -> None:
        self.calls += 1
        if self.error is not None:
            raise self.error


class LocalOcr(LocalClient):
    def __init__(self, engine: OcrEngine) -> None:
        super().__init__(engine, "ocr")
        self.images: list[bytes] = []
        self.options: OcrOptions | None = None

    async def read(self, image: bytes, options: OcrOptions) -> Page:
        decoded = decode_prepared(image)
        self.count()
        self.images.append(image)
        self.options = options
        return self.engine.read(decoded, options)


class LocalChart(LocalClient):
    def __init__(self, engine: ChartEngine) -> None:
        super().__init__(engine, "chart")
        self.lines: tuple[TextLine, ...] = ()

    async def read(self, image: bytes, lines: Sequence[TextLine]) -> ChartReading:
        decoded = decode_prepared(image)
        self.count()
        self.lines = tuple(lines)
        [reading] = self.engine.read([ChartInput(decoded, self.lines)])
        return reading


class LocalLayout(LocalClient):
    def __init__(self, engine: LayoutEngine) -> None:
        super().__init__(engine, "layout")
        self.tasks: list[LayoutTask] = []

    async def read(self, image: bytes, task: LayoutTask) -> LayoutAnswer:
        decoded = decode_prepared(image)
        self.count()
        self.tasks.append(task)
        return answer_task(self.engine, decoded, task)


def build_service(
    config: AppConfig,
    ocr: LocalOcr,
    chart: LocalChart,
    layout: LocalLayout | None = None,
    *,
    wants_words: bool = True,
    replicas: Callable[[], ReplicaCounts] = ReplicaCounts,
) -> Service:
    """The pipeline over these clients, with as many replicas of each model as `replicas` tells."""
    loads = {model: Load(model, config.limits, replicas) for model in (OCR, CHART, LAYOUT)}
    return Service(
        config, ocr, chart, layout or LocalLayout(FakeLayout()), Admission(loads), chart_wants_words=wants_words
    )
