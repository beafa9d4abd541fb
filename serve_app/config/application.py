"""All settings of the application in one tree."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from serve_app.config.chart import ChartConfig
from serve_app.config.documents import DocumentsConfig
from serve_app.config.http import HttpConfig, Limits
from serve_app.config.jobs import JobsConfig
from serve_app.config.layout import LayoutConfig
from serve_app.config.ocr import OcrConfig
from serve_app.config.section import Device, Section

Transport = Literal["lossless", "jpeg"]


class AppConfig(Section):
    """All settings of the application; `args:` in the Serve config."""

    device: Device = "auto"
    """`auto` asks for the fractions in `num_gpus` where the cluster has a GPU, `gpu` always, `cpu` never."""
    ocr: OcrConfig = OcrConfig()
    chart: ChartConfig = ChartConfig()
    layout: LayoutConfig = LayoutConfig()
    documents: DocumentsConfig = DocumentsConfig()
    jobs: JobsConfig = JobsConfig()
    limits: Limits = Limits()
    http: HttpConfig = HttpConfig()
    transport: Transport = "lossless"
    """How an image that had to be changed travels to a replica: as PNG (`lossless`) or as JPEG (`jpeg`). An image that
    needs no change travels as it came."""
    jpeg_quality: Annotated[int, Field(ge=30, le=100)] = 75
    """Quality of `transport: jpeg`."""

    @model_validator(mode="after")
    def _dirs_come_with_names(self) -> "AppConfig":
        ocr = self.ocr
        for name, directory in (
            (ocr.detection_model, ocr.detection_dir),
            (ocr.recognition_model, ocr.recognition_dir),
        ):
            if directory is not None and name is None:
                raise ValueError(
                    f"ocr: the model directory {directory} needs the model's name beside it (detection_model or "
                    "recognition_model), as in the `Global.model_name` of its inference.yml"
                )
        if (ocr.detection_model is None) != (ocr.recognition_model is None):
            raise ValueError("ocr: name both detection_model and recognition_model, or neither")
        if ocr.engine == "paddle" and ocr.detection_model is None:
            raise ValueError(
                "ocr: the installed weights are for the onnxruntime engine; with engine: paddle name detection_model "
                "and recognition_model, for example PP-OCRv5_server_det and PP-OCRv5_server_rec"
            )
        return self
