"""From images and OCR lines to the model's tensors, and from its graph to tables."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from serve_app.models.chart.trunk import PATCH


def scale_image(image: Image.Image, long_side: int) -> tuple[npt.NDArray[np.float32], float]:
    """Returns (3, height, width) in [-1, 1] with its longer side `long_side` pixels, and the scale that this took."""
    scale = long_side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    scaled = image.convert("RGB").resize(size, Image.Resampling.BICUBIC)
    return np.asarray(scaled, np.float32).transpose(2, 0, 1) / 127.5 - 1, scale


def pad_images(images: Sequence[npt.NDArray[np.float32]]) -> tuple[Tensor, Tensor, Tensor]:
    """Pads images (3, h, w) with zeros to one size, a multiple of PATCH.

    Returns:
        pixels (batch, 3, H, W), cells (batch, H/16, W/16) that hold any of the image, and sizes (batch, 2) as
        width and height in pixels.
    """
    height, width = (-(-max(i.shape[axis] for i in images) // PATCH) * PATCH for axis in (1, 2))
    pixels = torch.zeros(len(images), 3, height, width)
    cells = torch.zeros(len(images), height // PATCH, width // PATCH, dtype=torch.bool)
    for i, image in enumerate(images):
        pixels[i, :, : image.shape[1], : image.shape[2]] = torch.from_numpy(image)
        cells[i, : -(-image.shape[1] // PATCH), : -(-image.shape[2] // PATCH)] = True
    return pixels, cells, torch.tensor([(i.shape[2], i.shape[1]) for i in images], dtype=torch.float32)
