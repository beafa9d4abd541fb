"""What calls the models from another process: clients, admission, and the service made of them."""

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from ray import serve
from ray.serve.handle import DeploymentHandle

from serve_app.api.health import ModelClient
from serve_app.config import AppConfig
from serve_app.domain import ChartReading, LayoutAnswer, LayoutTask, OcrOptions, Page, TextLine
from serve_app.pipeline.admission import Admission
from serve_app.pipeline.load import Load
from serve_app.pipeline.result_cache import CachedCalls, ResultCache
from serve_app.pipeline.service import CHART, LAYOUT, OCR, Service
from serve_app.pipeline.shared_calls import Reader, SharedCalls
from serve_app.serving.metrics import ClientMetrics
from serve_app.serving.replica_client import ReplicaClient
from serve_app.serving.replica_status import ReplicaStatus

In = TypeVar("In")
Out = TypeVar("Out")


class Clients:
    """The models as one replica of Ingress or Jobs calls them."""

    def __init__(
        self,
        config: AppConfig,
        ocr: DeploymentHandle,
        chart: DeploymentHandle,
        layout: DeploymentHandle,
        wants_words: bool,
        *,
        background: bool = False,
    ) -> None:
        """`background`: calls of others may pass these where the model allows."""
        status = ReplicaStatus(ocr.app_name, serve.get_replica_context().deployment)
        metrics = {model: ClientMetrics(model) for model in (OCR, CHART, LAYOUT)}
        quarantine_s = config.http.quarantine_s
        ocr_client = ReplicaClient[OcrOptions, Page](ocr, status, metrics[OCR], quarantine_s)
        chart_client = ReplicaClient[Sequence[TextLine], ChartReading](
            chart, status, metrics[CHART], quarantine_s, asks_server=config.chart.remote is not None
        )
        layout_client = ReplicaClient[LayoutTask, LayoutAnswer](layout, status, metrics[LAYOUT], quarantine_s)
        self.loads = {
            model: Load(
                model,
                config.limits,
                partial(status.count_replicas, handle.deployment_name),
                metrics[model].observe_load,
            )
            for model, handle in ((OCR, ocr), (CHART, chart), (LAYOUT, layout))
        }
        self.models: dict[str, ModelClient] = {OCR: ocr_client, CHART: chart_client, LAYOUT: layout_client}
        http = config.http
        cache = ResultCache(http.cache_mib << 20, http.cache_s) if http.cache_mib else None

        def save_calls(model: str, reader: Reader[In, Out], *, kept: bool = True) -> Reader[In, Out]:
            if http.share_identical:
                reader = SharedCalls(reader)
            return CachedCalls(model, reader, cache if kept else None) if cache is not None else reader

        service = Service(
            config,
            save_calls(OCR, ocr_client),
            save_calls(CHART, chart_client, kept=config.chart.remote is None),  # a server may answer differently
            save_calls(LAYOUT, layout_client),
            Admission(self.loads),
            chart_wants_words=wants_words,
        )
        self.service = service.in_background() if background else service
