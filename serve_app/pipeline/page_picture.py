"""The picture of a page that was read, to be looked at beside what was read in it."""

from serve_app.documents.blocks import PageReading
from serve_app.documents.document import open_document
from serve_app.documents.page import PageImage, UnreadablePage
from serve_app.errors import UnreadableDocument
from serve_app.pipeline.document import find_limits
from serve_app.pipeline.document_options import DocumentOptions
from serve_app.pipeline.page_canvas import ScannedCanvas
from serve_app.pipeline.service import Service


async def draw_picture(service: Service, data: bytes, options: DocumentOptions, reading: PageReading) -> PageImage:
    """The page as it was read, in the pixels in which its places are told.

    Args:
        service: its config says how documents are opened, and at which resolution.
        data: the document.
        options: those with which it was read.
        reading: what was read on the page.

    Raises:
        AppError: the document cannot be opened, or the page not be rendered.
    """
    config = service.config.documents
    async with open_document(data, find_limits(config), options.password) as document:
        page = await document.read_page(reading.number - 1, dpi=config.dpi, image_format="jpeg")
    if isinstance(page, UnreadablePage) or page.image is None:
        raise UnreadableDocument(page.reason if isinstance(page, UnreadablePage) else "The page could not be rendered")
    if not reading.turned:
        return page.image
    turned = await (await ScannedCanvas.open(page.image.data)).turn(reading.turned)
    return PageImage(await turned.encode(), "image/png", turned.size)
