"""An OCR deployment whose engine does, on demand, what real ones do at the worst moment.

The upload's first pixel says what: red ends the process, blue breaks the GPU, green takes a second for each 100 pixels
of the image's width.
"""

import os
import time
from pathlib import Path

from PIL import Image

import serve_app.serving.deployments
from serve_app.config import Device, OcrConfig
from serve_app.domain import OcrOptions, Page
from serve_app.errors import ModelBroken
from serve_app.hosting.fake import FakeOcr
from serve_app.hosting.protocols import Step, no_step

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


class PlantedEngine(FakeOcr):
    """Writes a line for each call: process, start and end."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def read(self, image: Image.Image, options: OcrOptions, between_steps: Step = no_step) -> Page:
        start = time.monotonic()
        colour = image.getpixel((0, 0))
        if colour == RED:
            os._exit(1)
        if colour == BLUE:
            raise ModelBroken("CUDA error: an illegal memory access was encountered")
        time.sleep(image.width / 100 if colour == GREEN else 0.02)
        with self._log.open("a") as log:
            log.write(f"{os.getpid()} {start} {time.monotonic()}\n")
        return super().read(image, options, between_steps)


class PlantedOcr(serve_app.serving.deployments.Ocr):
    """The real deployment around the planted engine."""

    def __init__(self, config: OcrConfig, device: Device, log: str) -> None:
        serve_app.serving.deployments.load_ocr = lambda *_: PlantedEngine(Path(log))
        super().__init__(config, device)

    async def pid(self) -> int:
        return os.getpid()
