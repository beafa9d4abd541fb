"""What each family of chart models needs: its prompt, its pixel limits, how it decodes, and its answer's parser."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from serve_app.domain import ChartTable
from serve_app.errors import ConfigError
from serve_app.tables import mineru, parsing, pipes

Parser = Callable[[str, Sequence[float] | None], ChartTable]
"""The model's text, and for each character the probability of the token that wrote it -> the table."""

_TOKEN_PIXELS = 28 * 28
"""Pixels of one visual token of the Qwen2-VL family: 2 x 2 patches of 14 x 14."""
_QWEN_MAX_PIXELS = 1280 * _TOKEN_PIXELS
"""The default of transformers' Qwen2VLImageProcessor, and what the README of Qwen2.5-VL recommends. The 16,384 tokens
in the models' own preprocessor_config.json need 13 times the memory."""


@dataclass(frozen=True, slots=True)
class ChartProfile:
    """How one family of chart models is asked, and how its answer is read.

    `prompt` None: the model takes only an image. `parser` None: the model gives tables and no text.
    Pixels are width times height of the image that the model sees. Images with a side under `min_edge` are
    enlarged, and those longer than `max_aspect` times their width (or the reverse) padded with white.
    Decoding is greedy everywhere; `no_repeat_ngram_size` 0 sets no such bound.
    """

    name: str
    prompt: str | None = None
    parser: Parser | None = None
    system_prompt: str | None = None
    max_pixels: int = _QWEN_MAX_PIXELS
    min_edge: int = 1
    max_aspect: float = 200.0
    max_new_tokens: int = 4096
    no_repeat_ngram_size: int = 0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    """OpenAI's, for models that run on a server; transformers has no such penalties."""
    skip_special_tokens: bool = True
    wants_words: bool = False
    """The model is given the OCR's lines beside the image."""


# mineru-vl-utils 2.0.7: DEFAULT_PROMPTS (with their line break), DEFAULT_SYSTEM_PROMPT, DEFAULT_SAMPLING_PARAMS,
# min_image_edge, max_image_edge_ratio, and skip_special_tokens=False in its transformers client. It sets no bound on
# the answer's length; 4096 tokens take 48 MiB of cache. The 2509 release was trained to read tables and not for
# "Image Analysis", so that a chart is given to it as if it were one.
_MINERU = ChartProfile(
    name="mineru2.5",
    prompt="\nTable Recognition:",
    parser=parsing.parse,
    system_prompt="You are a helpful assistant.",
    min_edge=28,
    max_aspect=50.0,
    no_repeat_ngram_size=100,
    presence_penalty=1.0,
    frequency_penalty=0.005,
    skip_special_tokens=False,
)
PROFILES = {
    profile.name: profile
    for profile in (
        _MINERU,
        replace(
            _MINERU,
            name="mineru2.5-pro",
            prompt="\nImage Analysis:",
            parser=mineru.parse,
            frequency_penalty=0.05,
        ),
        # The prompt ("Chart to table") is part of the model's template. PPChart2TableImageProcessor of transformers
        # makes every image 1024 x 1024; the n-gram bound is that of PaddleX 3.7, PPChart2TableInference.generate.
        ChartProfile(
            "pp-chart2table",
            parser=pipes.parse,
            max_pixels=1024 * 1024,
            max_new_tokens=2048,
            no_repeat_ngram_size=20,
        ),
        # PaddleX 3.7, pipelines/paddleocr_vl/pipeline.py: prompt, pixels and max_new_tokens of chart blocks.
        ChartProfile("paddleocr-vl", "Chart Recognition:", parsing.parse, max_pixels=1_003_520),
        # Any instructed vision-language model; the prompt is this project's.
        ChartProfile(
            "generic",
            "Read the data of this chart and write it as one Markdown table. The first row names the columns: first "
            "the category axis, then each data series. Write one row for each category, with its label first. Copy "
            "labels and numbers as they are printed; estimate from the axis what is not. Write nothing else.",
            parsing.parse,
        ),
        ChartProfile("chart-graph", wants_words=True),
        ChartProfile("fake"),
    )
}

_FAMILIES = {
    "mineru25": "mineru2.5",
    "mineru25pro": "mineru2.5-pro",
    "ppchart2table": "pp-chart2table",
    "paddleocrvl": "paddleocr-vl",
    "qwen2vl": "generic",
    "qwen25vl": "generic",
    "qwen3vl": "generic",
    "chartgraph": "chart-graph",
}
"""What the name of a model or of its class contains, without case and punctuation, and the profile that it means."""


def find_profile(model: str, profile: str = "auto") -> ChartProfile:
    """The profile named, or with `auto` the one that a model's name tells.

    `model` is `bundled`, `fake`, a name on the model hub, a local directory, or the class of an architecture. Where a
    path names several families, the last one counts.

    Raises:
        ConfigError: there is no such profile, or the model's name tells none; the message lists them all.
    """
    if profile != "auto":
        if profile not in PROFILES:
            raise ConfigError(f"chart.profile: there is no profile {profile!r}; choose {_list_profiles()}")
        return PROFILES[profile]
    if model in ("bundled", "fake"):
        return PROFILES["chart-graph" if model == "bundled" else "fake"]
    name = re.sub(r"[^a-z0-9]", "", model.lower())
    found = max((name.rfind(family), len(family), family) for family in _FAMILIES)
    if found[0] < 0:
        raise ConfigError(
            f"chart.model: {model!r} does not tell which prompt and parser it needs; set chart.profile to "
            f"{_list_profiles()}"
        )
    return PROFILES[_FAMILIES[found[2]]]


def _list_profiles() -> str:
    *most, last = (name for name in PROFILES if name != "fake")
    return f"{', '.join(most)} or {last}"
