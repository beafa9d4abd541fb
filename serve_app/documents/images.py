"""Where the images of a document's figures are: in the text itself, or in files whose names are the same everywhere."""

from base64 import b64encode
from collections.abc import Iterator

from serve_app.documents.blocks import DocumentReading, PageReading
from serve_app.documents.page import PageImage


def name_image(page: PageReading, index: int) -> str | None:
    """The path of the image of a page's block, given its index; None where it has none."""
    return f"images/page-{page.number}-{index + 1}.png" if page.blocks[index].image else None


def embed_image(page: PageReading, index: int) -> str | None:
    """The image of a block as a data URL; None where it has none."""
    image = page.blocks[index].image
    return f"data:{image.media_type};base64,{b64encode(image.data).decode()}" if image else None


def list_images(document: DocumentReading) -> Iterator[tuple[str, PageImage]]:
    """The images of all pages with their paths."""
    for page in document.pages:
        if isinstance(page, PageReading):
            for index, block in enumerate(page.blocks):
                name = name_image(page, index)
                if name and block.image:
                    yield name, block.image
