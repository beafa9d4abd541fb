"""HEIC images on the routes for images: unpacked in the process of a document before anything else looks at them."""

from dataclasses import replace

from serve_app.documents.document import open_document
from serve_app.documents.page import UnreadablePage
from serve_app.errors import UnreadableDocument, UnreadableImage
from serve_app.pipeline.document import find_limits
from serve_app.pipeline.service import Service
from serve_app.tracing import span

JPEG_SIDE = 65_500
"""Pixels of the longest side that libjpeg writes. `limits.max_side` is compared with what comes out."""


async def unpack_heic(service: Service, data: bytes) -> tuple[bytes, int]:
    """The first picture of a HEIC file as a JPEG of the same pixels, upright, and how many pictures the file has.

    Raises:
        UnreadableImage: the file is damaged, of a variant that is not read, or exceeds the process's bounds.
        TooManyPixels: as for all images, by `limits`.
        TooManyPages: it has more pictures than a document may have pages.
        ModelUnavailable: when no process can be started.
    """
    bounds = service.config.limits
    limits = replace(
        find_limits(service.config.documents),
        max_pixels=bounds.max_pixels,
        max_frame_pixels=bounds.max_pixels,
        max_side=JPEG_SIDE,
    )
    try:
        async with service.unpacking, open_document(data, limits) as document:
            with span("unpack"):
                page = await document.read_page(0, image_format="jpeg")
    except UnreadableDocument as error:
        raise UnreadableImage(error.message) from error
    if isinstance(page, UnreadablePage) or page.image is None:
        reason = page.reason if isinstance(page, UnreadablePage) else "No picture came of it"
        raise UnreadableImage(f"{reason}. Save the image as JPEG and send that")
    return page.image.data, document.page_count
