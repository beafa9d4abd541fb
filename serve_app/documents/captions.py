"""Which caption belongs to which table, chart or figure of a page."""

from collections.abc import Sequence

from serve_app.documents.blocks import Block, BlockKind

MAX_GAP = 0.05
"""Share of the page's height between a caption and what it names."""

_TABLES = ("table", "tab.", "tabelle", "tableau")
_OWNERS = (BlockKind.TABLE, BlockKind.CHART, BlockKind.FIGURE)


def find_captions(blocks: Sequence[Block], page_height: float) -> dict[int, str]:
    """The text of the caption of each table, chart and figure that has one, by the block's index.

    A caption names the nearest of them above or below it. One that begins with "Table" names a table where there is
    one near.
    """
    owners = [i for i, block in enumerate(blocks) if block.kind in _OWNERS]
    found: dict[int, tuple[float, str]] = {}
    for caption in blocks:
        if caption.kind is not BlockKind.CAPTION:
            continue
        near = [(_measure_gap(caption, blocks[i]), i) for i in owners if _shares_column(caption, blocks[i])]
        near = [(gap, i) for gap, i in near if gap <= MAX_GAP * page_height]
        of_tables = caption.text.lower().startswith(_TABLES)
        near = [(gap, i) for gap, i in near if (blocks[i].kind is BlockKind.TABLE) == of_tables] or near
        if near:
            gap, owner = min(near)
            if owner not in found or gap < found[owner][0]:
                found[owner] = (gap, caption.text)
    return {owner: " ".join(text.split()) for owner, (_, text) in found.items()}


def _measure_gap(caption: Block, other: Block) -> float:
    return max(0.0, other.box.top - caption.box.bottom, caption.box.top - other.box.bottom)


def _shares_column(caption: Block, other: Block) -> bool:
    return min(caption.box.right, other.box.right) > max(caption.box.left, other.box.left)
