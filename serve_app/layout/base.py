"""What a deployment needs from the layout models: one protocol, and the function that builds the engine."""

from typing import Protocol

from PIL import Image

from serve_app.config import Device, LayoutConfig
from serve_app.domain import Orientation, Region, TableStructure


class LayoutEngine(Protocol):
    """Tells the parts of a page. Not thread safe: one call at a time, always from the thread that built it."""

    name: str
    device: str

    def find_regions(self, image: Image.Image) -> list[Region]:
        """The regions of a page (RGB), the surest first, in its pixels."""
        ...

    def tell_orientation(self, image: Image.Image) -> Orientation:
        """How far an image (RGB) must be turned to stand upright."""
        ...

    def read_table_structure(self, image: Image.Image) -> TableStructure:
        """The cells of a table (RGB, cut to the table), in its pixels."""
        ...


def load_layout(config: LayoutConfig, device: Device) -> LayoutEngine:
    """Build the engine and call each of its models once, so that the first request finds it warm.

    Raises:
        ConfigError: weights or a package are missing or damaged, or the GPU cannot be used.
    """
    from serve_app.layout.onnx_layout import OnnxLayout

    engine = OnnxLayout(config, device)
    page = Image.new("RGB", (320, 448), "white")
    engine.find_regions(page)
    engine.tell_orientation(page)
    engine.read_table_structure(page)
    return engine
