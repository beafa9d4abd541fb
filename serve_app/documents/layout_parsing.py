"""A page in the form of PaddleX's layout parsing: `prunedResult` and `markdown` of PP-StructureV3 and PaddleOCR-VL.

Source: PaddleX 3.7.2, `paddlex/inference/pipelines/layout_parsing/result_v2.py` and
`paddlex/inference/serving/schemas/pp_structurev3.py`.
"""

from base64 import b64encode
from typing import Any

from serve_app.documents.blocks import Block, BlockKind, DocumentReading, PageReading
from serve_app.documents.html import write_block_table
from serve_app.documents.images import list_images, name_image
from serve_app.documents.markdown import to_markdown

_LABELS = {
    BlockKind.HEADING: "paragraph_title",
    BlockKind.PARAGRAPH: "text",
    BlockKind.LIST: "text",
    BlockKind.TABLE: "table",
    BlockKind.CHART: "chart",
    BlockKind.FIGURE: "image",
    BlockKind.CAPTION: "figure_title",
    BlockKind.FORMULA: "formula",
    BlockKind.HEADER: "header",
    BlockKind.FOOTER: "footer",
}


def prune_page(page: PageReading, *, classified: bool = False) -> dict[str, Any]:
    """The page's blocks by PaddleX's names; boxes are left, top, right and bottom in pixels of the page upright.

    `doc_preprocessor_res` has the angle, counter-clockwise, of a page that was turned, and of any page where it was
    asked for that (`classified`).
    """
    turned = {
        "doc_preprocessor_res": {
            "model_settings": {"use_doc_orientation_classify": True, "use_doc_unwarping": False},
            "angle": page.turned,
        }
    }
    preprocessed = classified or page.turned != 0
    return {
        "width": page.size.width,
        "height": page.size.height,
        "model_settings": {"use_doc_preprocessor": preprocessed, "use_chart_recognition": True},
        **(turned if preprocessed else {}),
        "parsing_res_list": [
            {
                "block_label": _label(block),
                "block_content": _write_content(block),
                "block_bbox": _list_box(block),
                "block_id": index,
                "block_order": index + 1,
            }
            for index, block in enumerate(page.blocks)
        ],
        "layout_det_res": {
            "boxes": [
                {"label": _label(block), "score": block.confidence, "coordinate": _list_box(block)}
                for block in page.blocks
            ]
        },
    }


def write_page(page: PageReading) -> tuple[str, dict[str, str]]:
    """Markdown of one page, and its images in base64 by the path under which the Markdown names them."""
    document = DocumentReading("PDF", 1, (page,))
    images = {name: b64encode(image.data).decode() for name, image in list_images(document)}
    return to_markdown(document, name_image), images


def _label(block: Block) -> str:
    return "doc_title" if block.kind is BlockKind.HEADING and block.level == 1 else _LABELS[block.kind]


def _write_content(block: Block) -> str:
    return write_block_table(block) or "\n".join(block.items) or block.text


def _list_box(block: Block) -> list[int]:
    return [round(edge) for edge in (block.box.left, block.box.top, block.box.right, block.box.bottom)]
