"""Where a chart model's weights are kept: whole on its device, in fewer bits, or some of them beside it."""

from typing import Any

import torch
from transformers import AutoConfig, AutoModelForImageTextToText

from serve_app.charts.quantisation import describe_quantisation, estimate_bytes, require
from serve_app.config import ChartConfig
from serve_app.errors import ConfigError
from serve_app.gpu.memory import check_fit, find_budget

_WEIGHTS_SHARE = 0.75
"""Of the memory that a replica may take; the rest is for the image's features, the cache, and a layer on its way in."""


def place_weights(source: str, config: ChartConfig, device: str, dtype: torch.dtype) -> dict[str, Any]:
    """What `from_pretrained` is told of quantisation and offload; nothing for a model that is moved as a whole.

    On a GPU the process takes no more than its share from here on.

    Raises:
        ConfigError: the weights do not fit the share, a package is missing, or there is nowhere to offload to.
    """
    share = config.recycle.resident_mib << 20
    if device == "cuda":
        total = torch.cuda.get_device_properties(0).total_memory
        share = find_budget(total, config.num_gpus)
        if config.offload == "none":
            check_fit(estimate_bytes(build_empty(source, config, dtype), config.quantisation), share, config.num_gpus)
        torch.cuda.set_per_process_memory_fraction(share / total)
    main: int | str = 0 if device == "cuda" else "cpu"
    if config.offload != "none":
        return _offload(config, main, share)
    if config.quantisation != "none":
        return {"device_map": {"": main}, "quantization_config": describe_quantisation(config.quantisation, dtype)}
    return {}


def _offload(config: ChartConfig, main: int | str, share: int) -> dict[str, Any]:
    require("accelerate", "chart.offload")
    if config.offload == main:
        raise ConfigError("chart.offload: cpu needs a GPU: without one, the model is in main memory already")
    kept = int(share * _WEIGHTS_SHARE) if config.weights_mib is None else config.weights_mib << 20
    memory = {main: kept}
    if config.offload == "cpu":
        memory["cpu"] = config.recycle.resident_mib << 20
    # accelerate fills them in this order, and leaves on the disk what fits none.
    return {"device_map": "sequential", "max_memory": memory, "offload_folder": config.offload_folder}


def build_empty(source: str, config: ChartConfig, dtype: torch.dtype) -> Any:
    """The model without its weights, on the meta device."""
    with torch.device("meta"):
        return AutoModelForImageTextToText.from_config(
            AutoConfig.from_pretrained(source, local_files_only=config.local_files_only), dtype=dtype
        )
