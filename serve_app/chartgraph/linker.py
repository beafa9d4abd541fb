"""The linker: words and marks as tokens that see each other's place and colour; roles and links come out."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own alias
from torch import Tensor, nn

from serve_app.chartgraph.configuration import ChartGraphConfig
from serve_app.chartgraph.features import TEXT_FEATURES
from serve_app.chartgraph.pair_features import (
    PAIR_FEATURES,
    SAMPLES,
    background_colours,
    describe_pairs,
    mark_colours,
    sample_map,
    word_colours,
    word_points,
)
from serve_app.chartgraph.roles import CHART_KINDS, MarkKind, Role
from serve_app.chartgraph.trunk import PATCH, STRIDE, TrunkOutput

LINKS = ("category", "series", "label")
"""What a mark can point to."""


@dataclass(frozen=True, slots=True)
class LinkerOutput:
    """Logits of all heads.

    Attributes:
        role: (batch, words, roles).
        kind: (batch, kinds) in the order of ChartKind.
        stacked: (batch,).
        real: (batch, marks).
        links: (batch, 3, marks, 1 + words), where 0 means none and 1 + i the word i.
    """

    role: Tensor
    kind: Tensor
    stacked: Tensor
    real: Tensor
    links: Tensor


class LinkLayer(nn.Module):
    """A pre-norm transformer layer whose attention is shifted by what the pairs look like."""

    def __init__(self, width: int, heads: int, pair_width: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.bias = nn.Linear(pair_width, heads)
        self.out = nn.Linear(width, width)
        self.ff_norm = nn.LayerNorm(width)
        last = nn.Linear(3 * width, width)
        self.ff = nn.Sequential(nn.Linear(width, 3 * width), nn.ReLU(), last)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(last.weight)

    def forward(self, x: Tensor, pairs: Tensor, blocked: Tensor) -> Tensor:
        """Takes and returns (batch, tokens, width); `blocked` (batch, 1, 1, tokens) is -inf-like at padding."""
        q, k, v = self.qkv(self.norm(x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        bias = self.bias(pairs).permute(0, 3, 1, 2) + blocked.to(q.dtype)
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype))
        x = x + self.out(attended.transpose(1, 2).flatten(2))
        return x + self.ff(self.ff_norm(x))


class Linker(nn.Module):
    """Tokens are [chart], the words, the marks."""

    def __init__(self, config: ChartGraphConfig) -> None:
        super().__init__()
        width, seen = config.linker_width, config.pyramid + config.widths[2]
        colour = 3 * SAMPLES
        self.chart = nn.Parameter(torch.randn(width) * 0.02)
        self.word_in = nn.Linear(TEXT_FEATURES + 10 + 2 * seen + colour, width)
        self.mark_in = nn.Linear(len(MarkKind) + 4 + seen + colour, width)
        self.pair_in = nn.Linear(PAIR_FEATURES, config.pair_width)
        self.pair_from = nn.Linear(width, config.pair_width)
        self.pair_to = nn.Linear(width, config.pair_width)
        self.layers = nn.ModuleList(
            [LinkLayer(width, config.heads, config.pair_width) for _ in range(config.linker_layers)]
        )
        self.norm = nn.LayerNorm(width)
        self.role = nn.Linear(width, len(Role))
        self.kind = nn.Linear(width, len(CHART_KINDS))
        self.stacked = nn.Linear(width, 1)
        self.real = nn.Linear(width, 1)
        self.query = nn.Linear(width, len(LINKS) * 64)
        self.key = nn.Linear(width, len(LINKS) * 64)
        self.link_pair = nn.Linear(config.pair_width, config.pair_width)
        self.link_from = nn.Linear(width, config.pair_width)
        self.link_to = nn.Linear(width, config.pair_width)
        self.link_out = nn.Linear(config.pair_width, len(LINKS))
        self.none = nn.Linear(width, len(LINKS))

    def forward(
        self,
        pixels: Tensor,
        cells: Tensor,
        trunk: TrunkOutput,
        *,
        words: Tensor,
        texts: Tensor,
        word_mask: Tensor,
        marks: Tensor,
        mark_kinds: Tensor,
        mark_mask: Tensor,
        sizes: Tensor,
    ) -> LinkerOutput:
        """Links marks to words.

        Args:
            pixels: (batch, 3, H, W) as the trunk saw them.
            cells: (batch, H/16, W/16), true inside the image.
            trunk: what the trunk made of them.
            words: (batch, words, WORD_GEOMETRY) in pixels of `pixels`.
            texts: (batch, words, TEXT_FEATURES).
            word_mask: (batch, words), true at words.
            marks: (batch, marks, 3): x and y in pixels, score in [0, 1].
            mark_kinds: (batch, marks) of MarkKind.
            mark_mask: (batch, marks), true at marks.
            sizes: (batch, 2) width and height of each image within `pixels`.
        """
        pixels = pixels.contiguous(memory_format=torch.channels_last)
        centre, start, end = word_points(words)
        points = marks[..., :2]
        unit = typical_height(words, word_mask)
        background = background_colours(pixels, cells)
        extent = torch.stack((cells.any(1).sum(1), cells.any(2).sum(1)), 1) * float(PATCH)
        colours = torch.cat(
            (
                pixels.new_zeros(len(pixels), 1, SAMPLES, 3),
                word_colours(pixels, words, background, extent),
                mark_colours(pixels, points, background, extent),
            ),
            1,
        )
        tokens = self._embed(
            trunk,
            words=words,
            texts=texts,
            marks=marks,
            mark_kinds=mark_kinds,
            sizes=sizes,
            colours=colours,
            unit=unit,
            inside=extent,
        )
        middle = sizes[:, None] / 2
        centres, starts, ends = (torch.cat((middle, p, points), 1) for p in (centre, start, end))
        features = describe_pairs((centres, starts, ends), colours, unit)
        pairs = self.pair_in(features) + self.pair_from(tokens)[:, :, None] + self.pair_to(tokens)[:, None]
        pairs = F.relu(pairs)
        mask = torch.cat((word_mask.new_ones(len(word_mask), 1), word_mask, mark_mask), 1)
        blocked = torch.where(mask, 0.0, -1e4)[:, None, None]
        for layer in self.layers:
            tokens = layer(tokens, pairs, blocked)
        tokens = self.norm(tokens)
        count = words.shape[1]
        chart, word, mark = tokens[:, 0], tokens[:, 1 : 1 + count], tokens[:, 1 + count :]
        return LinkerOutput(
            role=self.role(word).float(),
            kind=self.kind(chart).float(),
            stacked=self.stacked(chart)[:, 0].float(),
            real=self.real(mark)[..., 0].float(),
            links=self._link(word, mark, pairs[:, 1 + count :, 1 : 1 + count], word_mask),
        )

    def _embed(
        self,
        trunk: TrunkOutput,
        *,
        words: Tensor,
        texts: Tensor,
        marks: Tensor,
        mark_kinds: Tensor,
        sizes: Tensor,
        colours: Tensor,
        unit: Tensor,
        inside: Tensor,
    ) -> Tensor:
        centre, start, end = word_points(words)
        points, count = marks[..., :2], words.shape[1]
        extent = sizes[:, None]
        everywhere = torch.cat((centre, start, points), 1)
        seen = torch.cat(
            (sample_map(trunk.fine, everywhere, STRIDE, inside), sample_map(trunk.coarse, everywhere, PATCH, inside)),
            -1,
        )
        height = unit[:, None, None]
        shape = torch.cat(
            (centre / extent, start / extent, end / extent, words[..., 2:4].div(height).log1p(), words[..., 4:]), -1
        )
        colour = colours.flatten(2)
        word = self.word_in(
            torch.cat((texts, shape, seen[:, :count], seen[:, count : 2 * count], colour[:, 1 : 1 + count]), -1)
        )
        kinds = F.one_hot(mark_kinds, len(MarkKind)).to(texts.dtype)
        place = torch.cat((points / extent, marks[..., 2:], height.expand(-1, points.shape[1], 1) / 16), -1)
        mark = self.mark_in(torch.cat((kinds, place, seen[:, 2 * count :], colour[:, 1 + count :]), -1))
        return torch.cat((self.chart.to(word.dtype).expand(len(word), 1, -1), word, mark), 1)

    def _link(self, word: Tensor, mark: Tensor, pairs: Tensor, word_mask: Tensor) -> Tensor:
        query = self.query(mark).unflatten(-1, (len(LINKS), -1)).transpose(1, 2)
        key = self.key(word).unflatten(-1, (len(LINKS), -1)).permute(0, 2, 3, 1)
        hidden = self.link_pair(pairs) + self.link_from(mark)[:, :, None] + self.link_to(word)[:, None]
        scores = (query @ key).float() / 8 + self.link_out(F.relu(hidden)).permute(0, 3, 1, 2).float()
        scores = scores.masked_fill(~word_mask[:, None, None], -1e4)
        return torch.cat((self.none(mark).transpose(1, 2)[..., None].float(), scores), -1)


def typical_height(words: Tensor, mask: Tensor) -> Tensor:
    """The median height of each image's words in pixels, 12 where there are none: (batch,)."""
    heights = words[..., 3].masked_fill(~mask, torch.nan).nanmedian(1).values
    return heights.nan_to_num(12.0).clamp(4.0, 48.0)
