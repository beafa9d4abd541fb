"""The way in which PaddlePaddle's vision models take their images."""

import numpy as np
from numpy.typing import NDArray

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def normalise(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bring pixels (height x width x 3, 0 to 255) to ImageNet's mean and deviation (`NormalizeImage`)."""
    normal: NDArray[np.float32] = (pixels.astype(np.float32) / np.float32(255) - _MEAN) / _DEVIATION
    return normal


def to_batch(normal: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make a batch of one image, 1 x 3 x height x width."""
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[np.newaxis])
