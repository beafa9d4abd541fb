"""The application's settings: one frozen tree, filled from `args:` in the Serve config, passed down, read nowhere else.

Every section forbids unknown names, so that a typo fails at start-up and not in production.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MIB = 1024 * 1024

Device = Literal["auto", "cpu", "gpu"]
Transport = Literal["lossless", "jpeg"]
Quantisation = Literal["none", "int8", "int4"]


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
    cpu_runtime: Literal["openvino", "onnxruntime"] = "openvino"
    """What runs the models of `engine: onnxruntime` on a CPU; both compute the same from the same lines."""
    cpu_precision: Literal["float32", "bfloat16"] = "float32"
    """Of OpenVINO; `bfloat16` takes about a third of the time on CPUs with AMX, and may change texts."""
    recognition_batch: Annotated[int, Field(ge=1, le=256)] | None = None
    """Text lines recognised in one call of the model; wide lines are batched with wide ones. None: one by one on
    OpenVINO, which is fastest there, and reads best since no line is padded to the width of another; else 6, which is
    PaddleOCR's default."""
    detection_long_side: Annotated[int, Field(ge=320, le=4000)] | None = None
    """Pixels to which the copy is scaled in which text is looked for; what is found is read at full size. None looks at
    full size. On A4 pages of 1600 pixels 1280 changed 0.04 % of the characters; 960 lost lines of print under 14
    pixels."""
    mkldnn: bool = False
    """oneDNN kernels of the Paddle engine on a CPU; paddlepaddle 3.3 fails with them on PP-OCR models."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.5
    num_gpus: Annotated[float, Field(ge=0)] = 0.25
    resources: dict[str, Annotated[float, Field(gt=0)]] = {}
    """What a replica takes of a node's custom resources: it runs only on nodes that have them."""
    max_long_side: Annotated[int, Field(ge=768, le=10_000)] = 4000
    """Pixels; larger images are scaled down before detection. 4000 is PaddleOCR's own bound."""
    binarise: bool = False
    """Turn every image black and white first; for scans on stained or shaded paper."""
    enlarge_charts: bool = True
    """Read charts of up to 1280 pixels a second time, enlarged, and take each piece of print from the surer reading:
    fewer labels are missed or joined, for about three times the time."""
    tile_side: Annotated[int, Field(ge=320, le=4000)] = 960
    """Pixels of the tiles that a request with `zoom=true` is cut into."""
    call_limit_s: Annotated[float, Field(gt=0)] = 120.0
    """Seconds; a call that runs longer counts as stuck, and its replica is replaced."""
    recycle: RecycleConfig = RecycleConfig()


class RemoteConfig(Section):
    """A server that runs the chart model: vLLM, SGLang, or another that speaks OpenAI's chat completions.

    How many charts a replica asks for at once is `max_ongoing_requests` of the Chart deployment.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^\s@?#]+$")]
    """Without `/v1`, for example http://10.0.0.5:8000."""
    api_key_env: str | None = None
    """The environment variable of the replica that holds the API key, if the server asks for one."""
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 100.0
    """Seconds for one chart, retries and pauses included; less than `http.deadline_s`, so that it tells the reason."""
    retries: Annotated[int, Field(ge=0, le=10)] = 3
    """Of a call that the server answered with 429 or 5xx, or that found no connection."""


