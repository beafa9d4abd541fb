"""The trunk: from an image and its words to features at 1/4 and 1/16 of the image, and the map of marks."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own alias
from torch import Tensor, nn

from serve_app.chartgraph.configuration import ChartGraphConfig
from serve_app.chartgraph.roles import MarkKind

STRIDE = 4
"""Pixels of a cell of the map of marks."""

PATCH = 16
"""Pixels of a patch that the transformer sees; images are padded to multiples of it."""

KINDS = len(MarkKind)


@dataclass(frozen=True, slots=True)
class TrunkOutput:
    """`fine` (batch, pyramid, H/4, W/4), `coarse` (batch, width, H/16, W/16), `heat` logits and `offset` in cells."""

    fine: Tensor
    coarse: Tensor
    heat: Tensor
    offset: Tensor


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each position, so that what lies beside an image cannot change its features."""

    def forward(self, input: Tensor) -> Tensor:
        """Takes and returns (batch, channels, height, width)."""
        return super().forward(input.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Residual(nn.Module):
    """Two 3x3 convolutions beside an identity; `mask` keeps what lies outside the images at zero."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Takes and returns (batch, channels, height, width); `mask` is (batch, 1, height, width)."""
        inner = self.norm(x)
        inner = F.relu(self.first(inner if mask is None else inner * mask.to(inner.dtype)), inplace=True)
        return x + self.second(inner if mask is None else inner * mask.to(inner.dtype))


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions (Su et al., 2021): turns pairs of channels of (..., tokens, dim) by (tokens, dim / 2) angles."""
    left, right = x.chunk(2, -1)
    return torch.cat((left * cos - right * sin, left * sin + right * cos), -1)


def cell_angles(height: int, width: int, dim: int, device: torch.device) -> Tensor:
    """Returns (height * width, dim / 2): half of the pairs turn with x, half with y."""
    frequencies = torch.logspace(0.3, -1.7, dim // 4, device=device)
    y, x = torch.meshgrid(torch.arange(height, device=device), torch.arange(width, device=device), indexing="ij")
    return torch.cat((x.reshape(-1, 1) * frequencies, y.reshape(-1, 1) * frequencies), -1)


class PatchLayer(nn.Module):
    """A pre-norm transformer layer over patches with rotary positions along both axes.

    Where `axial`, one half of the heads sees the patch's row and the other its column: what a chart's axes need.
    """

    def __init__(self, width: int, heads: int, axial: bool) -> None:
        super().__init__()
        self.heads, self.axial = heads, axial
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.ff_norm = nn.LayerNorm(width)
        last = nn.Linear(4 * width, width)
        self.ff = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), last)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(last.weight)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, sight: "Sight") -> Tensor:
        """Takes and returns (batch, tokens, width); `cos` and `sin` are (tokens, dim / 2)."""
        qkv = self.qkv(self.norm(x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        (q, k), v = rotate(qkv[:2], cos.to(qkv.dtype), sin.to(qkv.dtype)), qkv[2]
        if self.axial:
            (q_row, q_column), (k_row, k_column), (v_row, v_column) = (
                t.unflatten(2, sight.shape).chunk(2, 1) for t in (q, k, v)
            )
            rows = F.scaled_dot_product_attention(q_row, k_row, v_row, sight.rows)
            columns = F.scaled_dot_product_attention(
                q_column.transpose(2, 3), k_column.transpose(2, 3), v_column.transpose(2, 3), sight.columns
            )
            attended = torch.cat((rows, columns.transpose(2, 3)), 1).flatten(2, 3)
        else:
            attended = F.scaled_dot_product_attention(q, k, v, sight.all)
        x = x + self.out(attended.transpose(1, 2).flatten(2))
        return x + self.ff(self.ff_norm(x))


@dataclass(frozen=True, slots=True)
class Sight:
    """Which patches a patch of `shape` (height, width) cells sees in its row, in its column, and of all; None is each.

    What is masked wholly sees everything, to stay finite.
    """

    shape: tuple[int, int]
    rows: Tensor | None = None
    columns: Tensor | None = None
    all: Tensor | None = None


def find_sight(cells: Tensor) -> Sight:
    """Hides the patches beside the images; `cells` (batch, height, width) is true at real ones."""
    shape = (cells.shape[1], cells.shape[2])
    if bool(cells.all()):
        return Sight(shape)
    seen = (cells[:, None, :, None], cells.transpose(1, 2)[:, None, :, None], cells.flatten(1)[:, None, None])
    return Sight(shape, *(mask | ~mask.any(-1, keepdim=True) for mask in seen))


def unshuffle(pixels: Tensor) -> Tensor:
    """`F.pixel_unshuffle` by STRIDE, but into the channels-last layout that convolutions on a CPU want."""
    blocks = pixels.unflatten(3, (-1, STRIDE)).unflatten(2, (-1, STRIDE))  # batch, colour, row, in it, column, in it
    return blocks.permute(0, 2, 4, 1, 3, 5).flatten(3).permute(0, 3, 1, 2)


def enlarge(cells: Tensor, factor: int) -> Tensor:
    """Repeats each of (batch, height, width) cells: (batch, 1, height * factor, width * factor)."""
    return cells[:, None].repeat_interleave(factor, 2).repeat_interleave(factor, 3)


class Trunk(nn.Module):
    """Convolutions down to 1/16, a transformer over the patches and the words in them, and a pyramid up to 1/4."""

    def __init__(self, config: ChartGraphConfig) -> None:
        super().__init__()
        quarter, eighth, sixteenth = config.widths
        self.stem = nn.Conv2d(3 * STRIDE**2, quarter, 3, padding=1)
        self.quarter = nn.ModuleList([Residual(quarter)])
        self.to_eighth = nn.Conv2d(quarter, eighth, 2, 2)
        self.eighth = nn.ModuleList([Residual(eighth), Residual(eighth)])
        self.to_sixteenth = nn.Conv2d(eighth, sixteenth, 2, 2)
        self.dim = sixteenth // config.trunk_heads
        self.layers = nn.ModuleList(
            [PatchLayer(sixteenth, config.trunk_heads, axial=i != 2) for i in range(config.trunk_layers)]
        )
        self.norm = nn.LayerNorm(sixteenth)
        self.up_eighth = nn.Conv2d(sixteenth, eighth, 1)
        self.up_block = Residual(eighth)
        self.up_quarter = nn.Conv2d(eighth, config.pyramid, 1)
        self.skip_quarter = nn.Conv2d(quarter, config.pyramid, 1)
        self.last_block = Residual(config.pyramid)
        self.head = ChannelNorm(config.pyramid)
        self.marks = nn.Conv2d(config.pyramid, KINDS + 2, 1)
        # A mark is at one cell of a hundred at most (CornerNet's prior); offsets begin at the cell's middle.
        self.marks.bias = nn.Parameter(torch.tensor([-4.6] * KINDS + [0.0, 0.0]))

    def forward(self, pixels: Tensor, cells: Tensor, words: Tensor) -> TrunkOutput:
        """Looks at images.

        Args:
            pixels: (batch, 3, H, W) in [-1, 1], zero outside the images.
            cells: (batch, H/16, W/16), true inside the image.
            words: (batch, H/16, W/16, widths[2]), the sum of what the words in each patch add to it.
        """
        sight = find_sight(cells)
        masks = {stride: None if sight.all is None else enlarge(cells, PATCH // stride) for stride in (4, 8)}
        quarter = self.stem(unshuffle(pixels.to(self.stem.weight.dtype)))
        for block in self.quarter:
            quarter = block(quarter, masks[4])
        eighth = self.to_eighth(quarter)
        for block in self.eighth:
            eighth = block(eighth, masks[8])
        patches = self.to_sixteenth(eighth).permute(0, 2, 3, 1)
        tokens = (patches + words.to(patches.dtype)).flatten(1, 2)
        angles = cell_angles(*sight.shape, self.dim, tokens.device)
        cos, sin = angles.cos(), angles.sin()
        for layer in self.layers:
            tokens = layer(tokens, cos, sin, sight)
        coarse = self.norm(tokens).unflatten(1, sight.shape).permute(0, 3, 1, 2)
        up = F.interpolate(self.up_eighth(coarse), scale_factor=2.0, mode="nearest") + eighth
        up = self.up_block(up, masks[8])
        fine = F.interpolate(self.up_quarter(up), scale_factor=2.0, mode="nearest") + self.skip_quarter(quarter)
        fine = self.last_block(fine, masks[4])
        heat, offset = self.marks(F.relu(self.head(fine))).float().split((KINDS, 2), 1)
        return TrunkOutput(fine, coarse, heat, offset.tanh() * 0.75)
