"""Chart models of the transformers library behind the ChartEngine protocol, the bundled one included."""

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from serve_app.chartgraph import WEIGHTS as CHART_WEIGHTS
from serve_app.charts.profiles import ChartProfile, find_profile
from serve_app.config import ChartConfig, Device
from serve_app.domain import ChartReading
from serve_app.errors import ConfigError, ModelBroken
from serve_app.gpu.memory import is_fatal
from serve_app.gpu.usage import Usage
from serve_app.hosting.protocols import ChartInput

logger = logging.getLogger(__name__)


class ChartReader(Protocol):
    """How a loaded model is asked, and its answer understood."""

    batches: bool

    @property
    def oom_steps(self) -> int:
        """Smaller tries after the GPU's memory had run out, since the process started."""
        ...

    def read(self, charts: Sequence[ChartInput]) -> list[ChartReading]:
        """Read a batch of charts."""
        ...


class TransformersChart:
    """One model. `generate` keeps state on the model (Qwen2-VL's `rope_deltas`): one call at a time."""

    def __init__(self, config: ChartConfig, device: Device) -> None:
        """Load the model and its processor.

        Raises:
            ConfigError: the model is not there, or its weights do not fit its class.
        """
        import torch

        torch.set_num_threads(config.threads)
        profile = find_profile(config.model, config.profile)
        source = str(CHART_WEIGHTS) if config.model == "bundled" else config.model
        self.name = profile.name if config.model == "bundled" else config.model.rstrip("/").rpartition("/")[2]
        self.device = _choose_device(device)
        self._reader = _load(self.name, source, profile, config, self.device)
        self.batches = self._reader.batches

    def read(self, charts: Sequence[ChartInput]) -> list[ChartReading]:
        """Read a batch of charts; one reading for each, in order, with places in the pixels of its image.

        Raises:
            OutOfMemory: a chart does not fit the GPU.
            ModelBroken: the GPU's context is dead.
        """
        try:
            return self._reader.read(charts)
        except RuntimeError as error:
            if is_fatal(error):
                raise ModelBroken(f"the GPU failed: {error}") from error
            raise

    def measure(self) -> Usage:
        """What torch's allocator holds of the card, and may hold; zeros on a CPU."""
        import torch

        if self.device != "cuda":
            return Usage(oom_steps=self._reader.oom_steps)
        total = torch.cuda.get_device_properties(0).total_memory
        budget = int(total * torch.cuda.get_per_process_memory_fraction())
        return Usage(torch.cuda.memory_reserved(), budget, self._reader.oom_steps)


def _load(name: str, source: str, profile: ChartProfile, config: ChartConfig, device: str) -> ChartReader:
    try:
        if profile.wants_words:
            from serve_app.charts.graph_reader import GraphReader

            _refuse_settings(config)
            model = _load_model(source, config, device, "float32")
            return GraphReader(name, source, model, exact=config.dtype == "float32")
        from serve_app.charts.chat_reader import ChatReader, load_chat_processor

        processor = load_chat_processor(source, local_files_only=config.local_files_only)
        max_new_tokens = config.max_new_tokens or profile.max_new_tokens
        # Half precision has no fast kernels on many CPUs.
        default = "bfloat16" if device == "cuda" else "float32"
        model = _load_model(source, config, device, default if config.dtype == "auto" else config.dtype)
        return ChatReader(name, processor, model, device, profile, max_new_tokens)
    except OSError as error:  # what transformers raises for a missing directory, file or hub name
        hint = (
            "pip install --force-reinstall serve-app"
            if config.model == "bundled"
            else "name an existing directory, or set chart.local_files_only to false to download it from the hub"
        )
        raise ConfigError(f"chart.model {config.model} cannot be loaded: {error}. {hint}") from error


def _refuse_settings(config: ChartConfig) -> None:
    """Raise for what would do nothing for the bundled model: in float32 its weights take 16 MB."""
    for setting, only in (("dtype", "float32"), ("quantisation", "none"), ("offload", "none")):
        value = getattr(config, setting)
        if value not in ("auto", only):
            raise ConfigError(f"chart.{setting}: the bundled model takes only {only}, not {value}")


def _load_model(source: str, config: ChartConfig, device: str, dtype: str) -> Any:
    import torch
    from transformers import AutoModelForImageTextToText

    from serve_app.charts.weight_placement import place_weights

    placement = place_weights(source, config, device, getattr(torch, dtype))
    model, report = AutoModelForImageTextToText.from_pretrained(
        source,
        dtype=getattr(torch, dtype),
        local_files_only=config.local_files_only,
        output_loading_info=True,
        **placement,
    )
    if report["missing_keys"]:
        # transformers only warns, and fills them with random numbers.
        missing = sorted(report["missing_keys"])
        raise ConfigError(
            f"The weights in {source} lack {len(missing)} of the model's tensors ({', '.join(missing[:3])} …): "
            "they are incomplete or belong to another model"
        )
    return model.eval() if placement else model.eval().to(device)


def _choose_device(device: Device) -> str:
    """The device that torch can use: with `auto`, a CPU build on a GPU node runs on the CPU."""
    if device == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if device == "gpu":
        raise ConfigError("device: gpu, but torch finds no GPU. Install a CUDA build of torch (docs/deploy.md)")
    logger.warning("Charts are read on the CPU of a GPU node: torch finds no GPU. Install a CUDA build of torch")
    return "cpu"
