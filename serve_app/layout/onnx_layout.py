"""The installed models behind the LayoutEngine protocol: on OpenVINO and ONNX Runtime on a CPU, or on a GPU."""

import logging
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from serve_app.config import Device, LayoutConfig
from serve_app.domain import Orientation, Region, TableStructure
from serve_app.errors import ConfigError
from serve_app.hosting.installed_weights import InstalledWeights, verify
from serve_app.hosting.onnx_session import OnnxSession, has_cuda
from serve_app.hosting.openvino_runner import OpenVinoRunner
from serve_app.layout import doc_orientation, picodet, slanet, weights

logger = logging.getLogger(__name__)

_Model = Callable[[Sequence[NDArray[np.float32]]], list[NDArray[np.float32]]]


class OnnxLayout:
    """Three models, each of 7 MB: layout regions, document orientation, and table structure."""

    def __init__(self, config: LayoutConfig, device: Device) -> None:
        """Load the models.

        Raises:
            ConfigError: weights are missing or damaged, or the GPU that `device` insists on cannot be used.
        """
        self._config = config
        self._chosen = _choose_device(device)
        self.device: str = self._chosen
        installed = (weights.REGIONS, weights.ORIENTATION, weights.TABLE_STRUCTURE)
        self.name = "+".join(each.model_name for each in installed)
        self._regions = self._load(weights.REGIONS)
        self._orientation = self._load(weights.ORIENTATION)
        # OpenVINO does not take the loop that writes the tokens.
        self._structure = OnnxSession(verify(weights.TABLE_STRUCTURE), threads=config.threads, device=self._chosen)
        self._tokens = self._structure.metadata["character"].splitlines()

    def find_regions(self, image: Image.Image) -> list[Region]:
        """The regions of a page (RGB), the surest first, in its pixels."""
        return picodet.decode(self._regions([picodet.prepare(image)]), *image.size)

    def tell_orientation(self, image: Image.Image) -> Orientation:
        """How far the image (RGB) must be turned to stand upright."""
        [output] = self._orientation([doc_orientation.prepare(image)])
        return doc_orientation.decode(output)

    def read_table_structure(self, image: Image.Image) -> TableStructure:
        """The cells of a table (RGB, cut to the table), in its pixels."""
        places, probabilities = self._structure([slanet.prepare(image)])
        return slanet.decode(places[0], probabilities[0], self._tokens, *image.size)

    def _load(self, installed: InstalledWeights) -> _Model:
        path, threads = verify(installed), self._config.threads
        if self._chosen == "gpu":
            return OnnxSession(path, threads=threads, device="gpu")
        return OpenVinoRunner(path, threads=threads, precision=self._config.cpu_precision)


def _choose_device(device: Device) -> Literal["cpu", "gpu"]:
    """With `auto`, a CPU build of ONNX Runtime on a GPU node runs on the CPU."""
    if device == "cpu":
        return "cpu"
    if has_cuda():
        return "gpu"
    if device == "gpu":
        raise ConfigError("device: gpu, but this ONNX Runtime cannot use one: install onnxruntime-gpu in its place")
    logger.info("Layout models run on the CPU: this ONNX Runtime is not built for GPUs")
    return "cpu"
