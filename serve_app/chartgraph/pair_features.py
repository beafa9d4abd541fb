"""How two tokens of the linker lie to each other, and how alike their colours are."""

import torch
from torch import Tensor

SAMPLES = 6
"""Colours that are looked at for each token; the first is its key colour."""

PAIR_FEATURES = 25 + 4 * SAMPLES
"""Numbers that describe an ordered pair of tokens."""

_RING = ((0.0, -1.0), (0.0, 1.0), (-1.0, 0.0), (1.0, 0.0))


def sample_map(features: Tensor, points: Tensor, stride: int, extent: Tensor) -> Tensor:
    """Reads `features` (batch, channels, h, w) bilinearly at `points` (batch, n, 2) in pixels: (batch, n, channels).

    Points outside of `extent` (batch, 2), the pixels that belong to each image, are moved to its border.
    """
    height, width = features.shape[-2:]
    place = points.clamp(min=stride / 2).minimum(extent[:, None] - stride / 2) / stride - 0.5
    corner = place.detach().floor()
    share = place - corner
    flat = features.permute(0, 2, 3, 1).reshape(-1, features.shape[1])  # a view, as features are channels-last
    first = torch.arange(len(points), device=points.device)[:, None] * (height * width)
    left, top = corner.long().unbind(-1)
    right, bottom = (left + 1).clamp(max=width - 1), (top + 1).clamp(max=height - 1)
    index = torch.stack([first + y * width + x for y in (top, bottom) for x in (left, right)])
    x, y = share.unbind(-1)
    weight = torch.stack(((1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y))
    values = flat.index_select(0, index.flatten()).unflatten(0, index.shape)
    return (values * weight[..., None]).sum(0)


def _key_colours(pixels: Tensor, centres: Tensor, radius: Tensor, background: Tensor, extent: Tensor) -> Tensor:
    """The colour farthest from the background in a 5x5 grid of half-width `radius` pixels: (batch, n, 3)."""
    steps = torch.linspace(-1, 1, 5, device=pixels.device)
    grid = torch.cartesian_prod(steps, steps)
    points = centres[:, :, None] + grid * radius[..., None, None]
    return _farthest_colours(pixels, points, background, extent)


def _ink_colours(pixels: Tensor, words: Tensor, background: Tensor, extent: Tensor) -> Tensor:
    """The same in a grid along the middle of each word: thin letters leave most of a word's pixels empty."""
    along = torch.stack((words[..., 5], -words[..., 4]), -1) * words[..., 2:3]
    across = torch.stack((words[..., 4], words[..., 5]), -1) * words[..., 3:4]
    steps = torch.linspace(-0.45, 0.45, 21, device=pixels.device), torch.linspace(-0.2, 0.2, 5, device=pixels.device)
    grid = torch.cartesian_prod(*steps)
    points = words[:, :, None, :2] + along[:, :, None] * grid[:, :1] + across[:, :, None] * grid[:, 1:]
    return _farthest_colours(pixels, points, background, extent)


def _farthest_colours(pixels: Tensor, points: Tensor, background: Tensor, extent: Tensor) -> Tensor:
    """Of the colours at some points (batch, n, points, 2), that farthest from the background: (batch, n, 3)."""
    colours = sample_map(pixels, points.flatten(1, 2), 1, extent).unflatten(1, (-1, points.shape[2]))
    far = (colours - background[:, None, None]).square().sum(-1)
    best = far.argmax(-1)[..., None, None].expand(-1, -1, 1, 3)
    return colours.gather(2, best)[:, :, 0]


def mark_colours(pixels: Tensor, points: Tensor, background: Tensor, extent: Tensor) -> Tensor:
    """Returns (batch, marks, SAMPLES, 3): the key colour, the centre, and 3 px above, below, left and right of it."""
    key = _key_colours(pixels, points, points.new_full(points.shape[:2], 2.5), background, extent)
    offsets = points.new_tensor(((0.0, 0.0), *_RING)) * 3.0
    around = sample_map(pixels, (points[:, :, None] + offsets).flatten(1, 2), 1, extent).unflatten(1, (-1, 5))
    return torch.cat((key[:, :, None], around), 2)


def word_colours(pixels: Tensor, words: Tensor, background: Tensor, extent: Tensor) -> Tensor:
    """Returns (batch, words, SAMPLES, 3).

    First the key colour left of the word, where a legend's key is, then the ink and pixels at four distances left.
    """
    _, start, _ = word_points(words)
    height = words[..., 3]
    along = torch.stack((words[..., 5], -words[..., 4]), -1)
    left = _key_colours(pixels, start - along * height[..., None] * 1.3, height * 0.5, background, extent)
    ink = _ink_colours(pixels, words, background, extent)
    distances = words.new_tensor((0.7, 1.1, 1.6, 2.3))
    steps = start[:, :, None] - along[:, :, None] * (height[..., None] * distances)[..., None]
    beside = sample_map(pixels, steps.flatten(1, 2), 1, extent).unflatten(1, (-1, 4))
    return torch.cat((left[:, :, None], ink[:, :, None], beside), 2)


def background_colours(pixels: Tensor, cells: Tensor) -> Tensor:
    """The median colour of each image, from one pixel in sixteen: (batch, 3)."""
    some = pixels[..., 2::4, 2::4].float()
    inside = cells[:, None].repeat_interleave(4, 2).repeat_interleave(4, 3)
    return some.masked_fill(~inside, torch.nan).flatten(2).nanmedian(-1).values


def word_points(words: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Centre, start and end of each word of (batch, words, WORD_GEOMETRY), each (batch, words, 2) in pixels."""
    centre = words[..., :2]
    half = torch.stack((words[..., 5], -words[..., 4]), -1) * words[..., 2:3] / 2
    return centre, centre - half, centre + half


def describe_pairs(points: tuple[Tensor, Tensor, Tensor], colours: Tensor, unit: Tensor) -> Tensor:
    """Returns (batch, tokens, tokens, PAIR_FEATURES) for ordered pairs (from, to).

    Args:
        points: centre, start and end of each token, each (batch, tokens, 2) in pixels.
        colours: (batch, tokens, SAMPLES, 3).
        unit: (batch,) the image's typical text height in pixels, in which distances are told.
    """
    centre, start, end = (p / unit[:, None, None] for p in points)
    delta = centre[:, None] - centre[:, :, None]
    gaps = [delta]
    gaps += [p[:, None] - centre[:, :, None] for p in (start, end)]
    gaps += [centre[:, None] - p[:, :, None] for p in (start, end)]
    gaps += [start[:, None] - start[:, :, None], end[:, None] - end[:, :, None]]
    near = [torch.log1p(4 * gap.abs()) / 3 for gap in gaps]
    lengths = [torch.log1p(4 * gap.square().sum(-1, keepdim=True).add(1e-6).sqrt()) / 3 for gap in gaps[:5]]
    close = [torch.exp(-2 * gap.abs()) for gap in gaps[:2]]
    key = colours[:, :, :1]
    alike = (colours[:, :, None] - key[:, None]).square().sum(-1).add(1e-6).sqrt()  # from's samples to to's key
    alike = torch.cat((alike, alike.transpose(1, 2)), -1)
    parts = [
        delta.div(8).clamp(-4, 4),
        torch.tanh(delta),
        *near,
        *lengths,
        *close[:1],
        torch.exp(-4 * alike),
        torch.exp(-12 * alike),
    ]
    return torch.cat(parts, -1)
