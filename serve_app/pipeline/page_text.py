"""The text of one page's image, as PaddleX's contract has it."""

from dataclasses import dataclass

from serve_app.documents.page import PageImage
from serve_app.domain import OcrOptions, Page
from serve_app.pipeline.admission import Ticket
from serve_app.pipeline.classified import classify, tell_angle
from serve_app.pipeline.page_canvas import ScannedCanvas
from serve_app.pipeline.service import OCR, Service


@dataclass(frozen=True, slots=True)
class PageText:
    """What OCR read in a page's image, in pixels of the image turned by `angle` degrees counter-clockwise.

    `angle` is None where it was not asked how the image lies.
    """

    page: Page
    image: PageImage
    angle: int | None = None


async def read_page_text(
    service: Service, ticket: Ticket, image: PageImage, options: OcrOptions, *, classified: bool
) -> PageText:
    """Read the text of one page's image, turned as the orientation model says if that is asked.

    Raises:
        AppError: what the models raise.
    """
    angle = await classify(service, ticket, image.data) if classified else None
    data = image.data
    if angle:
        data = await (await (await ScannedCanvas.open(data)).turn(angle)).encode()
    with ticket.call(OCR):
        page = await service.ocr.read(data, options)
    return PageText(page if angle is None else tell_angle(page, angle), image, angle)
