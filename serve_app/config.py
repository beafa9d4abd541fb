"""The application's settings: one frozen tree, filled from `args:` in the Serve config, passed down, read nowhere else.

Every section forbids unknown names, so that a typo fails at start-up and not in production.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MIB = 1024 * 1024

Device = Literal["auto", "cpu", "gpu"]
Transport = Literal["lossless", "jpeg"]


class Section(BaseModel):
    """A group of settings: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RecycleConfig(Section):
    """When a replica is replaced by a fresh process; it finishes its calls first."""

    resident_mib: Annotated[int, Field(ge=256)] = 8192
    """Bound on its resident memory, in MiB."""
    calls: Annotated[int, Field(ge=0)] = 0
    """Bound on the calls that it answers; 0 sets none."""


class OcrConfig(Section):
    """The Ocr deployment: one PaddleOCR in each replica.

    With no model named, the PP-OCRv6 small weights that are installed with the application are used.
    A model's name alone is downloaded by PaddleOCR from its hub; with a directory beside it, nothing is downloaded.
    """

    engine: Literal["onnxruntime", "paddle", "fake"] = "onnxruntime"
    detection_model: str | None = None
    detection_dir: str | None = None
    recognition_model: str | None = None
    recognition_dir: str | None = None
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    """CPU threads of one replica's model."""
    recognition_batch: Annotated[int, Field(ge=1, le=256)] = 6
    """Text lines recognised in one call of the model."""
    mkldnn: bool = False
    """oneDNN kernels of the Paddle engine on a CPU; paddlepaddle 3.3 fails with them on PP-OCR models."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.5
    num_gpus: Annotated[float, Field(ge=0)] = 0.25
    max_long_side: Annotated[int, Field(ge=768, le=10_000)] = 4000
    """Pixels; larger images are scaled down before detection. 4000 is PaddleOCR's own bound."""
    binarise: bool = False
    """Turn every image black and white first; for scans on stained or shaded paper."""
    tile_side: Annotated[int, Field(ge=320, le=4000)] = 960
    """Pixels of the tiles that a request with `zoom=true` is cut into."""
    call_limit_s: Annotated[float, Field(gt=0)] = 120.0
    """Seconds; a call that runs longer counts as stuck, and its replica is replaced."""
    recycle: RecycleConfig = RecycleConfig()


class ChartConfig(Section):
    """The Chart deployment: one chart model in each replica."""

    model: str = "bundled"
    """`bundled`, `fake`, a directory, or a name on the model hub such as opendatalab/MinerU2.5-Pro-2605-1.2B."""
    profile: str = "auto"
    """Which prompt and parser the model needs; `auto` tells it from the model's name."""
    local_files_only: bool = True
    """Never ask the model hub; set to false to let the first start download the model."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """CPU threads of one replica's model; the bundled one reads a chart in about 0.1 s on one."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.25
    num_gpus: Annotated[float, Field(ge=0)] = 0.5
    max_long_side: Annotated[int, Field(ge=768, le=4096)] = 1024
    """Pixels; larger images are scaled down. Under 768 the print of ordinary charts becomes unreadable."""
    binarise: bool = False
    max_new_tokens: Annotated[int, Field(ge=16, le=16_384)] | None = None
    """Bound on the answer's length; None takes the profile's."""
    call_limit_s: Annotated[float, Field(gt=0)] = 300.0
    """Seconds; a call that runs longer counts as stuck, and its replica is replaced."""
    recycle: RecycleConfig = RecycleConfig()


class Limits(Section):
    """What an upload may be, checked before anything is decoded."""

    max_bytes: Annotated[int, Field(ge=1024)] = 5 * MIB
    max_pixels: Annotated[int, Field(ge=64 * 64)] = 40_000_000
    max_side: Annotated[int, Field(ge=64)] = 20_000
    """Pixels of the longer side."""


class HttpConfig(Section):
    """The ingress."""

    deadline_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """Seconds until a request is given up with 408. A request may ask for less with the header `X-Deadline-S`."""
    quarantine_s: Annotated[float, Field(ge=0, le=86_400)] = 600.0
    """Seconds for which an image that made two replicas die is refused with 422."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.1
    allow_url: bool = False
    """Fetch images from URLs that clients send to `POST /ocr`. Off, since it lets a client reach your network."""


class AppConfig(Section):
    """All settings of the application; `args:` in the Serve config."""

    device: Device = "auto"
    """`auto` asks for `num_gpus` where the cluster has a GPU; `gpu` always; `cpu` never."""
    ocr: OcrConfig = OcrConfig()
    chart: ChartConfig = ChartConfig()
    limits: Limits = Limits()
    http: HttpConfig = HttpConfig()
    transport: Transport = "lossless"
    """How a prepared image travels to a replica: `lossless` PNG, or `jpeg`."""
    jpeg_quality: Annotated[int, Field(ge=30, le=100)] = 75

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
