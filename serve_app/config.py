"""The application's settings: one frozen tree, filled from `args:` in the Serve config and passed down.

Every section forbids unknown names, so that a typo fails at start-up and not in production. The text below each name is
its documentation: `serve-app settings` prints it, and docs/configuration.md is made from it.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MIB = 1024 * 1024

Device = Literal["auto", "cpu", "gpu"]
Transport = Literal["lossless", "jpeg"]
Quantisation = Literal["none", "int8", "int4"]


class Section(BaseModel):
    """A group of settings: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class RecycleConfig(Section):
    """When a replica is replaced by a fresh process. It finishes its calls first."""

    resident_mib: Annotated[int, Field(ge=256)] = 8192
    """Resident memory, in MiB, above which the replica is replaced."""
    calls: Annotated[int, Field(ge=0)] = 0
    """Number of calls after which the replica is replaced; 0 means never."""


class OcrConfig(Section):
    """The Ocr deployment: one PaddleOCR in each replica.

    With no model named, the PP-OCRv6 small weights that are installed with the application are used.
    A model's name alone is downloaded by PaddleOCR from its hub; with a directory beside it, nothing is downloaded.
    """

    engine: Literal["onnxruntime", "paddle", "fake"] = "onnxruntime"
    """`onnxruntime` runs ONNX models, by default the installed ones; `paddle` runs PaddleOCR's official models; `fake`
    answers with the image's size, for load tests."""
    detection_model: str | None = None
    """Name of the text detection model, for example PP-OCRv5_server_det."""
    detection_dir: str | None = None
    """Directory of that model; without one, PaddleOCR downloads it."""
    recognition_model: str | None = None
    """Name of the text recognition model, for example PP-OCRv5_server_rec."""
    recognition_dir: str | None = None
    """Directory of that model; without one, PaddleOCR downloads it."""
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    """CPU threads of the model in one replica."""
    cpu_runtime: Literal["openvino", "onnxruntime"] = "openvino"
    """Runtime of the models of `engine: onnxruntime` on a CPU. Both give the same results."""
    cpu_precision: Literal["float32", "bfloat16"] = "float32"
    """Precision of OpenVINO. `bfloat16` is several times faster on CPUs with AMX; it may change single characters."""
    recognition_batch: Annotated[int, Field(ge=1, le=256)] | None = None
    """Text lines recognised in one call of the model; lines of similar width share a batch. By default 1 on OpenVINO,
    where no line is padded to the width of another, and otherwise 6, PaddleOCR's own default."""
    detection_long_side: Annotated[int, Field(ge=320, le=4000)] | None = None
    """Long side, in pixels, of the copy used for text detection; recognition always uses the full size. By default
    detection uses the full size too. Small values are faster and lose small print."""
    mkldnn: bool = False
    """oneDNN kernels of the Paddle engine on a CPU; paddlepaddle 3.3 fails with them on PP-OCR models."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.5
    """CPUs that Ray reserves for one replica. It bounds placement, not use."""
    num_gpus: Annotated[float, Field(ge=0)] = 0.25
    """Fraction of a GPU that Ray reserves for one replica, which takes no more than this share of its memory."""
    resources: dict[str, Annotated[float, Field(gt=0)]] = {}
    """Custom resources of Ray that a replica needs: it runs only on nodes that have them."""
    max_long_side: Annotated[int, Field(ge=768, le=10_000)] = 4000
    """Long side in pixels; larger images are scaled down. 4000 is PaddleOCR's own bound."""
    binarise: bool = False
    """Turn every image black and white first, for scans on stained or shaded paper."""
    enlarge_charts: bool = True
    """Read charts of up to 1280 pixels twice, as they are and enlarged, and take each piece of text from the reading
    with the higher score. Fewer labels are missed or joined; it takes about three times as long."""
    tile_side: Annotated[int, Field(ge=320, le=4000)] = 960
    """Side, in pixels, of the tiles into which a request with `zoom=true` cuts the image."""
    call_limit_s: Annotated[float, Field(gt=0)] = 120.0
    """Seconds after which a call counts as stuck and its replica is replaced."""
    recycle: RecycleConfig = RecycleConfig()
    """When a replica is replaced by a fresh process."""


class RemoteConfig(Section):
    """A server that runs the chart model: vLLM, SGLang, or another that speaks OpenAI's chat completions.

    How many charts a replica asks for at once is `max_ongoing_requests` of the Chart deployment.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^\s@?#]+$")]
    """Address of the server without `/v1`, for example http://10.0.0.5:8000."""
    api_key_env: str | None = None
    """Environment variable of the replica that holds the API key, if the server needs one."""
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 100.0
    """Seconds for one chart, including retries and pauses. Keep it below `http.deadline_s`, so that the answer can say
    what went wrong."""
    retries: Annotated[int, Field(ge=0, le=10)] = 3
    """Retries of a call that the server answered with 429 or 5xx, or that could not connect."""


