"""What one Chart replica takes of a GPU's memory, worked out from its model's shape. Computed, not measured."""

from dataclasses import dataclass

from serve_app.charts.profiles import ChartProfile, find_profile
from serve_app.config import ChartConfig
from serve_app.errors import ConfigError
from serve_app.gpu.footprint import Footprint

MIB = 1 << 20

PROMPT_TOKENS = 64
"""Of a chart's prompt, beside its image: the chat template, a system prompt and a few words. Rounded up."""

SLACK = 0.15
"""Of cache and activations: what the allocator loses between blocks. An estimate."""


@dataclass(frozen=True, slots=True)
class ChartShape:
    """What the memory of a chart model follows from. A test builds each model's own class and compares.

    `pixel_bytes` and `token_bytes` are the most that is alive at one time, in bfloat16, while transformers 5.23 runs
    the vision tower and the language model on a prompt; of both, the larger counts, since one ends before the other
    begins.
    """

    parameters: int
    language_linears: int = 0
    """Parameters in linear layers of the language model: those that `chart.quantisation` is about."""
    parameter_bytes: int = 2
    cache_bytes: int = 0
    """Of a token: 2 (key and value) x layers x key-value heads x head size x 2 bytes."""
    token_pixels: int = 28 * 28
    """Pixels that become one token."""
    pixel_bytes: float = 0.0
    token_bytes: int = 0
    fixed_pixels: int | None = None
    """Pixels of the image that the processor makes of every image."""


# Qwen2-VL with the language model of Qwen2-0.5B: 24 layers, 2 key-value heads of 64, 896 wide; vision tower of 32
# layers, 1280 wide, patches of 14 x 14. It takes 46,528 bytes a patch where the rotary embedding goes to float32.
_MINERU = ChartShape(
    parameters=1_156_026_624,
    language_linears=357_826_560,
    cache_bytes=2 * 24 * 2 * 64 * 2,
    pixel_bytes=46_528 / (14 * 14),
    token_bytes=38_660,
)
SHAPES = {
    "mineru2.5": _MINERU,
    "mineru2.5-pro": _MINERU,
    # GOT-OCR2: vision tower of SAM (ViT-B at 1024 x 1024, whose global attention keeps its 4096 x 4096 scores, in
    # float32 once), 256 tokens an image; language model of 24 layers, 16 key-value heads of 64.
    "pp-chart2table": ChartShape(
        parameters=560_528_640,
        language_linears=308_281_344,
        cache_bytes=2 * 24 * 16 * 64 * 2,
        token_pixels=64 * 64,
        pixel_bytes=2340.0,
        token_bytes=33_552,
        fixed_pixels=1024 * 1024,
    ),
    # 18 layers, 2 key-value heads of 128; vision tower of 27 layers, 1152 wide; a head of its own (0.9 B in all).
    "paddleocr-vl": ChartShape(
        parameters=905_601_648,
        language_linears=254_803_968,
        cache_bytes=2 * 18 * 2 * 128 * 2,
        pixel_bytes=43_240 / (14 * 14),
        token_bytes=29_200,
    ),
    # Parameters and activations rounded up: 4.0 million, and 25 MiB for an image with 96 words and no mark.
    "chart-graph": ChartShape(5_000_000, parameter_bytes=4, pixel_bytes=256.0, fixed_pixels=512 * 512),
}
"""By the name of the profile."""

_HALF, _WIDE = 2, 4
QUANTISED_BYTES = {"int8": 1.0, "int4": 0.5 + 4 / 64}
"""Bytes of a weight: NF4 keeps a float32 scale for each block of 64, LLM.int8 one for each row, which is little."""


def find_shape(profile: ChartProfile) -> ChartShape:
    """The shape of a profile's model.

    Raises:
        ConfigError: models of this profile have no one shape.
    """
    if profile.name not in SHAPES:
        raise ConfigError(f"The size of a model of profile {profile.name} is not known; known: {', '.join(SHAPES)}")
    return SHAPES[profile.name]


def weigh(config: ChartConfig) -> int:
    """Bytes of a chart model's weights on a GPU.

    Raises:
        ConfigError: the model's shape is not known.
    """
    shape = find_shape(find_profile(config.model, config.profile))
    whole = max(shape.parameter_bytes, _WIDE if config.dtype == "float32" else _HALF)
    saved = whole - QUANTISED_BYTES.get(config.quantisation, whole)
    return int(shape.parameters * whole - shape.language_linears * saved)


def measure_chart(config: ChartConfig) -> Footprint:
    """What a Chart replica takes for a full batch of the largest charts, each with the longest answer.

    Raises:
        ConfigError: the model's shape is not known.
    """
    profile = find_profile(config.model, config.profile)
    shape = find_shape(profile)
    pixels = shape.fixed_pixels or min(config.max_long_side**2, profile.max_pixels)
    batch = config.batch_size * pixels
    if shape.fixed_pixels is None:
        batch = min(batch, max(config.batch_pixels, pixels))
    prompts = batch // shape.token_pixels + config.batch_size * PROMPT_TOKENS
    answers = config.batch_size * (config.max_new_tokens or profile.max_new_tokens)
    width = 2 if config.dtype == "float32" else 1  # of the sizes in `shape`, which are those of bfloat16
    # Twice: transformers copies the cache to make it longer, and the copy does not fit where the last one lay.
    cache = 2 * width * shape.cache_bytes * (prompts + answers)
    activations = width * max(int(batch * shape.pixel_bytes), prompts * shape.token_bytes)
    return Footprint(weigh(config), cache, activations, int(SLACK * (cache + activations)))
