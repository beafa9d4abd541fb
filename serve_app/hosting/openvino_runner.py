"""OpenVINO in the place of PaddleX's ONNX Runtime: the same ONNX models, in less time on a CPU."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from serve_app.config import ComputedPrecision


class OpenVinoRunner:
    """Runs a model as `paddlex.inference.models.runners.InferenceRunner` does."""

    def __init__(
        self,
        model: Path,
        *,
        threads: int,
        precision: ComputedPrecision,
        width_step: int = 1,
        kept_parts: int = 5000,
    ) -> None:
        """Compile a model.

        Args:
            model: the ONNX file.
            threads: of the CPU.
            precision: in which it computes.
            width_step: pixels of which the width of what it reads is made a multiple, with zeros on the right. OpenVINO
                compiles parts of a model anew for each width that it meets.
            kept_parts: parts, each compiled for one size of the input, that are kept for the next input of that size;
                a size takes about a hundred. They are the memory that grows with ever new sizes.
        """
        import openvino

        self.widening = 1.0
        """How many times as wide as it was given the last batch was read."""
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            # Without this hint OpenVINO takes bfloat16 where the CPU has it.
            "INFERENCE_PRECISION_HINT": openvino.Type.f32 if precision == "float32" else openvino.Type.bf16,
            "PERFORMANCE_HINT": "LATENCY",
            "CPU_RUNTIME_CACHE_CAPACITY": kept_parts,
            # Replicas share the cores; pinned to cores, two of them would meet on the same ones.
            "ENABLE_CPU_PINNING": False,
        }
        self._width_step = width_step
        self._model = openvino.Core().compile_model(model, "CPU", settings)

    def __call__(self, x: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Run a batch; one array for each of the model's outputs.

        The arrays are the model's own memory: they hold until the next call.
        """
        [batch] = x
        width = batch.shape[-1]
        padding = -width % self._width_step
        if padding:
            batch = np.pad(batch, [(0, 0)] * (batch.ndim - 1) + [(0, padding)])
        self.widening = (width + padding) / width
        return list(self._model(np.ascontiguousarray(batch), share_inputs=True, share_outputs=True).values())