class ChartConfig(Section):
    """The Chart deployment: one chart model in each replica."""

    model: str = "bundled"
    """`bundled`, `fake`, a directory, or a name on the model hub such as opendatalab/MinerU2.5-Pro-2605-1.2B."""
    profile: str = "auto"
    """Prompt and parser of the model; `auto` chooses them by the model's name."""
    remote: RemoteConfig | None = None
    """A server that runs the model, under the name in `model`. The replicas then need no GPU."""
    local_files_only: bool = True
    """Never ask the model hub. Set it to false to let the first start download the model."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """Precision of the weights; `auto` takes the model's own."""
    quantisation: Quantisation = "none"
    """`int8` or `int4` (NF4) stores the language model's weights in fewer bits; the vision tower keeps `dtype`. Meant
    for GPUs: on a CPU it takes more memory than whole weights, which are mapped from their file."""
    offload: Literal["none", "cpu", "disk"] = "none"
    """Where weights beyond `weights_mib` are kept until a layer needs them: in main memory, up to
    `recycle.resident_mib`, or in the model's files. Slow: for models that fit no other way."""
    offload_folder: str | None = None
    """Folder for weights that are converted while loading and so cannot be used from the model's files."""
    weights_mib: Annotated[int, Field(ge=1)] | None = None
    """With `offload`: MiB of weights that stay on the GPU, or in memory with `disk` and no GPU. By default three
    quarters of the replica's share of the GPU, or of `recycle.resident_mib`."""
    batch_size: Annotated[int, Field(ge=1, le=64)] = 8
    """Number of waiting charts that the model reads at once; `max_ongoing_requests` bounds how many can wait. On a CPU
    the bundled model reads them one by one, which is faster there."""
    batch_pixels: Annotated[int, Field(ge=64 * 64)] = 4 * 1024 * 1024
    """Bound on the pixels of a batch: width times height of its largest chart, times the number of charts. In the
    Qwen2-VL family 28 x 28 pixels are one visual token."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """CPU threads of the model in one replica."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.25
    """CPUs that Ray reserves for one replica. It bounds placement, not use."""
    num_gpus: Annotated[float, Field(ge=0)] = 0.5
    """Fraction of a GPU that Ray reserves for one replica, which takes no more than this share of its memory."""
    resources: dict[str, Annotated[float, Field(gt=0)]] = {}
    """Custom resources of Ray that a replica needs: it runs only on nodes that have them."""
    max_long_side: Annotated[int, Field(ge=768, le=4096)] = 1024
    """Long side in pixels; larger images are scaled down. Below 768 the text of ordinary charts is illegible."""
    binarise: bool = False
    """Turn every chart black and white first."""
    max_new_tokens: Annotated[int, Field(ge=16, le=16_384)] | None = None
    """Bound on the length of the answer; by default that of the profile."""
    call_limit_s: Annotated[float, Field(gt=0)] = 300.0
    """Seconds after which a call counts as stuck and its replica is replaced."""
    recycle: RecycleConfig = RecycleConfig()
    """When a replica is replaced by a fresh process."""

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


