"""From images and OCR lines to the model's tensors, and from its output to graphs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor
from transformers import AutoProcessor, BatchFeature
from transformers.image_processing_base import ImageProcessingMixin

from serve_app.chartgraph.configuration import ChartGraphConfig
from serve_app.chartgraph.features import TEXT_FEATURES, WORD_GEOMETRY, describe_texts, place_words
from serve_app.chartgraph.graph import Graph
from serve_app.chartgraph.modeling import ChartGraphOutput
from serve_app.chartgraph.trunk import PATCH
from serve_app.chartgraph.words import MAX_WORDS, prepare_words
from serve_app.domain import Size, TextLine

LONG_SIDE = 512
"""Pixels of the longer side of what the model sees."""


class ChartGraphProcessor(ImageProcessingMixin):
    """Scales images and describes words; afterwards makes graphs of the model's output."""

    def __init__(self, long_side: int = LONG_SIDE, max_words: int = MAX_WORDS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.long_side = long_side
        self.max_words = max_words

    def __call__(self, images: Sequence[Image.Image], words: Sequence[Sequence[TextLine]]) -> BatchFeature:
        """Makes a batch; `words` holds OCR's lines of each image, in pixels of that image.

        Returns:
            pixel_values (batch, 3, H, W), cell_mask (batch, H/16, W/16), sizes (batch, 2), words (batch, n, 6),
            texts (batch, n, TEXT_FEATURES), word_mask (batch, n).
        """
        scaled = [scale_image(image, self.long_side) for image in images]
        pixels, cells, sizes = pad_images([pixels for pixels, _ in scaled])
        prepared = [prepare_words(lines, self.max_words) for lines in words]
        count = max(1, *(len(some) for some in prepared))
        places = torch.zeros(len(images), count, WORD_GEOMETRY)
        places[..., -1] = 1.0  # the cosine of no angle
        texts = torch.zeros(len(images), count, TEXT_FEATURES)
        mask = torch.zeros(len(images), count, dtype=torch.bool)
        for i, (some, (_, scale)) in enumerate(zip(prepared, scaled, strict=True)):
            places[i, : len(some)] = torch.from_numpy(place_words(some, scale))
            texts[i, : len(some)] = torch.from_numpy(describe_texts([word.text for word in some]))
            mask[i, : len(some)] = True
        return BatchFeature(
            {
                "pixel_values": pixels,
                "cell_mask": cells,
                "sizes": sizes,
                "words": places,
                "texts": texts,
                "word_mask": mask,
            }
        )

    def post_process_graphs(
        self, outputs: ChartGraphOutput, words: Sequence[Sequence[TextLine]], target_sizes: Sequence[Size]
    ) -> list[Graph]:
        """The graphs in pixels of the images as given, without padding."""
        arrays = {name: value.double().cpu().numpy() for name, value in outputs.items()}
        graphs = []
        for i, (lines, size) in enumerate(zip(words, target_sizes, strict=True)):
            prepared = prepare_words(lines, self.max_words)
            count, present = len(prepared), arrays["mark_mask"][i] > 0
            marks = arrays["marks"][i][present]
            scale = max(size.width, size.height) / self.long_side
            graphs.append(
                Graph(
                    words=prepared,
                    roles=arrays["roles"][i, :count],
                    points=np.clip(marks[:, :2] * scale, 0, (size.width, size.height)),
                    kinds=arrays["mark_kinds"][i][present].astype(np.int64),
                    scores=arrays["real"][i][present],
                    links=arrays["links"][i][:, present, : 1 + count],
                    chart_kinds=arrays["kinds"][i],
                    stacked=float(arrays["stacked"][i]),
                )
            )
        return graphs


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


AutoProcessor.register(ChartGraphConfig, ChartGraphProcessor, exist_ok=True)
