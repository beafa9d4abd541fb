"""The shape of a ChartGraph model."""

from typing import Any

from transformers import AutoConfig, PretrainedConfig


class ChartGraphConfig(PretrainedConfig):
    """Widths and depths of the trunk and the linker, and the thresholds of inference.

    `widths` are the channels at 1/4, 1/8 and 1/16 of the image; `pyramid` those of the map that marks are found on.
    """

    model_type = "chart_graph"

    def __init__(
        self,
        *,
        widths: tuple[int, int, int] = (48, 96, 192),
        pyramid: int = 64,
        trunk_layers: int = 4,
        trunk_heads: int = 4,
        linker_width: int = 192,
        linker_layers: int = 3,
        heads: int = 6,
        pair_width: int = 48,
        max_marks: int = 160,
        mark_threshold: float = 0.1,
        **kwargs: Any,
    ) -> None:
        self.widths = tuple(widths)
        self.pyramid = pyramid
        self.trunk_layers = trunk_layers
        self.trunk_heads = trunk_heads
        self.linker_width = linker_width
        self.linker_layers = linker_layers
        self.heads = heads
        self.pair_width = pair_width
        self.max_marks = max_marks
        self.mark_threshold = mark_threshold
        super().__init__(**kwargs)


AutoConfig.register(ChartGraphConfig.model_type, ChartGraphConfig, exist_ok=True)
