"""The trunk: from an image and its words to features at 1/4 and 1/16 of the image, and the map of marks."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from serve_app.models.chart.configuration import ChartGraphConfig
from serve_app.models.chart.scene import MarkKind

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


class ChannelNorm(nn.Module):
    """Root-mean-square norm over channels at each position, so that padding cannot change an image's features."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Takes and returns (batch, channels, height, width)."""
        scale = torch.rsqrt((x * x).mean(1, keepdim=True, dtype=torch.float32) + 1e-6)
        return x * scale.to(x.dtype) * self.weight.to(x.dtype)[:, None, None]


class Residual(nn.Module):
    """Two 3x3 convolutions beside an identity; `mask` keeps what lies outside the image at zero."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Takes and returns (batch, channels, height, width); `mask` is (batch, 1, height, width)."""
        mask = mask.to(x.dtype)
        inner = F.relu(self.first(self.norm(x) * mask)) * mask
        return x + self.second(inner)


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Rotary positions (Su et al., 2021): turns pairs of channels of (..., tokens, dim) by (tokens, dim / 2)."""
    left, right = x.float().chunk(2, -1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((left * cos - right * sin, left * sin + right * cos), -1).to(x.dtype)


def cell_angles(height: int, width: int, dim: int, device: torch.device) -> Tensor:
    """Returns (height * width, dim / 2): half of the pairs turn with x, half with y."""
    frequencies = torch.logspace(0.3, -1.7, dim // 4, device=device)
    y, x = torch.meshgrid(
        torch.arange(height, device=device), torch.arange(width, device=device), indexing="ij"
    )
    return torch.cat((x.reshape(-1, 1) * frequencies, y.reshape(-1, 1) * frequencies), -1)


class PatchLayer(nn.Module):
    """A pre-norm transformer layer over patches with rotary positions along both axes."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.ff_norm = nn.LayerNorm(width)
        self.ff = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width))
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.ff[2].weight)

    def forward(self, x: Tensor, angles: Tensor, mask: Tensor) -> Tensor:
        """Takes and returns (batch, tokens, width); `mask` (batch, 1, 1, tokens) is true at real patches."""
        q, k, v = self.qkv(self.norm(x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(rotate(q, angles), rotate(k, angles), v, attn_mask=mask)
        x = x + self.out(attended.transpose(1, 2).flatten(2))
        return x + self.ff(self.ff_norm(x))


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
        self.dim = sixteenth // config.heads
        self.layers = nn.ModuleList([PatchLayer(sixteenth, config.heads) for _ in range(config.trunk_layers)])
        self.norm = nn.LayerNorm(sixteenth)
        self.up_eighth = nn.Conv2d(sixteenth, eighth, 1)
        self.up_block = Residual(eighth)
        self.up_quarter = nn.Conv2d(eighth, config.pyramid, 1)
        self.skip_quarter = nn.Conv2d(quarter, config.pyramid, 1)
        self.last_block = Residual(config.pyramid)
        self.head = ChannelNorm(config.pyramid)
        self.marks = nn.Conv2d(config.pyramid, KINDS + 2, 1)
        nn.init.constant_(self.marks.bias, 0.0)
        with torch.no_grad():
            self.marks.bias[:KINDS] = -4.6  # a mark is at one cell of a hundred at most (CornerNet's prior)

    def forward(self, pixels: Tensor, cells: Tensor, words: Tensor) -> TrunkOutput:
        """Takes `pixels` (batch, 3, H, W) in about [-1, 1], `cells` (batch, H/16, W/16), true inside the image, and
        `words` (batch, H/16, W/16, widths[2]), the sum of what the words in each patch add to it.
        """
        masks = {16 // s: cells[:, None].repeat_interleave(s, 2).repeat_interleave(s, 3).to(pixels.dtype) for s in (1, 2, 4)}
        quarter = self.stem(F.pixel_unshuffle(pixels, STRIDE).contiguous(memory_format=torch.channels_last))
        for block in self.quarter:
            quarter = block(quarter, masks[4])
        eighth = self.to_eighth(quarter)
        for block in self.eighth:
            eighth = block(eighth, masks[8])
        patches = self.to_sixteenth(eighth).permute(0, 2, 3, 1)
        batch, height, width, _ = patches.shape
        tokens = (patches + words.to(patches.dtype)).flatten(1, 2)
        angles = cell_angles(height, width, self.dim, tokens.device)
        keep = cells.flatten(1)[:, None, None, :]
        for layer in self.layers:
            tokens = layer(tokens, angles, keep)
        coarse = self.norm(tokens).unflatten(1, (height, width)).permute(0, 3, 1, 2)
        up = F.interpolate(self.up_eighth(coarse), scale_factor=2.0, mode="nearest") + eighth
        up = self.up_block(up, masks[8])
        fine = F.interpolate(self.up_quarter(up), scale_factor=2.0, mode="nearest") + self.skip_quarter(quarter)
        fine = self.last_block(fine, masks[4])
        heat, offset = self.marks(F.relu(self.head(fine))).float().split((KINDS, 2), 1)
        return TrunkOutput(fine, coarse, heat, offset.tanh() * 0.75)
