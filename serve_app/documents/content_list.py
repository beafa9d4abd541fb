"""A document in the form of MinerU's content list: one flat entry a block, in reading order.

Source: MinerU 3.4, `mineru/backend/*/*_middle_json_mkcontent.py`: the types text, table, image, equation and the
discarded header and footer; boxes in thousandths of the page. A chart is a table here, with the image beside it: the
list has no type for a chart's data.
"""

from typing import Any

from serve_app.documents.blocks import Block, BlockKind, DocumentReading, PageReading
from serve_app.documents.html import write_block_table
from serve_app.documents.images import name_image

_THOUSAND = 1000


def list_content(document: DocumentReading) -> list[dict[str, Any]]:
    """The entries of all pages; `page_idx` counts from 0."""
    return [
        entry | {"page_idx": page.number - 1, "bbox": _find_box(page, block)}
        for page in document.pages
        if isinstance(page, PageReading)
        for index, block in enumerate(page.blocks)
        for entry in [_describe(page, index, block)]
    ]


def _describe(page: PageReading, index: int, block: Block) -> dict[str, Any]:
    path = name_image(page, index) or ""
    if block.kind in (BlockKind.HEADER, BlockKind.FOOTER):
        return {"type": block.kind.value, "text": block.text}
    if block.table is not None or block.chart is not None:
        table = write_block_table(block)
        return {"type": "table", "img_path": path, "table_caption": [], "table_footnote": [], "table_body": table}
    if block.kind is BlockKind.FIGURE:
        return {"type": "image", "img_path": path, "image_caption": [], "image_footnote": []}
    if block.kind is BlockKind.LIST:
        return {"type": "list", "sub_type": "text", "list_items": list(block.items)}
    if block.kind is BlockKind.FORMULA:
        return {"type": "equation", "img_path": path, "text": block.text, "text_format": "text"}
    entry: dict[str, Any] = {"type": "text", "text": block.text}
    return entry | {"text_level": block.level} if block.level else entry


def _find_box(page: PageReading, block: Block) -> list[int]:
    box, size = block.box, page.size
    return [
        round(min(max(value / side, 0.0), 1.0) * _THOUSAND)
        for value, side in zip(
            (box.left, box.top, box.right, box.bottom),
            (size.width, size.height, size.width, size.height),
            strict=True,
        )
    ]
