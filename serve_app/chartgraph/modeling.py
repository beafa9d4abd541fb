"""ChartGraph: reads a chart by finding its marks and linking them to the words that OCR read."""

from dataclasses import dataclass
from typing import Any, Self, cast

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own alias
from torch import Tensor, nn
from transformers import AutoModelForImageTextToText, PreTrainedModel
from transformers.utils import ModelOutput

from serve_app.chartgraph.configuration import ChartGraphConfig
from serve_app.chartgraph.features import TEXT_FEATURES
from serve_app.chartgraph.linker import Linker
from serve_app.chartgraph.pair_features import word_points
from serve_app.chartgraph.roles import MarkKind
from serve_app.chartgraph.sectors import find_slices
from serve_app.chartgraph.trunk import KINDS, PATCH, STRIDE, Trunk, TrunkOutput


@dataclass
class ChartGraphOutput(ModelOutput):
    """The graph of each image of the batch, as probabilities.

    Attributes:
        marks: (batch, marks, 3), x and y in pixels of `pixel_values` and the score of the map of marks.
        mark_kinds: (batch, marks) of MarkKind.
        mark_mask: (batch, marks), true at marks.
        real: (batch, marks), that the linker too takes the mark for a real one.
        links: (batch, 3, marks, 1 + words), where 0 is none and 1 + i is the word i; for category, series and label.
        roles: (batch, words, roles).
        kinds: (batch, kinds) in the order of ChartKind.
        stacked: (batch,).
    """

    marks: Tensor | None = None
    mark_kinds: Tensor | None = None
    mark_mask: Tensor | None = None
    real: Tensor | None = None
    links: Tensor | None = None
    roles: Tensor | None = None
    kinds: Tensor | None = None
    stacked: Tensor | None = None


