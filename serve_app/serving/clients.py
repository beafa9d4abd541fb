"""What calls the models from another process: clients, admission, and the service made of them."""

from collections.abc import Sequence
from functools import partial

from ray import serve
from ray.serve.handle import DeploymentHandle

from serve_app.api.health import ModelClient
from serve_app.config import AppConfig
from serve_app.domain import ChartReading, LayoutAnswer, LayoutTask, OcrOptions, Page, TextLine
from serve_app.pipeline.admission import Admission
from serve_app.pipeline.load import Load
from serve_app.pipeline.service import CHART, LAYOUT, OCR, Service
from serve_app.pipeline.shared_calls import SharedCalls
from serve_app.serving.metrics import ClientMetrics
from serve_app.serving.replica_client import ReplicaClient
from serve_app.serving.replica_status import ReplicaStatus


class Clients:
    """The models as one replica of Ingress or Jobs calls them."""

    def __init__(
        self,
        config: AppConfig,
        ocr: DeploymentHandle,
        chart: DeploymentHandle,
        layout: DeploymentHandle,
        wants_words: bool,
    ) -> None:
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
        share = config.http.share_identical
        self.service = Service(
            config,
            SharedCalls(ocr_client) if share else ocr_client,
            SharedCalls(chart_client) if share else chart_client,
            SharedCalls(layout_client) if share else layout_client,
            Admission(self.loads),
            chart_wants_words=wants_words,
        )
