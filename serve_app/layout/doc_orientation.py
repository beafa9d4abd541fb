"""Input and output of PP-LCNet_x1_0_doc_ori, as its `inference.yml` tells: which way up an image lies."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from serve_app.domain import Orientation
from serve_app.layout.normalise import normalise, to_batch

SHORT_SIDE, CROP = 256, 224
"""Pixels: of the shorter side after scaling, and of the square that is then cut from the middle."""

_DEGREES = (0, 90, 180, 270)
"""Of the model's four classes."""


def prepare(image: Image.Image) -> NDArray[np.float32]:
    """Make the model's input, 1 x 3 x 224 x 224, of an RGB image."""
    scale = SHORT_SIDE / min(image.size)
    # Only what the crop will hold is scaled: the sides of a long receipt are far from each other.
    side = CROP / scale
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = left, top, left + side, top + side
    crop = image.resize((CROP, CROP), Image.Resampling.BILINEAR, box, reducing_gap=1.0)
    return to_batch(normalise(np.asarray(crop)))


def decode(output: NDArray[np.float32]) -> Orientation:
    """The surest of the four classes, of an output of 1 x 4 probabilities."""
    best = int(output[0].argmax())
    return Orientation(_DEGREES[best], float(output[0, best]))
