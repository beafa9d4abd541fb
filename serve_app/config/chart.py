"""Settings of the Chart deployment."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from serve_app.config.section import RecycleConfig, Section

Quantisation = Literal["none", "int8", "int4"]


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
