"""Training examples: rendered charts, their words shaken to look like OCR, and the targets of every head."""

import logging
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from serve_app.chartgraph.features import describe_texts, place_words
from serve_app.chartgraph.processing import pad_images, scale_image
from serve_app.chartgraph.roles import CHART_KINDS, MarkKind
from serve_app.chartgraph.training.ocr_readings import Reading, match_words
from serve_app.chartgraph.training.renderer import render, render_figure
from serve_app.chartgraph.training.scene import Scene
from serve_app.chartgraph.training.word_noise import shake_words
from serve_app.chartgraph.trunk import KINDS, STRIDE
from serve_app.domain import ChartKind, TextLine

log = logging.getLogger(__name__)

MAX_WORDS = 96
MAX_MARKS = 120
SIDES = (352, 384, 416, 448, 480, 512)
"""Long sides in pixels that training draws from."""

SKIPPED = {ChartKind.BAR: 0.45}
"""Share of rendered charts that are not trained on: the renderer draws bars more often than they are hard."""

_SIGMA = 0.9
_WIDE = {MarkKind.SLICE: 2.0, MarkKind.HUB: 1.5}
"""Cells. How far from a mark a peak still counts as near; the middle of a large shape is hard to tell exactly."""


UNTOLD = -100
"""Target of a role that is not trained: in what is no chart, words have none."""

Chart = tuple[Scene, Sequence[TextLine] | None]
"""A chart with the lines that OCR read on it, or None where its words are to be shaken."""

FIGURES = 0.07
"""Share of pictures that are no charts."""

READ_SHARE = 0.5
"""Share of the charts with OCR's own words in training, where there are such."""


@dataclass(frozen=True, slots=True)
class Example:
    """One chart as arrays; link targets are 0 for none and 1 + i for the word i."""

    pixels: npt.NDArray[np.float32]
    words: npt.NDArray[np.float32]
    texts: npt.NDArray[np.float32]
    roles: npt.NDArray[np.int64]
    marks: npt.NDArray[np.float32]
    mark_kinds: npt.NDArray[np.int64]
    links: npt.NDArray[np.int64]
    kind: int
    stacked: bool


def make_example(scene: Scene, long_side: int, rng: random.Random, lines: Sequence[TextLine] | None = None) -> Example:
    """Scales a scene to `long_side` pixels; its words are those of OCR's `lines`, or shaken to look like them."""
    pixels, scale = scale_image(scene.image, long_side)
    if lines is None:
        words, index = shake_words(scene.words, rng, MAX_WORDS)
    else:
        words, index = match_words(scene.words, lines, MAX_WORDS)
    marks = scene.marks[:MAX_MARKS]
    links = [[0 if w is None else index.get(w, -1) + 1 for w in (m.category, m.series, m.label)] for m in marks]
    return Example(
        pixels=pixels,
        words=place_words(words, scale),
        texts=describe_texts([w.text for w in words]),
        roles=np.asarray([UNTOLD if scene.kind is ChartKind.UNKNOWN else w.role for w in words], np.int64),
        marks=np.asarray([(m.x * scale, m.y * scale) for m in marks], np.float32).reshape(-1, 2),
        mark_kinds=np.asarray([m.kind for m in marks], np.int64),
        links=np.asarray(links, np.int64).reshape(-1, 3),
        kind=CHART_KINDS.index(scene.kind),
        stacked=scene.stacked,
    )


