"""The service that one writes first: FastAPI, one PaddleOCR in a thread, and a lock, since it is not thread safe."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

import numpy as np
from fastapi import FastAPI, Request
from PIL import Image


@asynccontextmanager
async def _load(app: FastAPI) -> AsyncIterator[None]:
    from paddleocr import PaddleOCR

    app.state.lock = asyncio.Lock()
    app.state.ocr = PaddleOCR(
        text_detection_model_name="PP-OCRv6_small_det",
        text_detection_model_dir=os.environ["DETECTION_DIR"],
        text_recognition_model_name="PP-OCRv6_small_rec",
        text_recognition_model_dir=os.environ["RECOGNITION_DIR"],
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        device="cpu",
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": int(os.environ["THREADS"])},
    )
    yield


app = FastAPI(lifespan=_load)


@app.post("/ocr")
async def read(request: Request) -> dict[str, object]:
    """Read the image that is the body."""
    body = await request.body()
    async with request.app.state.lock:
        return await asyncio.to_thread(_read, request.app.state.ocr, body)


def _read(ocr: object, body: bytes) -> dict[str, object]:
    image = np.asarray(Image.open(BytesIO(body)).convert("RGB"))[:, :, ::-1]
    [result] = ocr.predict(np.ascontiguousarray(image))  # type: ignore[attr-defined]
    document = result.json["res"]
    return {"texts": document["rec_texts"], "scores": document["rec_scores"], "polygons": document["rec_polys"]}
