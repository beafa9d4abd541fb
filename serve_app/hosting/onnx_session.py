"""ONNX Runtime: on a GPU, and on a CPU for the models that OpenVINO does not take."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from serve_app.errors import ConfigError

_ERRORS_ONLY = 3
"""ONNX Runtime's level of logging. Models with loops make it warn at every step."""


def has_cuda() -> bool:
    """Whether the installed ONNX Runtime is built for NVIDIA's GPUs."""
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


class OnnxSession:
    """Runs a model with one input, as `OpenVinoRunner` does."""

    def __init__(self, model: Path, *, threads: int, device: Literal["cpu", "gpu"]) -> None:
        """Load a model.

        Args:
            model: the ONNX file.
            threads: of the CPU.
            device: what it runs on; `gpu` needs `has_cuda()`.

        Raises:
            ConfigError: ONNX Runtime cannot load the model, or cannot use the GPU.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        # Without the arena, memory follows the size of the images instead of staying at its peak.
        options.enable_cpu_mem_arena = False
        providers = ["CUDAExecutionProvider", "CPUExecutionProvider"] if device == "gpu" else ["CPUExecutionProvider"]
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=providers)
        except Exception as error:  # its exceptions have no common base but this
            raise ConfigError(f"ONNX Runtime cannot load {model}: {error}") from error
        # ONNX Runtime falls back to the CPU in silence where the libraries of CUDA are missing.
        if self._session.get_providers()[0] != providers[0]:
            raise ConfigError("ONNX Runtime cannot use the GPU: the libraries of CUDA or cuDNN are missing")
        self._input = self._session.get_inputs()[0].name
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        """What the model's file carries beside the model: `character` holds the names of its classes or tokens."""

    def __call__(self, x: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Run a batch; one array for each of the model's outputs."""
        [batch] = x
        outputs: list[NDArray[np.float32]] = self._session.run(None, {self._input: batch})
        return outputs