class ChartConfig(Section):
    """The Chart deployment: one chart model in each replica."""

    model: str = "bundled"
    """`bundled`, `fake`, a directory, or a name on the model hub such as opendatalab/MinerU2.5-Pro-2605-1.2B."""
    profile: str = "auto"
    """Which prompt and parser the model needs; `auto` tells it from the model's name."""
    remote: RemoteConfig | None = None
    """Set, the model runs on this server, which calls it by the name that `model` is; replicas then need no GPU."""
    local_files_only: bool = True
    """Never ask the model hub; set to false to let the first start download the model."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    quantisation: Quantisation = "none"
    """`int8` or `int4`: the language model's weights in fewer bits; the vision tower keeps `dtype`. Meant for GPUs: it
    runs on a CPU too, but takes more memory there, where whole weights are mapped from their file."""
    offload: Literal["none", "cpu", "disk"] = "none"
    """Where weights beyond `weights_mib` wait until a layer needs them: in main memory as far as `recycle.resident_mib`
    allows, or in the model's own files. Slow: for models that fit no other way."""
    offload_folder: str | None = None
    """Holds what cannot be used from the model's own files, since it is converted when it is loaded."""
    weights_mib: Annotated[int, Field(ge=1)] | None = None
    """With `offload`, MiB of weights that stay on the GPU, or with `disk` and no GPU in memory; None takes three
    quarters of the replica's share of the GPU, or of `recycle.resident_mib`."""
    batch_size: Annotated[int, Field(ge=1, le=64)] = 8
    """Charts that the model reads at once, of those that wait; `max_ongoing_requests` bounds how many can wait. The
    bundled model reads them one by one on a CPU, where batches would take longer."""
    batch_pixels: Annotated[int, Field(ge=64 * 64)] = 4 * 1024 * 1024
    """Width times height of a batch's largest chart, times their number: it bounds the visual tokens of a batch, which
    are one for 28 x 28 pixels in the Qwen2-VL family."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """CPU threads of one replica's model; the bundled one reads a chart in about 0.1 s on one, with AMX in 0.05."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.25
    num_gpus: Annotated[float, Field(ge=0)] = 0.5
    resources: dict[str, Annotated[float, Field(gt=0)]] = {}
    """What a replica takes of a node's custom resources: it runs only on nodes that have them."""
    max_long_side: Annotated[int, Field(ge=768, le=4096)] = 1024
    """Pixels; larger images are scaled down. Under 768 the print of ordinary charts becomes unreadable."""
    binarise: bool = False
    max_new_tokens: Annotated[int, Field(ge=16, le=16_384)] | None = None
    """Bound on the answer's length; None takes the profile's."""
    call_limit_s: Annotated[float, Field(gt=0)] = 300.0
    """Seconds; a call that runs longer counts as stuck, and its replica is replaced."""
    recycle: RecycleConfig = RecycleConfig()

    @model_validator(mode="after")
    def _server_needs_a_name(self) -> "ChartConfig":
        if self.remote is not None and self.model in ("bundled", "fake"):
            raise ValueError(f"chart: remote cannot run model: {self.model}; name the model as the server does")
        return self

    @model_validator(mode="after")
    def _offloads_whole_weights(self) -> "ChartConfig":
        if self.quantisation != "none" and self.offload != "none":
            raise ValueError(
                "chart: choose quantisation or offload: offloaded weights stay as they are, larger than quantised ones"
            )
        return self


class Limits(Section):
    """What is let in: how much at a time, and what an upload may be; checked before anything is decoded."""

    max_wait_s: Annotated[float, Field(gt=0, le=3600)] = 15.0
    """Seconds; a request whose estimated wait for a model is longer is refused at once, with 429."""
    max_in_flight: Annotated[int, Field(ge=1)] = 128
    """Requests for one model in one ingress replica, which holds their images in memory."""
    calls_per_request: Annotated[int, Field(ge=1)] = 2
    """Calls that a request may have at a model at once: those of a request with `zoom=true` make room for others."""

    arriving_mb: Annotated[int, Field(ge=1)] = 256
    """Megabytes of all uploads that are still arriving at one ingress replica, and so are in no queue yet."""
    max_bytes: Annotated[int, Field(ge=1024)] = 5 * MIB
    max_pixels: Annotated[int, Field(ge=64 * 64)] = 40_000_000
    max_side: Annotated[int, Field(ge=64)] = 20_000
    """Pixels of the longer side."""
    max_decode_mb: Annotated[int, Field(ge=1)] = 300
    """Megabytes of memory that decoding one image may take: 7 bytes a pixel for most, 8.5 with transparency, in CMYK or
    with 32 bits, 18 for WEBP and 14 for AVIF."""
    decode_mb: Annotated[int, Field(ge=1)] = 600
    """Megabytes that all images together may take that one ingress replica decodes at the same time; others wait."""


class HttpConfig(Section):
    """The ingress."""

    deadline_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """Seconds after which a request is answered with 504, or with 408 if its upload has not arrived by then. A request
    may ask for less with the header `X-Deadline-S`."""
    quarantine_s: Annotated[float, Field(ge=0, le=86_400)] = 600.0
    """Seconds for which an image that crashed two replicas is refused with 422."""
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
