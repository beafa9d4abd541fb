"""PaddleX's preprocessing of documents: an image is turned as the orientation model says, whatever its text says.

Source: PaddleX 3.7.2, `paddlex/inference/pipelines/doc_preprocessor` and `pipelines/ocr`: the angle is the one by which
the image is turned counter-clockwise, and all places are in pixels of the turned image.
"""

from dataclasses import replace

from serve_app.domain import LayoutTask, Page
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.service import LAYOUT, Service


async def classify(service: Service, ticket: Ticket, image: bytes) -> int:
    """The degrees (0, 90, 180 or 270) by which the model would turn an encoded image counter-clockwise.

    Raises:
        AppError: what the model raises.
    """
    with ticket.call(LAYOUT):
        answer = await service.layout.read(image, LayoutTask(orientation=True))
    return answer.orientation.degrees if answer.orientation else 0


def tell_angle(page: Page, angle: int) -> Page:
    """Write into PaddleX's result what the preprocessing did."""
    told = {
        "model_settings": page.paddlex.get("model_settings", {}) | {"use_doc_preprocessor": True},
        "doc_preprocessor_res": {
            "model_settings": {"use_doc_orientation_classify": True, "use_doc_unwarping": False},
            "angle": angle,
        },
    }
    return replace(page, paddlex=page.paddlex | told)
