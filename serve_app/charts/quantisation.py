"""Fewer bits for a chart model's weights, by bitsandbytes: it does both widths, on CUDA and on CPUs."""

import logging
import re
from importlib.util import find_spec

import torch
from transformers import BitsAndBytesConfig, PreTrainedModel

from serve_app.charts.footprint import QUANTISED_BYTES
from serve_app.config import Quantisation
from serve_app.errors import ConfigError

_LANGUAGE_MODEL = "model.language_model."
"""How the names of a language model's layers begin in all families of transformers' vision-language models. The vision
tower and its projector make the features that everything is read from, and `lm_head` is the embedding's own tensor in
all these models: they keep their precision."""

_SKIP = [f"(?!{re.escape(_LANGUAGE_MODEL)}).*"]
"""transformers matches this pattern from the start of a layer's name (`should_convert_module`)."""


def describe_quantisation(quantisation: Quantisation, dtype: torch.dtype) -> BitsAndBytesConfig:
    """What `from_pretrained` takes as `quantization_config`.

    int8 is LLM.int8 (Dettmers et al., 2022), int4 is NF4 (Dettmers et al., 2023), which computes in `dtype`.
    """
    require("accelerate", "chart.quantisation")
    require("bitsandbytes", "chart.quantisation")
    # It warns for each layer and token that LLM.int8 computes in float16.
    logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
    if quantisation == "int8":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=_SKIP)
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype, llm_int8_skip_modules=_SKIP
    )


def estimate_bytes(model: PreTrainedModel, quantisation: Quantisation) -> int:
    """Bytes that the weights of a model on the meta device take once they are loaded and quantised."""
    size: float = model.get_memory_footprint()
    if quantisation != "none":
        for name, module in model.named_modules():
            if name.startswith(_LANGUAGE_MODEL) and isinstance(module, torch.nn.Linear):
                size -= module.weight.numel() * (module.weight.element_size() - QUANTISED_BYTES[quantisation])
    return int(size)


def require(package: str, setting: str) -> None:
    """Raise ConfigError if a package of the extra is missing."""
    if find_spec(package) is None:
        raise ConfigError(f"{setting} needs {package}, which is not installed: pip install 'serve-app[quantise]'")
