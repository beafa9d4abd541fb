"""What training minimises, and how well each head does on a batch."""

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own alias
from torch import Tensor

from serve_app.chartgraph.linker import LINKS, LinkerOutput
from serve_app.chartgraph.modeling import find_marks
from serve_app.chartgraph.roles import MarkKind
from serve_app.chartgraph.training.dataset import UNTOLD
from serve_app.chartgraph.trunk import PATCH, STRIDE, TrunkOutput

MATCH = 8.0
"""Pixels within which a peak counts as the mark it should be."""

RARE = 2.5
"""Weight in the map of marks of the kinds that few charts have, or few of them."""

_RARE = (MarkKind.AREA, MarkKind.SLICE, MarkKind.RIM, MarkKind.HUB)
_LINKED = (MarkKind.COLUMN, MarkKind.BAR, MarkKind.POINT, MarkKind.AREA, MarkKind.SLICE, MarkKind.SWATCH)


def focal_loss(logits: Tensor, target: Tensor, inside: Tensor) -> Tensor:
    """Penalty-reduced focal loss of CornerNet (Law & Deng, 2018), alpha 2 and beta 4, per mark.

    Takes logits and targets (batch, kinds, h, w) and `inside` (batch, 1, h, w).
    """
    score = logits.sigmoid()
    positive = target == 1
    loss_positive = -F.logsigmoid(logits) * (1 - score).square() * positive
    loss_negative = -F.logsigmoid(-logits) * score.square() * (1 - target).pow(4) * ~positive * inside
    weight = logits.new_tensor([RARE if kind in _RARE else 1.0 for kind in MarkKind])[:, None, None]
    return ((loss_positive + loss_negative) * weight).sum() / positive.sum().clamp(min=1)


def offset_loss(offset: Tensor, marks: Tensor, present: Tensor) -> Tensor:
    """Mean distance in cells between a mark (batch, n, 2) in pixels and where its own cell says that it is."""
    height, width = offset.shape[-2:]
    limit = marks.new_tensor((width - 1, height - 1))
    cell = (marks / STRIDE).floor().clamp(min=0).minimum(limit)
    want = marks / STRIDE - cell - 0.5
    index = (cell[..., 1] * width + cell[..., 0]).long()[:, None].expand(-1, 2, -1)
    got = offset.flatten(2).gather(2, index).transpose(1, 2)
    return ((got - want).abs() * present[..., None]).sum() / present.sum().clamp(min=1)


@torch.no_grad()
def propose_marks(trunk: TrunkOutput, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The marks that the linker is trained on: true ones, shaken; wrong peaks of the map; random ones.

    Returns:
        marks (batch, n, 3), kinds (batch, n), mask (batch, n) and links (batch, n, 3): -100 unless a true mark.
    """
    true, kinds = batch["target_marks"], batch["target_mark_kinds"]
    present = kinds >= 0
    kept = present & (torch.rand_like(true[..., 0]) > 0.05)
    score = 0.3 + 0.7 * torch.rand_like(true[..., :1]).sqrt()
    shaken = torch.cat((true + torch.randn_like(true) * 0.6, score), -1)
    peaks, peak_kinds, peak_mask = find_marks(trunk, batch["cell_mask"], 0.1, 48)
    distance = torch.cdist(peaks[..., :2].float(), true)
    same = (peak_kinds[..., None] == kinds[:, None]) & present[:, None]
    wrong = peak_mask & ~((distance < MATCH) & same).any(-1)
    count = 6
    anywhere = torch.rand(len(true), count, 3, device=true.device)
    anywhere[..., :2] *= batch["sizes"][:, None]
    anywhere[..., 2] = 0.1 + 0.6 * anywhere[..., 2].square()
    near = (torch.cdist(anywhere[..., :2], true) < MATCH) & present[:, None]
    random_kinds = kinds.clamp(min=0)[:, torch.randint(kinds.shape[1], (count,), device=kinds.device)]
    none = torch.full_like(batch["target_links"][:, :1], -100)
    return (
        torch.cat((shaken, peaks, anywhere), 1),
        torch.cat((kinds.clamp(min=0), peak_kinds, random_kinds), 1),
        torch.cat((kept, wrong, ~near.any(-1)), 1),
        torch.cat((batch["target_links"], none.expand(-1, peaks.shape[1] + count, -1)), 1),
    )


def trunk_losses(trunk: TrunkOutput, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Losses of the map of marks and of the offsets."""
    inside = batch["cell_mask"][:, None].repeat_interleave(PATCH // STRIDE, 2).repeat_interleave(PATCH // STRIDE, 3)
    return {
        "heat": focal_loss(trunk.heat, batch["target_heat"], inside),
        "offset": offset_loss(trunk.offset, batch["target_marks"], batch["target_mark_kinds"] >= 0),
    }


def linker_losses(
    linked: LinkerOutput, batch: dict[str, Tensor], kinds: Tensor, mask: Tensor, links: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Losses and accuracies of the linker's heads on the marks of `propose_marks`."""
    true = (links[..., 0] != -100) & mask
    linkable = true & torch.isin(kinds, torch.tensor([int(k) for k in _LINKED], device=kinds.device))
    losses = {
        "role": _mean(
            F.cross_entropy(linked.role.transpose(1, 2), batch["target_roles"], ignore_index=UNTOLD, reduction="none"),
            batch["target_roles"] != UNTOLD,
        ),
        "kind": F.cross_entropy(linked.kind, batch["target_kind"]),
        "stacked": F.binary_cross_entropy_with_logits(linked.stacked, batch["target_stacked"]),
        "real": _mean(F.binary_cross_entropy_with_logits(linked.real, true.float(), reduction="none"), mask),
    }
    right = {
        "role": _mean((linked.role.argmax(-1) == batch["target_roles"]).float(), batch["target_roles"] != UNTOLD),
        "kind": (linked.kind.argmax(-1) == batch["target_kind"]).float().mean(),
        "real": _mean(((linked.real > 0) == true).float(), mask),
    }
    for i, name in enumerate(LINKS):
        target = links[..., i].clamp(min=0)
        loss = F.cross_entropy(linked.links[:, i].transpose(1, 2), target, reduction="none")
        losses[name] = _mean(loss, linkable)
        some = linkable & (target > 0)
        right[name] = _mean((linked.links[:, i].argmax(-1) == target).float(), some)
        right[f"no_{name}"] = _mean((linked.links[:, i].argmax(-1) == target).float(), linkable & (target == 0))
    return losses, right


def found_marks(trunk: TrunkOutput, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Precision and recall of peaks over 0.3 within half of MATCH of a true mark of their kind."""
    peaks, kinds, mask = find_marks(trunk, batch["cell_mask"], 0.3, 160)
    true, present = batch["target_marks"], batch["target_mark_kinds"] >= 0
    near = torch.cdist(peaks[..., :2].float(), true) < MATCH / 2
    near &= (kinds[..., None] == batch["target_mark_kinds"][:, None]) & mask[..., None] & present[:, None]
    return {"precision": _mean(near.any(2).float(), mask), "recall": _mean(near.any(1).float(), present)}


def _mean(values: Tensor, where: Tensor) -> Tensor:
    return (values * where).sum() / where.sum().clamp(min=1)
