"""A document as Docling's JSON, the `DoclingDocument` of docling-core.

Source: docling-core 2.104, `docling_core/types/doc/document.py`, whose schema has the version below. Boxes are in
pixels of the page from its top left, and so is a page's `size`. A chart is a picture with its data as
`meta.tabular_chart`.
"""

from collections.abc import Sequence
from typing import Any

from serve_app.documents.blocks import Block, BlockKind, DocumentReading, PageReading
from serve_app.documents.captions import find_captions
from serve_app.documents.images import embed_image
from serve_app.domain import ChartTable, TableGrid

VERSION = "1.10.0"
"""Of the schema. Readers accept versions that are older than theirs."""

_LABELS = {
    BlockKind.PARAGRAPH: "text",
    BlockKind.CAPTION: "caption",
    BlockKind.FORMULA: "formula",
    BlockKind.HEADER: "page_header",
    BlockKind.FOOTER: "page_footer",
}
_FURNITURE = (BlockKind.HEADER, BlockKind.FOOTER)

Json = dict[str, Any]


def to_docling(document: DocumentReading, name: str, *, images: bool = False) -> Json:
    """The document; `name` is that of the file without its ending. With `images`, pictures are data URLs in it."""
    return _Writer(images=images).write(document, name)


class _Writer:
    def __init__(self, *, images: bool) -> None:
        self._images = images
        self._body = _root("body")
        self._furniture = _root("furniture")
        self._lists: dict[str, list[Json]] = {"groups": [], "texts": [], "pictures": [], "tables": []}

    def write(self, document: DocumentReading, name: str) -> Json:
        read = [page for page in document.pages if isinstance(page, PageReading)]
        for page in read:
            self._add_page(page)
        return {
            "schema_name": "DoclingDocument",
            "version": VERSION,
            "name": name,
            "furniture": self._furniture,
            "body": self._body,
            **self._lists,
            "key_value_items": [],
            "form_items": [],
            "pages": {
                str(page.number): {
                    "size": {"width": page.size.width, "height": page.size.height},
                    "page_no": page.number,
                }
                for page in read
            },
        }

    def _add_page(self, page: PageReading) -> None:
        items = [self._add_block(page, index) for index in range(len(page.blocks))]
        captions = {
            " ".join(block.text.split()): item
            for block, item in zip(page.blocks, items, strict=True)
            if block.kind is BlockKind.CAPTION
        }
        for owner, text in find_captions(page.blocks, page.size.height).items():
            if "captions" in items[owner]:
                items[owner]["captions"].append(_refer(captions[text]))

    def _add_block(self, page: PageReading, index: int) -> Json:
        block = page.blocks[index]
        if block.kind is BlockKind.LIST and block.items:
            group = self._add("groups", self._body, {"name": "list", "label": "list"})
            for entry in block.items:
                self._add_text(page, block, entry, group, {"label": "list_item", "enumerated": False, "marker": "-"})
            return group
        if block.table is not None:
            return self._add_object(page, block, "tables", {"label": "table", "data": _write_grid(block.table)})
        if block.kind in (BlockKind.CHART, BlockKind.FIGURE):
            more: Json = {"label": "chart" if block.kind is BlockKind.CHART else "picture"}
            if block.chart is not None:
                table = block.chart.reading.table
                more["meta"] = {
                    "tabular_chart": {
                        "confidence": block.confidence,
                        "title": table.title.text if table.title else None,
                        "chart_data": _write_chart(table),
                    }
                }
            if block.image is not None and self._images:
                size = block.image.size
                more["image"] = {
                    "mimetype": block.image.media_type,
                    "dpi": max(1, round(72 * page.size.width / page.points[0])),
                    "size": {"width": size.width, "height": size.height},
                    "uri": embed_image(page, index),
                }
            return self._add_object(page, block, "pictures", more)
        label: Json = {"label": _LABELS.get(block.kind, "text")}
        if block.kind is BlockKind.HEADING:  # Docling writes a title as "#", and a section of level 1 as "##"
            label = {"label": "section_header", "level": block.level - 1} if block.level > 1 else {"label": "title"}
        return self._add_text(page, block, block.text, self._body, label)

    def _add_object(self, page: PageReading, block: Block, kind: str, more: Json) -> Json:
        place = {"prov": [_place(page, block, 0)], "captions": [], "references": [], "footnotes": []}
        return self._add(kind, self._body, more | place)

    def _add_text(self, page: PageReading, block: Block, text: str, parent: Json, more: Json) -> Json:
        content: Json = {"prov": [_place(page, block, len(text))], "orig": text, "text": text}
        item = self._add("texts", parent, more | content)
        if block.kind in _FURNITURE:
            item["content_layer"] = "furniture"
        return item

    def _add(self, kind: str, parent: Json, more: Json) -> Json:
        items = self._lists[kind]
        item: Json = {
            "self_ref": f"#/{kind}/{len(items)}",
            "parent": _refer(parent),
            "children": [],
            "content_layer": "body",
            **more,
        }
        items.append(item)
        parent["children"].append(_refer(item))
        return item


def _root(name: str) -> Json:
    return {
        "self_ref": f"#/{name}",
        "children": [],
        "content_layer": name,
        "name": "_root_",
        "label": "unspecified",
    }


def _refer(item: Json) -> Json:
    return {"$ref": item["self_ref"]}


def _place(page: PageReading, block: Block, length: int) -> Json:
    box = block.box
    return {
        "page_no": page.number,
        "bbox": {"l": box.left, "t": box.top, "r": box.right, "b": box.bottom, "coord_origin": "TOPLEFT"},
        "charspan": [0, length],
    }


def _write_grid(grid: TableGrid) -> Json:
    cells = [_write_cell(cell.text, cell.row, cell.column, cell.row_span, cell.column_span) for cell in grid.cells]
    return {"table_cells": cells, "num_rows": grid.rows, "num_cols": grid.columns}


def _write_chart(table: ChartTable) -> Json:
    rows: Sequence[Sequence[Any]] = (*([table.columns] if table.columns else []), *table.rows)
    cells = [
        _write_cell(cell.text, row, column, header=bool(table.columns) and row == 0)
        for row, entries in enumerate(rows)
        for column, cell in enumerate(entries)
    ]
    return {"table_cells": cells, "num_rows": len(rows), "num_cols": max(map(len, rows), default=0)}


def _write_cell(text: str, row: int, column: int, rows: int = 1, columns: int = 1, *, header: bool = False) -> Json:
    return {
        "text": text,
        "row_span": rows,
        "col_span": columns,
        "start_row_offset_idx": row,
        "end_row_offset_idx": row + rows,
        "start_col_offset_idx": column,
        "end_col_offset_idx": column + columns,
        "column_header": header,
        "row_header": False,
        "row_section": False,
    }
