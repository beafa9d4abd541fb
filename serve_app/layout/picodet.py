"""PicoDet's input and output, as PaddleDetection defines them (`configs/picodet`, GFL heads).

The installed model ends in its raw heads: for each of four strides the scores of all classes in each cell of the grid,
and the distances from the cell's centre to the four edges of its box, each as a distribution over eight steps.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from serve_app.domain import Box, Region, RegionKind
from serve_app.layout.normalise import normalise, to_batch

WIDTH, HEIGHT = 608, 800
"""Pixels of the model's input; a page is stretched to it."""

CLASSES = (
    RegionKind.TEXT,
    RegionKind.TITLE,
    RegionKind.FIGURE,
    RegionKind.FIGURE_CAPTION,
    RegionKind.TABLE,
    RegionKind.TABLE_CAPTION,
    RegionKind.HEADER,
    RegionKind.FOOTER,
    RegionKind.REFERENCE,
    RegionKind.FORMULA,
)
"""Of the CDLA model, in the order of its outputs."""

MIN_SCORE, MAX_OVERLAP = 0.5, 0.5
"""Score above which a box counts, and the intersection over union above which the weaker of two boxes is dropped."""

_CANDIDATES = 200
"""Boxes of one class that are looked at; a page has well under a hundred."""

_STRIDES = (8, 16, 32, 64)
_STEPS = 8


def prepare(image: Image.Image) -> NDArray[np.float32]:
    """Make the model's input, 1 x 3 x 800 x 608, of an RGB image."""
    import cv2

    return to_batch(normalise(cv2.resize(np.asarray(image), (WIDTH, HEIGHT))))


def decode(outputs: Sequence[NDArray[np.float32]], width: int, height: int) -> list[Region]:
    """Make regions, the surest first, in the pixels of an image of `width` x `height`.

    Args:
        outputs: the scores (1 x cells x classes) of the four strides, then the distributions (1 x cells x 32).
        width: pixels of the image that `prepare` was given.
        height: pixels of the same.
    """
    scores = np.concatenate([output[0] for output in outputs[: len(_STRIDES)]])
    boxes = np.concatenate(
        [_decode_boxes(output[0], stride) for output, stride in zip(outputs[len(_STRIDES) :], _STRIDES, strict=True)]
    )
    boxes = np.clip(boxes, 0, (WIDTH, HEIGHT, WIDTH, HEIGHT)) * np.tile((width / WIDTH, height / HEIGHT), 2)
    regions = [
        Region(kind, Box(*boxes[index].tolist()), float(scores[index, label]))
        for label, kind in enumerate(CLASSES)
        for index in suppress(boxes, scores[:, label])
    ]
    return sorted(regions, key=lambda region: -region.score)


def suppress(boxes: NDArray[np.floating], scores: NDArray[np.floating]) -> list[int]:
    """The indices of the boxes that stay after non-maximum suppression, the surest first."""
    waiting = np.flatnonzero(scores > MIN_SCORE)
    waiting = waiting[np.argsort(-scores[waiting], kind="stable")][:_CANDIDATES]
    kept = []
    while waiting.size:
        best, waiting = int(waiting[0]), waiting[1:]
        kept.append(best)
        waiting = waiting[_find_overlaps(boxes[best], boxes[waiting]) <= MAX_OVERLAP]
    return kept


def _decode_boxes(logits: NDArray[np.float32], stride: int) -> NDArray[np.float64]:
    """Boxes in pixels of the model's input: the expected distances, from the centres of the grid's cells."""
    columns, rows = -(-WIDTH // stride), -(-HEIGHT // stride)
    x, y = np.meshgrid((np.arange(columns) + 0.5) * stride, (np.arange(rows) + 0.5) * stride)
    centres = np.column_stack([x.ravel(), y.ravel()])
    logits = logits.reshape(-1, 4, _STEPS).astype(np.float64)
    shares = np.exp(logits - logits.max(axis=2, keepdims=True))
    distances = shares @ np.arange(_STEPS) / shares.sum(axis=2) * stride
    return np.hstack([centres - distances[:, :2], centres + distances[:, 2:]])


def _find_overlaps(box: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.floating]:
    """Intersection over union of one box with each of the others."""
    corners = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    common = np.clip(corners, 0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return np.asarray(common / np.maximum(areas - common, 1e-9))
