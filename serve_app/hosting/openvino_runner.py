"""OpenVINO in the place of PaddleX's ONNX Runtime: the same ONNX models, in less time on a CPU."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from serve_app.config import ComputedPrecision

HELD_PIXELS = 1 << 22
"""Pixels of an input up to which the memory for it is kept: somewhat more than A4 at 200 dpi, for which text detection
holds 0.7 GiB. OpenVINO keeps the memory for its largest input for ever: 2.7 GiB after one page of 4000 x 4000."""

SMALLER_INPUTS = 8
"""Inputs of less than half the pixels after which larger ones are no longer expected. To allocate the memory anew takes
a third of the time of the detection."""

STEPS = 16
"""In how many steps a width is doubled. OpenVINO keeps some 5 MiB for each width of a line: with these there are under
fifty, and no line gets wider by more than a sixteenth."""


class OpenVinoRunner:
    """Runs a model as `paddlex.inference.models.runners.InferenceRunner` does."""

    def __init__(
        self,
        model: Path,
        *,
        threads: int | Callable[[], int],
        precision: ComputedPrecision,
        width_step: int = 1,
        kept_parts: int = 5000,
    ) -> None:
        """Compile a model.

        Args:
            model: the ONNX file.
            threads: of the CPU; or what tells before each batch how many it may take now. The results are the same.
            precision: in which it computes.
            width_step: pixels of which the width of what it reads is made a multiple, with zeros on the right, and of
                more for wide inputs (`STEPS`); 1 leaves the width as it is. OpenVINO compiles parts of a model anew for
                each width that it meets.
            kept_parts: parts, each compiled for one size of the input, that are kept for the next input of that size;
                a size takes about a hundred. They are the memory that grows with ever new sizes.
        """
        import openvino

        self.widening = 1.0
        """How many times as wide as it was given the last batch was read."""
        self._width_step = width_step
        self._core = openvino.Core()
        self._source = self._core.read_model(model)  # the file may be gone when it is compiled for other threads
        self._precision, self._kept_parts = precision, kept_parts
        self._count_threads = threads if callable(threads) else partial(int, threads)
        self._compiled: dict[int, Any] = {}
        self._threads = self._count_threads()
        self._model = self._compile(self._threads)
        self._largest = 0
        self._smaller = 0

    def __call__(self, x: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Run a batch; one array for each of the model's outputs.

        The arrays are the model's own memory: they hold until the next call.
        """
        [batch] = x
        width = batch.shape[-1]
        padding = -width % self._choose_step(width)
        if padding:
            batch = np.pad(batch, [(0, 0)] * (batch.ndim - 1) + [(0, padding)])
        self.widening = (width + padding) / width
        self._choose_model()
        outputs = list(self._model(np.ascontiguousarray(batch), share_inputs=True, share_outputs=True).values())
        if self._is_held_in_vain(batch.size // batch.shape[1]):
            outputs = [output.copy() for output in outputs]
            self._model.release_memory()
        return outputs

    def _choose_step(self, width: int) -> int:
        if self._width_step == 1:
            return 1
        return max(self._width_step, (1 << (width.bit_length() - 1)) // STEPS)

    def _is_held_in_vain(self, pixels: int) -> bool:
        """Whether the memory for a large input is still held, and the inputs have long been smaller."""
        if 2 * pixels >= self._largest:
            self._largest, self._smaller = max(self._largest, pixels), 0
            return False
        self._smaller += 1
        if self._largest <= HELD_PIXELS or self._smaller < SMALLER_INPUTS:
            return False
        self._largest, self._smaller = pixels, 0
        return True

    def _choose_model(self) -> None:
        """Takes the model that was compiled for the threads there are now."""
        threads = self._count_threads()
        if threads != self._threads:
            # What it computed in: after a large image that is much, and the model that takes over needs as much.
            self._model.release_memory()
            self._threads, self._model = threads, self._compile(threads)

    def _compile(self, threads: int) -> Any:
        import openvino

        if threads not in self._compiled:
            settings = {
                "INFERENCE_NUM_THREADS": threads,
                # Without this hint OpenVINO takes bfloat16 where the CPU has it.
                "INFERENCE_PRECISION_HINT": openvino.Type.f32 if self._precision == "float32" else openvino.Type.bf16,
                "PERFORMANCE_HINT": "LATENCY",
                "CPU_RUNTIME_CACHE_CAPACITY": self._kept_parts,
                # Replicas share the cores; pinned to cores, two of them would meet on the same ones.
                "ENABLE_CPU_PINNING": False,
            }
            self._compiled[threads] = self._core.compile_model(self._source, "CPU", settings)
        return self._compiled[threads]
