"""Trains ChartGraph on rendered charts.

`python -m serve_app.chartgraph.training.train --out DIR [--resume] [--minutes N]`
"""

import argparse
import copy
import logging
import math
import os
import signal
import time
from collections import defaultdict
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from serve_app.chartgraph.configuration import ChartGraphConfig
from serve_app.chartgraph.modeling import ChartGraphForTableExtraction
from serve_app.chartgraph.training.dataset import ChartBatches
from serve_app.chartgraph.training.export import export_model
from serve_app.chartgraph.training.losses import found_marks, linker_losses, propose_marks, trunk_losses
from serve_app.chartgraph.training.ocr_readings import load_readings

log = logging.getLogger(__name__)

WEIGHTS = {"kind": 0.2, "stacked": 0.2, "real": 0.5}
"""Losses that do not count fully."""

WARM_UP = 200

LONGEST_STEP_S = 10.0
"""A step that took longer was interrupted (SIGSTOP, a suspended machine): the rest does not count as training."""


class Trainer:
    """The model, its averaged copy, the optimiser, and how far they got."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.device = torch.device(args.device)
        self.model = ChartGraphForTableExtraction(ChartGraphConfig()).to(self.device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        matrices = [p for p in self.model.parameters() if p.ndim > 1]
        vectors = [p for p in self.model.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": 0.02}, {"params": vectors, "weight_decay": 0.0}],
            lr=args.lr,
            betas=(0.9, 0.98),
        )
        self.step, self.seed, self.seconds = 0, args.first_seed, 0.0

    @property
    def checkpoint(self) -> Path:
        """Where the state is kept between runs."""
        return Path(self.args.out) / "checkpoint.pt"

    def save(self) -> None:
        """Writes the state so that a crash leaves either the old one or the new one."""
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seed": self.seed,
            "seconds": self.seconds,
        }
        part = self.checkpoint.with_suffix(".part")
        torch.save(state, part)
        os.replace(part, self.checkpoint)

    def load(self) -> None:
        """Continues from what `save` wrote."""
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seed, self.seconds = state["step"], state["seed"], state["seconds"]

    def start_from(self, weights: Path) -> None:
        """Takes exported weights for a beginning; what the optimiser knew of them is not kept in there."""
        state = ChartGraphForTableExtraction.from_pretrained(weights, dtype=torch.float32).state_dict()
        self.model.load_state_dict(state)
        self.average.load_state_dict(state)

    def learn(self, batch: dict[str, Tensor], rate: float) -> dict[str, Tensor]:
        """Takes one step and returns losses and accuracies."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = {name: tensor.to(self.device, non_blocking=True) for name, tensor in batch.items()}
        words = {name: batch[name] for name in ("words", "texts", "word_mask")}
        pixels, cells = batch["pixel_values"], batch["cell_mask"]
        whole = self.step % self.args.trunk_every == 0
        with torch.autocast(self.device.type, torch.bfloat16):
            with torch.set_grad_enabled(whole):
                trunk = self.model.look(pixel_values=pixels, cell_mask=cells, **words)
            marks, kinds, mask, links = propose_marks(trunk, batch)
            given = {"marks": marks, "mark_kinds": kinds, "mark_mask": mask, "sizes": batch["sizes"]}
            linked = self.model.linker(pixels, cells, trunk, **words, **given)
        losses = trunk_losses(trunk, batch) if whole else {}
        more, right = linker_losses(linked, batch, kinds, mask, links)
        losses |= more
        loss = torch.stack([WEIGHTS.get(name, 1.0) * value for name, value in losses.items()]).sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.args.clip)
        if torch.isfinite(norm):
            self.optimizer.step()
        self.step += 1
        self._average()
        report = {f"loss_{name}": value.detach() for name, value in losses.items()} | right | {"norm": norm}
        if self.step % 10 == 0:
            with torch.no_grad():
                report |= found_marks(trunk, batch)
        return report

    def _average(self) -> None:
        decay = min(0.998, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            old = list(self.average.state_dict().values())
            torch._foreach_lerp_(old, list(self.model.state_dict().values()), 1 - decay)


def learning_rate(base: float, step: int, elapsed: float, args: argparse.Namespace) -> float:
    """Linear warm-up, then constant, then a half cosine to 0 over the last `decay_minutes` of `minutes`."""
    rate = base * min(1.0, (step + 1) / WARM_UP)
    if args.decay_minutes:
        done = (elapsed / 60 - (args.minutes - args.decay_minutes)) / args.decay_minutes
        rate *= 0.5 * (1 + math.cos(math.pi * min(max(done, 0.0), 1.0)))
    return rate


def train(args: argparse.Namespace) -> None:
    """Runs until the minutes are over or SIGTERM comes; leaves a checkpoint and exported weights in `args.out`."""
    trainer = Trainer(args)
    Path(args.out).mkdir(parents=True, exist_ok=True)
    if args.resume and trainer.checkpoint.exists():
        trainer.load()
    elif args.start:
        trainer.start_from(args.start)
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    loader = DataLoader(
        ChartBatches(trainer.seed, args.batch, list(load_readings(args.readings))),
        batch_size=None,
        num_workers=args.workers,
        prefetch_factor=4 if args.workers else None,
    )
    last = since = time.monotonic()
    elapsed, before, sums = 0.0, trainer.seconds, defaultdict(list)
    log.info("%.2f M parameters, from step %d", sum(p.numel() for p in trainer.model.parameters()) / 1e6, trainer.step)
    for batch in loader:
        now = time.monotonic()
        elapsed, last = elapsed + min(now - last, LONGEST_STEP_S), now
        trainer.seconds = before + elapsed
        if stopped or elapsed > args.minutes * 60:
            break
        trainer.seed = max(trainer.seed, int(batch.pop("seed")))
        rate = learning_rate(args.lr, trainer.step, elapsed, args)
        for name, value in trainer.learn(batch, rate).items():
            sums[name].append(float(value))
        if trainer.step % args.log_every == 0:
            speed = args.log_every * args.batch / (time.monotonic() - since)
            means = " ".join(f"{name} {sum(v) / len(v):.3f}" for name, v in sums.items())
            log.info("step %d, %.0f s, %.1f charts/s, lr %.1e: %s", trainer.step, trainer.seconds, speed, rate, means)
            since, sums = time.monotonic(), defaultdict(list)
        if trainer.step % args.save_every == 0:
            trainer.save()
    trainer.save()
    export_model(trainer.average, Path(args.out) / "model")


def main() -> None:
    """Parses the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="folder of the checkpoint and the exported weights")
    parser.add_argument("--resume", action="store_true", help="continue from the checkpoint in --out")
    parser.add_argument("--start", type=Path, help="where there is nothing to resume, exported weights to begin with")
    parser.add_argument("--readings", type=Path, nargs="*", default=[], help="files of tests.bench.charts.readings")
    parser.add_argument("--minutes", type=float, default=100.0)
    parser.add_argument("--decay-minutes", type=float, default=0.0, help="let the rate fall to 0 over the last minutes")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--trunk-every", type=int, default=1, help="train the trunk, which costs most, every N steps")
    parser.add_argument("--clip", type=float, default=2.0)
    parser.add_argument("--workers", type=int, default=1, help="processes that render charts")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of the model")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--log-every", type=int, default=100)
    parser.add_argument("--save-every", type=int, default=200)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    train(args)


if __name__ == "__main__":
    main()