class ChartGraphForTableExtraction(PreTrainedModel):
    """A trunk that finds marks as points, and a linker that ties them to words."""

    config_class = ChartGraphConfig
    main_input_name = "pixel_values"

    def __init__(self, config: ChartGraphConfig) -> None:
        super().__init__(config)
        self.word_patch = nn.Sequential(
            nn.Linear(TEXT_FEATURES + 4, 96), nn.ReLU(), nn.Linear(96, 3 * config.widths[2])
        )
        self.trunk = Trunk(config)
        self.linker = Linker(config)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """Keeps the initial weights that the modules give themselves."""

    @classmethod
    def from_pretrained(cls, *args: Any, **kwargs: Any) -> Self:
        """As in transformers, but in float32 unless asked otherwise: without AMX, bfloat16 is slow on a CPU."""
        kwargs.setdefault("dtype", torch.float32)
        return cast(Self, super().from_pretrained(*args, **kwargs))

    def look(
        self, *, pixel_values: Tensor, cell_mask: Tensor, words: Tensor, texts: Tensor, word_mask: Tensor
    ) -> TrunkOutput:
        """Runs the trunk, each word adding to the patches that its centre, start and end lie in."""
        batch, height, width = cell_mask.shape
        shape = torch.cat((words[..., 2:4].div(PATCH).log1p(), words[..., 4:]), -1)
        parts = self.word_patch(torch.cat((texts, shape), -1)) * word_mask[..., None]
        cells = torch.stack(word_points(words), 2).div(PATCH).floor().long()
        column, row = cells[..., 0].clamp(0, width - 1), cells[..., 1].clamp(0, height - 1)
        index = torch.arange(batch, device=words.device)[:, None, None] * (height * width) + row * width + column
        added = torch.zeros(batch * height * width, parts.shape[-1] // 3, dtype=parts.dtype, device=parts.device)
        added = added.index_add(0, index.flatten(), parts.unflatten(-1, (3, -1)).flatten(0, 2))
        return self.trunk(pixel_values, cell_mask, added.view(batch, height, width, -1))

    def forward(
        self,
        *,
        pixel_values: Tensor,
        cell_mask: Tensor,
        words: Tensor,
        texts: Tensor,
        word_mask: Tensor,
        sizes: Tensor,
    ) -> ChartGraphOutput:
        """Reads charts; the arguments are what `ChartGraphProcessor` makes."""
        seen = {"words": words, "texts": texts, "word_mask": word_mask}
        trunk = self.look(pixel_values=pixel_values, cell_mask=cell_mask, **seen)
        marks, kinds, mask = find_marks(trunk, cell_mask, self.config.mark_threshold, self.config.max_marks)
        marks, kinds, mask = sharpen_slices(marks, kinds, mask)
        linked = self.linker(
            pixel_values, cell_mask, trunk, **seen, marks=marks, mark_kinds=kinds, mark_mask=mask, sizes=sizes
        )
        return ChartGraphOutput(
            marks=marks,
            mark_kinds=kinds,
            mark_mask=mask,
            real=linked.real.sigmoid(),
            links=linked.links.softmax(-1),
            roles=linked.role.softmax(-1),
            kinds=linked.kind.softmax(-1),
            stacked=linked.stacked.sigmoid(),
        )

    @torch.inference_mode()
    def generate(self, **inputs: Tensor) -> ChartGraphOutput:
        """`forward` without gradients, under the name that transformers gives to reading."""
        return cast(ChartGraphOutput, self(**inputs))


def find_marks(trunk: TrunkOutput, cells: Tensor, threshold: float, limit: int) -> tuple[Tensor, Tensor, Tensor]:
    """Peaks of the map of marks: (batch, n, 3) x, y, score; (batch, n) kinds; (batch, n) mask, with n <= limit.

    A cell is a peak where no neighbour of its 3x3 window is higher (CenterNet, Zhou et al., 2019).
    """
    inside = cells[:, None].repeat_interleave(PATCH // STRIDE, 2).repeat_interleave(PATCH // STRIDE, 3)
    heat = trunk.heat.sigmoid() * inside
    peaks = heat * (F.max_pool2d(heat, 3, 1, 1) == heat)
    height, width = heat.shape[-2:]
    scores, index = peaks.flatten(1).topk(min(limit, peaks[0].numel()))
    found = scores > threshold
    count = max(int(found.sum(1).max()), 1)
    scores, index, found = scores[:, :count], index[:, :count], found[:, :count]
    cell = index % (height * width)
    offset = trunk.offset.flatten(2).gather(2, cell[:, None].expand(-1, 2, -1))
    x = (cell % width + 0.5 + offset[:, 0]) * STRIDE
    y = (cell // width + 0.5 + offset[:, 1]) * STRIDE
    kinds = (index // (height * width)).clamp(max=KINDS - 1)
    return torch.stack((x, y, scores), -1), kinds, found


def sharpen_slices(marks: Tensor, kinds: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Puts the slices of a pie where its borders say, in place of those that the map shows; shapes of `find_marks`."""
    rows = []
    for found, kind, present in zip(marks.float().cpu(), kinds.cpu(), mask.cpu(), strict=True):
        points, names = found[present], kind[present]
        slices = find_slices(points.double().numpy(), names.numpy())
        if slices is not None:
            rest = names != MarkKind.SLICE
            points = torch.cat((points[rest], torch.from_numpy(slices).float()))
            names = torch.cat((names[rest], torch.full((len(slices),), int(MarkKind.SLICE))))
        rows.append((points, names))
    count = max(1, *(len(points) for points, _ in rows))
    marks, kinds = marks.new_zeros(len(rows), count, 3), kinds.new_zeros(len(rows), count)
    mask = mask.new_zeros(len(rows), count)
    for i, (points, names) in enumerate(rows):
        marks[i, : len(points)] = points.to(marks)
        kinds[i, : len(names)] = names.to(kinds)
        mask[i, : len(names)] = True
    return marks, kinds, mask


AutoModelForImageTextToText.register(ChartGraphConfig, ChartGraphForTableExtraction, exist_ok=True)