class LayoutConfig(Section):
    """The Layout deployment: the regions of pages, their orientation, and the cells of tables.

    The models are small. By default they stay on the CPU; give them a fraction of a GPU with `num_gpus`.
    """

    engine: Literal["installed", "fake"] = "installed"
    """`installed` are the models that come with the install; `fake` finds nothing, for load tests."""

    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """CPU threads of the models in one replica."""
    cpu_precision: Literal["float32", "bfloat16"] = "float32"
    """Precision of the models for regions and orientation on a CPU. `bfloat16` is faster on CPUs with AMX; it moves
    boxes by a few pixels."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.25
    """CPUs that Ray reserves for one replica. It bounds placement, not use."""
    num_gpus: Annotated[float, Field(ge=0)] = 0.0
    """Fraction of a GPU that Ray reserves for one replica."""
    resources: dict[str, Annotated[float, Field(gt=0)]] = {}
    """Custom resources of Ray that a replica needs: it runs only on nodes that have them."""
    call_limit_s: Annotated[float, Field(gt=0)] = 60.0
    """Seconds after which a call counts as stuck and its replica is replaced."""
    recycle: RecycleConfig = RecycleConfig(resident_mib=4096)
    """When a replica is replaced by a fresh process."""


class DocumentsConfig(Section):
    """Documents: `POST /v1/document`, and PDFs in the dialects."""

    max_bytes: Annotated[int, Field(ge=1024)] = 50 * MIB
    """Size of an uploaded document, in bytes."""
    max_pages: Annotated[int, Field(ge=1)] = 2000
    """Pages of a document; a longer one is refused before any page is read."""
    max_in_flight: Annotated[int, Field(ge=1)] = 4
    """Documents that one ingress replica reads at once; more are refused with 429."""
    deadline_s: Annotated[float, Field(gt=0, le=36_000)] = 600.0
    """Seconds for a document. Pages that are not read by then are named in the answer as not read."""
    dpi: Annotated[float, Field(ge=72, le=300)] = 144.0
    """Resolution at which pages are rendered for the models, in dots per inch."""
    memory_mib: Annotated[int, Field(ge=512)] = 1024
    """Address space of the process that opens a document, in MiB; a page that needs more is reported as unreadable."""
    page_cpu_s: Annotated[int, Field(ge=1)] = 4
    """Seconds of CPU for opening and rendering one page."""
    page_wall_s: Annotated[float, Field(gt=0)] = 60.0
    """Seconds for opening and rendering one page."""


class JobsConfig(Section):
    """Jobs: `POST /v1/jobs`, long work that survives restarts and is read page by page."""

    enabled: bool = True
    """Whether there are jobs; without them no process for them is started."""
    store: Literal["sqlite", "redis"] = "sqlite"
    """`sqlite` keeps the queue in one file, for a service on one machine; `redis` is for several."""
    folder: str | None = None
    """Folder of the SQLite file and of the documents and results. By default `serve-app/jobs` below
    `$XDG_STATE_HOME` or `~/.local/state`."""
    files: str | None = None
    """Where documents and results are kept instead of `folder`: an address for fsspec such as s3://bucket/jobs."""
    url: str | None = None
    """Address of Redis, for example redis://10.0.0.5:6379/0."""
    url_env: str | None = None
    """Environment variable that holds the address of Redis, with its password."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of the OCR replicas' calls that jobs may hold at once, so that requests keep the rest."""
    retain_s: Annotated[float, Field(ge=0)] = 86_400.0
    """Seconds for which an ended job is kept; 0 deletes it once its result has been read."""
    max_waiting: Annotated[int, Field(ge=1)] = 100_000
    """Pages that may wait; further jobs are refused with 429 until there are fewer."""
    webhook_networks: list[str] = []
    """Networks in CIDR notation, for example 10.1.0.0/16, to which webhooks may be posted besides public addresses."""
    num_cpus: Annotated[float, Field(ge=0)] = 0.1
    """CPUs that Ray reserves for one Jobs replica. It bounds placement, not use."""


class Limits(Section):
    """How much is admitted at a time, and how large an upload may be. Checked before anything is decoded."""

    max_wait_s: Annotated[float, Field(gt=0, le=3600)] = 15.0
    """Seconds. A request whose expected wait for a model is longer is refused at once, with 429."""
    max_in_flight: Annotated[int, Field(ge=1)] = 128
    """Number of requests for one model that one ingress replica holds in memory."""
    calls_per_request: Annotated[int, Field(ge=1)] = 2
    """Number of calls that one request may have in flight at a model, so that large requests leave room for others."""
    arriving_mb: Annotated[int, Field(ge=1)] = 256
    """Megabytes of all uploads that are still arriving at one ingress replica, and so are in no queue yet."""
    max_bytes: Annotated[int, Field(ge=1024)] = 5 * MIB
    """Size of an uploaded image, in bytes."""
    max_pixels: Annotated[int, Field(ge=64 * 64)] = 40_000_000
    """Width times height of an uploaded image."""
    max_side: Annotated[int, Field(ge=64)] = 20_000
    """Longer side of an uploaded image, in pixels."""
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
    """CPUs that Ray reserves for one ingress replica. It bounds placement, not use."""
    allow_url: bool = False
    """Fetch images from URLs that clients send to `POST /ocr`. Off by default: clients choose the address."""
    keys_file: str | None = None
    """File of API keys, as `serve-app keys add` writes it, on every node where an ingress replica runs. With keys, each
    request must bring one; without, whoever reaches the port is served."""
    keys_env: str | None = None
    """Environment variable of the ingress that holds what would stand in that file."""
    open: bool = False
    """Serve without keys on an address that other machines reach. Otherwise the application does not start there."""
    cors_origins: tuple[Annotated[str, Field(pattern=r"^(\*|https?://[^\s/?#@]+)$")], ...] = ()
    """Origins, such as https://app.example.org, whose pages browsers let call the service. None by default."""

    @property
    def keyed(self) -> bool:
        """Whether requests must bring a key."""
        return self.keys_file is not None or self.keys_env is not None

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> "HttpConfig":
        if self.keys_file is not None and self.keys_env is not None:
            raise ValueError("http: name keys_file or keys_env, not both")
        if self.open and self.keyed:
            raise ValueError("http: open: true is for a service without keys; leave it out, or the keys")
        return self


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