def draw_heat(example: Example, height: int, width: int) -> npt.NDArray[np.float32]:
    """The target (KINDS, height, width) of the map of marks: 1 at a mark's cell and Gaussian around the mark."""
    heat = np.zeros((KINDS, height, width), np.float32)
    places = [
        (kind, x, y, min(max(int(y), 0), height - 1), min(max(int(x), 0), width - 1))
        for (x, y), kind in zip(example.marks / STRIDE, example.mark_kinds, strict=True)
    ]
    for kind, x, y, row, column in places:
        sigma = _WIDE.get(MarkKind(kind), _SIGMA)
        reach = math.ceil(2 * sigma)
        rows = np.arange(max(row - reach, 0), min(row + reach + 1, height))
        columns = np.arange(max(column - reach, 0), min(column + reach + 1, width))
        away = (rows[:, None] + 0.5 - y) ** 2 + (columns[None] + 0.5 - x) ** 2
        patch = heat[kind, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        np.maximum(patch, 0.95 * np.exp(-away / (2 * sigma**2)), out=patch)
    for kind, _, _, row, column in places:
        heat[kind, row, column] = 1.0
    return heat


def collate(examples: list[Example]) -> dict[str, Tensor]:
    """Pads examples to one batch of tensors, with the names of the model's arguments and `target_*` beside them."""
    pixels, cells, sizes = pad_images([e.pixels for e in examples])
    count = max(1, *(len(e.words) for e in examples))
    marks = max(1, *(len(e.marks) for e in examples))
    batch = len(examples)
    out = {
        "pixel_values": pixels,
        "cell_mask": cells,
        "sizes": sizes,
        "words": torch.zeros(batch, count, 6),
        "texts": torch.zeros(batch, count, examples[0].texts.shape[1]),
        "word_mask": torch.zeros(batch, count, dtype=torch.bool),
        "target_roles": torch.full((batch, count), UNTOLD),
        "target_marks": torch.zeros(batch, marks, 2),
        "target_mark_kinds": torch.full((batch, marks), -1),
        "target_links": torch.full((batch, marks, 3), -100),
        "target_heat": torch.zeros(batch, KINDS, *(s // STRIDE for s in pixels.shape[-2:])),
        "target_kind": torch.tensor([e.kind for e in examples]),
        "target_stacked": torch.tensor([float(e.stacked) for e in examples]),
    }
    out["words"][..., 5] = 1.0
    for i, e in enumerate(examples):
        n, m = len(e.words), len(e.marks)
        out["words"][i, :n] = torch.from_numpy(e.words)
        out["texts"][i, :n] = torch.from_numpy(e.texts)
        out["word_mask"][i, :n] = True
        out["target_roles"][i, :n] = torch.from_numpy(e.roles)
        out["target_marks"][i, :m] = torch.from_numpy(e.marks)
        out["target_mark_kinds"][i, :m] = torch.from_numpy(e.mark_kinds)
        out["target_links"][i, :m] = torch.from_numpy(e.links)
        out["target_heat"][i] = torch.from_numpy(draw_heat(e, *out["target_heat"].shape[-2:]))
    return out


def is_skipped(scene: Scene, rng: random.Random) -> bool:
    """Whether a chart is one of those of its kind that are not trained on."""
    return rng.random() < SKIPPED.get(scene.kind, 0.0)


def try_render(seed: int) -> Scene | None:
    """A chart or a picture that is none; None where random data cannot be drawn, as that must not end a training."""
    figure = random.Random(f"sort {seed}").random() < FIGURES
    try:
        return render_figure(seed) if figure else render(seed)
    except (ArithmeticError, ValueError, LookupError):
        log.warning("seed %d could not be rendered", seed, exc_info=True)
        return None


class ChartBatches(IterableDataset[dict[str, Tensor]]):
    """Endless batches of charts of like shape, from the seed `first` on; `seed` in each batch says how far it got.

    `readings` are charts that OCR has read: READ_SHARE of all, if there are any.
    """

    def __init__(self, first: int, batch: int, readings: Sequence[Reading] = (), group: int = 6) -> None:
        super().__init__()
        self.first, self.batch, self.readings, self.group = first, batch, readings, group

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        """Renders `group` batches at a time and sorts them by aspect, so that little of a batch is padding."""
        torch.set_num_threads(1)
        info = get_worker_info()
        workers, worker = (info.num_workers, info.id) if info else (1, 0)
        count = self.batch * self.group
        start = self.first + worker * count
        while True:
            rng = random.Random(start)
            fresh = count - round(READ_SHARE * count if self.readings else 0)
            charts: list[Chart] = []
            for seed in range(start, start + fresh):
                scene = try_render(seed)
                if scene and not is_skipped(scene, rng):
                    charts.append((scene, None))
            for reading in rng.choices(self.readings, k=count - fresh) if self.readings else ():
                charts.append((reading.open_scene(), rng.choice((reading.lines, reading.parted))))
            start += count * workers
            charts.sort(key=lambda chart: chart[0].image.width / chart[0].image.height)
            batches = [charts[i : i + self.batch] for i in range(0, len(charts), self.batch)]
            rng.shuffle(batches)
            for some in batches:
                side = rng.choice(SIDES)
                tensors = collate([make_example(scene, side, rng, lines) for scene, lines in some])
                yield tensors | {"seed": torch.tensor(start)}
