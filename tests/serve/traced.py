"""The Ocr deployment, unchanged but for telling which process answered."""

import os
import sys

from serve_app.domain import OcrOptions, Page
from serve_app.serving.deployments import Ocr

FRAMEWORKS = ("onnxruntime", "paddle", "torch")


class TracedOcr(Ocr):
    """Its answers come with the replica's process, and with the frameworks that are imported in it."""

    async def trace(self, image: bytes, options: OcrOptions) -> tuple[Page, int, set[str]]:
        page = await self.read(image, options)
        return page, os.getpid(), {name for name in FRAMEWORKS if name in sys.modules}
