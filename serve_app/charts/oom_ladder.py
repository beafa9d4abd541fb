"""Steps down when the GPU's memory runs out: half the batch, then half the pixels, down to a floor, then an error."""

import gc
from collections.abc import Callable, Sequence

import torch

from serve_app.domain import ChartReading
from serve_app.errors import ModelBroken, OutOfMemory
from serve_app.hosting.protocols import ChartInput

FLOOR_PIXELS = 256 * 28 * 28
"""Width times height under which no chart is scaled: 256 visual tokens of the Qwen2-VL family, about 512 x 392."""

FLOORS = 2
"""Times in a row that the memory may run out at the floor; then it is lost to fragments: the process is replaced."""

Read = Callable[[Sequence[ChartInput], int], list[ChartReading]]
"""Reads a batch, each image scaled down to at most this many pixels."""


class OomLadder:
    """Reads batches with what memory there is."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._floors = 0
        self.steps = 0
        """Tries with fewer charts or pixels, since the process started."""

    def read(self, charts: Sequence[ChartInput], pixels: int) -> list[ChartReading]:
        """Read a batch, as whole and as large as the memory allows; `resolution` of a reading tells how large.

        Args:
            charts: the batch.
            pixels: bound on the width times height of each image, at the first try.

        Raises:
            OutOfMemory: one image does not fit at FLOOR_PIXELS.
            ModelBroken: that happened `FLOORS` times in a row to a chart that was read alone: those of a batch that
                fails are read again one by one, and the same chart should not count twice.
        """
        try:
            return self._descend(charts, pixels)
        except OutOfMemory as error:
            self._floors += len(charts) == 1
            if self._floors < FLOORS:
                raise
            message = f"{error.message}, {self._floors} times in a row"
        raise ModelBroken(message)

    def _descend(self, charts: Sequence[ChartInput], pixels: int) -> list[ChartReading]:
        readings = self._try(charts, pixels)
        if readings is not None:
            self._floors = 0
            return readings
        self.steps += 1
        if len(charts) > 1:
            half = len(charts) // 2
            return self._descend(charts[:half], pixels) + self._descend(charts[half:], pixels)
        # No image is scaled up, so the next step starts from the size that it has.
        pixels = min(pixels, charts[0].image.width * charts[0].image.height)
        if pixels > FLOOR_PIXELS:
            return self._descend(charts, max(FLOOR_PIXELS, pixels // 2))
        raise OutOfMemory(
            f"The GPU has no memory for an image of {pixels:,} pixels{_tell_memory()}. Try later, or give the chart "
            "model a larger share of the GPU"
        )

    def _try(self, charts: Sequence[ChartInput], pixels: int) -> list[ChartReading] | None:
        try:
            return self._read(charts, pixels)
        except torch.OutOfMemoryError:
            pass
        # Only here, behind the except block: its traceback holds the tensors that are in the way.
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return None


def _tell_memory() -> str:
    if not torch.cuda.is_available():
        return ""
    free, total = torch.cuda.mem_get_info()
    return f" ({free >> 20} of {total >> 20} MiB are free)"
